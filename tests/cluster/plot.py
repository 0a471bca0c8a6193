"""Lag and replicas over time as a picture: SVG, written by hand, because it needs nothing to be installed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tests.cluster.samples import Group, Sample

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 900, 190, 60, 30, 24
_COLOURS = {"lag": "#888888", "wanted": "#e0a030", "replicas": "#c03030", "ready": "#2060c0"}
_Y = Callable[[Sample], float]


def write_plot(groups: Sequence[Group], path: Path) -> None:
    """One panel a group: lag on the left axis, replicas (wanted, asked for and ready) on the right one."""
    over_s = max(sample.at_s for group in groups for sample in group.samples)
    panels = [_panel(group, number * _HEIGHT, over_s) for number, group in enumerate(groups)]
    size = f'width="{_WIDTH}" height="{_HEIGHT * len(groups)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">'
    background = f'<rect {size} fill="white"/>'
    path.write_text("\n".join([head, background, *panels, "</svg>", ""]), encoding="utf-8")


def _panel(group: Group, top: int, over_s: float) -> str:
    most_lag = max(1, *(sample.lag for sample in group.samples))
    most = max(1, *(max(sample.replicas, sample.wanted) for sample in group.samples))
    right, bottom = _WIDTH - _LEFT, top + _HEIGHT - _BOTTOM
    height = _HEIGHT - _TOP - _BOTTOM

    def line(name: str, of: _Y, highest: float, style: str = "") -> str:
        points, before = [], None
        for sample in group.samples:
            x = _LEFT + (right - _LEFT) * sample.at_s / max(over_s, 1)
            y = bottom - height * of(sample) / highest
            if before is not None and name != "lag":
                points.append(f"{x:.1f},{before:.1f}")
            points.append(f"{x:.1f},{y:.1f}")
            before = y
        return f'<polyline points="{" ".join(points)}" fill="none" stroke="{_COLOURS[name]}" {style}/>'

    legend = " ".join(
        f'<tspan fill="{colour}" dx="12" font-weight="normal">{name}</tspan>'
        for name, colour in _COLOURS.items()
    )
    return "\n".join(
        (
            f'<text x="{_LEFT}" y="{top + 18}" font-weight="bold">{escape(group.name)}{legend}</text>',
            f'<path d="M{_LEFT} {top + _TOP}V{bottom}H{right}V{top + _TOP}" fill="none" stroke="#bbbbbb"/>',
            line("lag", lambda sample: sample.lag, most_lag),
            line("wanted", lambda sample: sample.wanted, most, 'stroke-dasharray="3 3"'),
            line("replicas", lambda sample: sample.replicas, most, 'stroke-width="2"'),
            line("ready", lambda sample: sample.ready, most, 'stroke-width="1.5"'),
            f'<text x="{_LEFT - 6}" y="{top + _TOP + 8}" text-anchor="end">{most_lag}</text>',
            f'<text x="{right + 6}" y="{top + _TOP + 8}">{most}</text>',
            f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{over_s:.0f} s</text>',
        )
    )

"""Whether text in HTML can be told from what is behind it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

_Rgb: TypeAlias = tuple[int, int, int]

_DECLARED: Final = re.compile(r"(?:^|;)(color|background)(?:-color)?:([^;]{1,80})")
_HEX: Final = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b")
_RGB: Final = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})")
_TRANSPARENT: Final = re.compile(r"^transparent|^rgba\([^()]{1,40},0?\.?0{1,4}\)|^#[0-9a-f]{6}00\b")
_BLACK: Final[_Rgb] = (0, 0, 0)
_WHITE: Final[_Rgb] = (255, 255, 255)
# Colors that differ by less look the same.
_LEAST_CONTRAST: Final = 16


@dataclass(frozen=True, slots=True)
class Colors:
    """The colors of text and of what is behind it; None for one that is not known."""

    text: _Rgb | None = _BLACK
    background: _Rgb | None = _WHITE

    @property
    def is_visible(self) -> bool:
        """Whether the two differ, as far as is known."""
        if self.text is None or self.background is None:
            return True
        return any(
            abs(one - other) >= _LEAST_CONTRAST for one, other in zip(self.text, self.background, strict=True)
        )

    def within(self, style: str, attributes: Mapping[str, str | None]) -> "Colors":
        """The colors within an element, its own or those around it; `style` has no spaces, no capitals."""
        said = {"color": attributes.get("color"), "background": attributes.get("bgcolor")}
        said |= dict(_DECLARED.findall(style))
        background = self.background
        if (behind := said["background"]) and not behind.startswith(("transparent", "none", "inherit")):
            background = _rgb(behind)
        text = self.text
        if (color := said["color"]) and not color.startswith("inherit"):
            text = background if _TRANSPARENT.search(color) else _rgb(color)
        return Colors(text, background)


def _rgb(color: str) -> _Rgb | None:
    if (found := _HEX.search(color.lower())) is not None:
        digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if (found := _RGB.search(color)) is not None:
        return int(found[1]), int(found[2]), int(found[3])
    return {"white": _WHITE, "black": _BLACK}.get(color.lower().removesuffix("!important"))

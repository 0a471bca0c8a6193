"""Panels, and how they become Grafana's: a title that says what to conclude, a unit, limits, links."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as prometheus_models

# One value a scrape is too few for a rate; Grafana works out how many it takes.
RATE = "$__rate_interval"
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
_HEIGHT = {"stat": 4, "line": 8, "bars": 8, "heatmap": 8}

Kind = Literal["stat", "line", "bars", "heatmap"]
Builder = stat.Panel | timeseries.Panel | bargauge.Panel | heatmap.Panel


@dataclass(frozen=True, slots=True)
class Limit:
    """From this value on a panel has this color; the first one has no value."""

    color: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    `runbook` names a section of the runbook. `has_exemplars` shows points that lead to traces.
    """

    title: str
    queries: tuple[tuple[str, str], ...]
    """Expression and legend of each."""
    kind: Kind = "line"
    unit: str = "short"
    width: int = 8
    limits: tuple[Limit, ...] = ()
    describe: str = ""
    runbook: str = ""
    has_exemplars: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels below a heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; `variables` are those beside the data source, Jaeger and the runbook."""

    name: str
    title: str
    describe: str
    rows: Sequence[Row]
    since: str = "now-6h"
    variables: tuple[dashboard.QueryVariable, ...] = field(default=())


def at_most(limit: float, *, warn: float | None = None) -> tuple[Limit, ...]:
    """Green below, red from the limit on."""
    middle = () if warn is None else (Limit("orange", warn),)
    return (Limit("green"), *middle, Limit("red", limit))


def at_least(limit: float) -> tuple[Limit, ...]:
    """Red below, green from the limit on."""
    return (Limit("red"), Limit("green", limit))


def built(panel: Panel) -> Builder:
    """The panel as Grafana's library builds it."""
    made = _shape(panel).title(panel.title).description(panel.describe).unit(panel.unit)
    made = made.datasource(SOURCE).span(panel.width).height(_HEIGHT[panel.kind])
    for number, (expression, legend) in enumerate(panel.queries):
        made = made.with_target(_query(panel, expression, legend, ref_id=chr(ord("A") + number)))
    if panel.limits:
        steps = [models.Threshold(value=limit.value, color=limit.color) for limit in panel.limits]
        made = made.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.runbook:
        link = dashboard.DashboardLink("What to do").type(models.DashboardLinkType.LINK)
        made = made.links([link.url(f"${{runbook}}#{panel.runbook}").target_blank(True)])
    return made


def _query(panel: Panel, expression: str, legend: str, *, ref_id: str) -> prometheus.Dataquery:
    query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(ref_id)
    query = query.datasource(SOURCE).exemplar(panel.has_exemplars)
    if panel.kind in {"stat", "bars"}:
        return query.instant()
    if panel.kind == "heatmap":
        return query.range().format(prometheus_models.PromQueryFormat.HEATMAP)
    return query.range()


def _shape(panel: Panel) -> Builder:
    match panel.kind:
        case "stat":
            last = common.ReduceDataOptions().calcs(["lastNotNull"])
            shown = stat.Panel().reduce_options(last).graph_mode(common_models.BigValueGraphMode.NONE)
            return shown.color_mode(common_models.BigValueColorMode.BACKGROUND)
        case "bars":
            bars = bargauge.Panel().orientation(common_models.VizOrientation.HORIZONTAL)
            return bars.display_mode(common_models.BarGaugeDisplayMode.GRADIENT).min(0)
        case "heatmap":
            return heatmap.Panel().calculate(False)
        case "line":
            return _lines(panel)


def _lines(panel: Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).placement(common_models.LegendPlacement.BOTTOM)
    legend = legend.display_mode(common_models.LegendDisplayMode.LIST)
    lines = timeseries.Panel().legend(legend.calcs(["lastNotNull", "max"])).fill_opacity(10)
    lines = lines.tooltip(common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI))
    if not panel.limits:
        return lines
    dashed = common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.DASHED)
    return lines.thresholds_style(dashed)


def built_board(board: Board) -> models.Dashboard:
    """The dashboard as Grafana's library builds it."""
    source = dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
    made = dashboard.Dashboard(board.title).uid(f"salesbot-{board.name}").description(board.describe)
    made = made.tags(["salesbot"]).time(board.since, "now").refresh("30s").editable()
    made = made.tooltip(models.DashboardCursorSync.CROSSHAIR).with_variable(source)
    for variable in board.variables:
        made = made.with_variable(variable.datasource(SOURCE))
    for name, label, default in (
        ("jaeger", "Jaeger", "http://localhost:16686"),
        ("runbook", "Runbook", "docs/runbook.md"),
    ):
        made = made.with_variable(dashboard.TextBoxVariable(name).label(label).default_value(default))
    made = made.link(
        dashboard.DashboardLink("Dashboards")
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags(["salesbot"])
        .keep_time(True)
    )
    for title, tags in (("Failed turns", '{"error":"true"}'), ("Slow turns", "")):
        search = f"${{jaeger}}/search?service=gateway&operation=POST%20%2Fchat&lookback=1h&tags={tags}"
        search += "" if tags else "&minDuration=2s"
        link = dashboard.DashboardLink(title).type(models.DashboardLinkType.LINK)
        made = made.link(link.url(search).icon("external link").target_blank(True))
    for row in board.rows:
        made = made.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            made = made.with_panel(built(panel))
    return made.build()

"""One service: its requests, its records, its process."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from dashboards.panels import RATE, Board, Panel, Row, at_least, at_most
from dashboards.service_level import quantile

_HTTP = "salesbot_http_request_duration_seconds"
# A counter of HTTP or of the process has no name of its service; whoever is scraped beside it has.
_MINE = 'and on (job, instance) salesbot_process_info{process="$service"}'
_GROUP = '{group="$service"}'


def _rate(metric: str, by: str, labels: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{labels}[{RATE}]) {_MINE})"


_FAILED = _rate(f"{_HTTP}_count", "route, status", '{status=~"5.."}')

_REQUESTS = (
    Panel(
        "Processes",
        (('count(salesbot_process_info{process="$service"})', "processes"),),
        "stat",
        width=4,
        limits=at_least(1),
        runbook="missing-processes",
    ),
    Panel(
        "Requests a second",
        ((_rate(f"{_HTTP}_count", "method, route"), "{{method}} {{route}}"),),
        unit="reqps",
        width=10,
    ),
    Panel(
        "Requests that failed, by status",
        (
            (
                f"{_FAILED} or on () vector(0)",
                "{{route}} {{status}}",
            ),
        ),
        unit="reqps",
        width=10,
        limits=at_most(0.01),
    ),
    Panel(
        "Requests, 95th percentile: a point leads to its trace",
        ((f"histogram_quantile(0.95, {_rate(f'{_HTTP}_bucket', 'le, route')})", "{{route}}"),),
        unit="s",
        has_exemplars=True,
    ),
    Panel(
        "Open requests and streams",
        ((f"sum(salesbot_open_requests {_MINE})", "open"),),
        runbook="refused-requests",
    ),
    Panel(
        "Tasks that failed, an hour",
        (
            (
                f"sum by (task) (increase(salesbot_task_failures_total[1h]) {_MINE}) or on () vector(0)",
                "{{task}}",
            ),
        ),
        limits=at_most(1),
        runbook="failed-tasks",
    ),
)

_RECORDS = (
    Panel(
        "Lag by topic",
        ((f"sum by (topic) (salesbot_kafka_consumer_lag{_GROUP})", "{{topic}}"),),
        runbook="slow-consumers",
    ),
    Panel(
        "Records finished a second",
        (
            (
                f"sum by (topic, result) (rate(salesbot_kafka_messages_processed_total{_GROUP}[{RATE}]))",
                "{{topic}} {{result}}",
            ),
        ),
        unit="ops",
    ),
    Panel(
        "Time of one record or batch, 95th percentile",
        (
            (
                quantile(0.95, f"salesbot_kafka_process_duration_seconds_bucket{_GROUP}", by="topic"),
                "{{topic}}",
            ),
        ),
        unit="s",
    ),
    Panel(
        "Records that wait, by reason",
        ((f"sum by (reason) (salesbot_waiting_records{_GROUP}) or on () vector(0)", "{{reason}}"),),
        limits=at_most(1),
        runbook="waiting-records",
    ),
    Panel(
        "Dead letters an hour",
        (
            (
                f"sum by (topic, reason) (increase(salesbot_dlq_messages_total{_GROUP}[1h])) or on () vector(0)",
                "{{topic}} {{reason}}",
            ),
        ),
        limits=at_most(1),
        runbook="dead-letters",
    ),
    Panel(
        "Records published a second",
        ((_rate("salesbot_kafka_messages_published_total", "topic"), "{{topic}}"),),
        unit="ops",
    ),
)

_PROCESS = (
    Panel(
        "CPU: one core is all a process can use",
        ((f"rate(process_cpu_seconds_total[{RATE}]) {_MINE}", "{{instance}}"),),
        unit="percentunit",
        limits=at_most(0.9),
    ),
    Panel("Memory", ((f"process_resident_memory_bytes {_MINE}", "{{instance}}"),), unit="bytes"),
    Panel("Open files", ((f"process_open_fds {_MINE}", "{{instance}}"),)),
)

BOARD = Board(
    "service",
    "Salesbot: one service",
    "Everything of the service that is chosen above. Some read no topics, and some serve no requests.",
    (Row("Requests", _REQUESTS), Row("Records", _RECORDS), Row("Process", _PROCESS)),
    variables=(
        dashboard.QueryVariable("service")
        .label("Service")
        .query("label_values(salesbot_process_info, process)")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED),
    ),
)

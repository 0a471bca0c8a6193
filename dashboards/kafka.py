"""How records flow, what holds them up, and how replicas follow the lag."""

from dashboards.panels import RATE, Board, Panel, Row, at_most
from dashboards.service_level import quantile

_LAG = "sum by (group) (salesbot_kafka_consumer_lag)"
_DONE = "salesbot_kafka_messages_processed_total"
_HPA = "kube_horizontalpodautoscaler"
_OURS = '{horizontalpodautoscaler=~".*salesbot.*"}'

_FLOW = (
    Panel(
        "Lag: records that are not finished",
        (("sum by (group, topic) (salesbot_kafka_consumer_lag)", "{{group}} {{topic}}"),),
        limits=at_most(200),
        runbook="slow-consumers",
    ),
    Panel(
        "At this pace the lag is gone after",
        ((f"{_LAG} / sum by (group) (rate({_DONE}[{RATE}]))", "{{group}}"),),
        unit="s",
        limits=at_most(60),
        runbook="slow-consumers",
    ),
    Panel(
        "Age of the oldest record that holds a commit back",
        (("max by (group) (salesbot_watermark_age_seconds)", "{{group}}"),),
        unit="s",
        limits=at_most(300, warn=30),
        runbook="waiting-records",
    ),
    Panel(
        "Records finished a second",
        ((f"sum by (group, result) (rate({_DONE}[{RATE}]))", "{{group}} {{result}}"),),
        unit="ops",
    ),
    Panel(
        "Time of one record or batch, 95th percentile",
        ((quantile(0.95, "salesbot_kafka_process_duration_seconds_bucket", by="group"), "{{group}}"),),
        unit="s",
    ),
    Panel(
        "In flight, and in hand",
        (
            ("sum by (group) (salesbot_inflight_records)", "{{group}} runs"),
            ("sum by (group) (salesbot_held_records)", "{{group}} in hand"),
        ),
    ),
    Panel(
        "Records published a second",
        ((f"sum by (topic) (rate(salesbot_kafka_messages_published_total[{RATE}]))", "{{topic}}"),),
        unit="ops",
    ),
)

_FAULTS = (
    Panel(
        "Dead letters an hour: each calls for a person",
        (
            (
                "sum by (group, topic, reason) (increase(salesbot_dlq_messages_total[1h])) or on () vector(0)",
                "{{group}} {{topic}} {{reason}}",
            ),
        ),
        limits=at_most(1),
        runbook="dead-letters",
    ),
    Panel(
        "Records that wait, by reason",
        (("sum by (group, reason) (salesbot_waiting_records) or on () vector(0)", "{{group}} {{reason}}"),),
        limits=at_most(1),
        runbook="waiting-records",
    ),
    Panel(
        "Attempts that are made again",
        (
            (
                f"sum by (group, topic) (rate(salesbot_kafka_messages_retried_total[{RATE}])) or on () vector(0)",
                "{{group}} {{topic}}",
            ),
        ),
        unit="ops",
    ),
    Panel(
        "Partitions that cannot be read",
        (("sum by (group) (salesbot_kafka_unreadable_partitions)", "{{group}}"),),
        limits=at_most(1),
        runbook="unreadable-partitions",
    ),
    Panel(
        "Rebalances an hour",
        (("sum by (group) (increase(salesbot_kafka_rebalances_total[1h])) or on () vector(0)", "{{group}}"),),
        runbook="slow-consumers",
    ),
    Panel(
        "Age of the oldest event that is stored and not published",
        (("max by (schema) (salesbot_outbox_oldest_age_seconds)", "{{schema}}"),),
        unit="s",
        limits=at_most(60),
        runbook="unpublished-events",
    ),
    Panel(
        "Events stored and not published",
        (("max by (schema) (salesbot_outbox_pending)", "{{schema}}"),),
        runbook="unpublished-events",
    ),
    Panel(
        "Tasks that failed, an hour",
        (("sum by (task) (increase(salesbot_task_failures_total[1h])) or on () vector(0)", "{{task}}"),),
        limits=at_most(1),
        runbook="failed-tasks",
    ),
)

_SCALING = (
    Panel(
        "Replicas: at the maximum the lag can only grow",
        (
            (
                f"max by (horizontalpodautoscaler) ({_HPA}_status_current_replicas{_OURS})",
                "{{horizontalpodautoscaler}}",
            ),
            (
                f"max by (horizontalpodautoscaler) ({_HPA}_spec_max_replicas{_OURS})",
                "maximum of {{horizontalpodautoscaler}}",
            ),
        ),
        runbook="autoscaling",
    ),
    Panel(
        "What KEDA reads as lag; it should be what we say",
        (
            (
                'sum by (scaledObject) (keda_scaler_metrics_value{scaledObject=~".*salesbot.*"})',
                "{{scaledObject}}",
            ),
            (_LAG, "{{group}}, by itself"),
        ),
        runbook="autoscaling",
    ),
    Panel(
        "KEDA: errors a minute; with them nothing is scaled",
        (
            (
                '60 * sum by (scaledObject) (rate(keda_scaler_detail_errors_total{scaledObject=~".*salesbot.*"}[5m]))',
                "{{scaledObject}}",
            ),
        ),
        limits=at_most(1),
        runbook="autoscaling",
    ),
    Panel(
        "KEDA: active (0 is scaled to zero) and paused",
        (
            ('max by (scaledObject) (keda_scaler_active{scaledObject=~".*salesbot.*"})', "{{scaledObject}}"),
            (
                'max by (scaledObject) (keda_scaled_object_paused{scaledObject=~".*salesbot.*"})',
                "{{scaledObject}} is paused",
            ),
        ),
    ),
    Panel(
        "KEDA: time to ask the broker",
        (
            (
                'max by (scaledObject) (keda_scaler_metrics_latency_seconds{scaledObject=~".*salesbot.*"})',
                "{{scaledObject}}",
            ),
        ),
        unit="s",
    ),
    Panel(
        "Replicas that are available, of those wanted",
        (
            (
                'sum by (deployment) (kube_deployment_status_replicas_available{deployment=~".*salesbot.*"})',
                "{{deployment}}",
            ),
            (
                'sum by (deployment) (kube_deployment_spec_replicas{deployment=~".*salesbot.*"})',
                "{{deployment}} wanted",
            ),
        ),
        runbook="missing-processes",
    ),
)

BOARD = Board(
    "kafka",
    "Salesbot: Kafka and KEDA",
    "How records flow through the topics. The last row needs a cluster with KEDA and kube-state-metrics.",
    (Row("Flow", _FLOW), Row("What holds it up", _FAULTS), Row("Autoscaling (needs a cluster)", _SCALING)),
)

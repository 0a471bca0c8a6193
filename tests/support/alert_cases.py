"""What each alert fires on, and what it must not fire on: series as promtool reads them."""

from typing import Any

from tests.support.alert_rules import Case

MODEL = {"model": "gpt-4o"}
OUTAGE = {"group": "dialogue", "reason": "DatabaseUnavailable 25006"}
PLACE = {"group": "leadstore", "topic": "conversation.turns.v1"}
PARKED = {**PLACE, "reason": "MalformedEvent"}
ONE, POD = {"instance": "a"}, {"pod": "a"}
FAILED, RESETS = "language_model_failures_total", "kafka_offset_resets_total"
DAY, GROUP, SCHEMA = {"cap": "day_usd"}, {"group": "leadstore"}, {"schema": "dialogue"}
HOOK = {"subscription": "crm"}
UNKNOWN = {**MODEL, "reason": "spend_unknown"}
CAP, TASK = {"cap": "conversation_usd"}, {"task": "consumer leadstore"}
SENDER, FAST = {"fault": "sender"}, {"ending": "too_fast"}
NO_TOPIC = {"topic": "", "reason": "KafkaError"}
TARGET, SCALED = {"job": "salesbot-gateway", "instance": "a:1"}, {"scaledObject": "salesbot-dialogue"}
# What counters do that appear with their first event: that one, one more, and one that is long past.
ONCE, LONG_PAST = "_x9 1x20; 1x9 2x20", "_x3 1x30"


def series(metric: str, **labels: str) -> str:
    named = ",".join(f'{name}="{value}"' for name, value in labels.items())
    foreign = metric.startswith(("kube_", "keda_")) or metric == "up"
    return f"{'' if foreign else 'salesbot_'}{metric}{{{named}}}"


INACTIVE, DENIED = {"outcome": "webhook_inactive"}, {"outcome": "refused"}


# Alert, labels it names, further ones of its metric, metric, time; series that it fires on, and others.
SIMPLE: list[tuple[str, dict[str, str], dict[str, str], str, str, str, str]] = [
    ("DeliveriesDead", HOOK, POD, "deliveries_dead", "20m", "0x5 1x20", "0x30; 0x5 1 0x20"),
    ("DeliveriesWait", HOOK, POD, "deliveries_oldest_age_seconds", "90m", "0+60x90", "3500x90; 0x5 4e3 0x90"),
    ("ReceiverPaused", HOOK, POD, "subscriptions_paused", "90m", "0x5 1x90", "0x90; 0x5 1x30 0x60"),
    ("PromptWithdrawn", {}, {}, "trial_withdrawn", "20m", "0x5 1x20", "0x30; 1x9 0x20"),
    ("SpendCapReached", DAY, {}, "spend_cap_binds", "20m", "0x9 1x20", "0x30; 1x9 0x20"),
    ("MailsWait", {}, {}, "mails_oldest_age_seconds", "60m", "0+60x60", "0x60; 1700x60"),
    ("MailsDoubtful", {}, {}, "mails_doubtful", "20m", "0x5 1x20", "0x30"),
    ("RemindersWait", {}, {}, "follow_ups_oldest_age_seconds", "90m", "0+60x90", "0x90; 3500x90"),
    ("SpendForecast", DAY, {}, "spend_cap_used_ratio", "180m", "0+0.002x500", "0+0.0005x500"),
    ("SpendShareReached", {"cap": "site_usd"}, {}, "spend_caps_reached_total", "20m", "0x5 1x20", "0x30"),
    ("SpendUnknown", {}, UNKNOWN, FAILED, "20m", "0+3x60", "9x60"),
    ("DeadLettersPileUp", PARKED, ONE, "dlq_messages_total", "15m", "_x9 3 6 9 12x50", "_x9 1x50"),
    ("ModelGone", MODEL, {}, "language_model_gone", "20m", "0x9 1x20", "1x9 0x20"),
    ("RecordsWait", OUTAGE, ONE, "waiting_age_seconds", "9m", "0x4 20 80 140 200 260 320", "0x4 20 40 0x20"),
    ("ParkingStopped", PARKED, ONE, "parking_stopped", "9m", "0x3 1x20", "0x30; 0x3 1 0x20"),
    ("CommitsHeldBack", GROUP, ONE, "watermark_age_seconds", "10m", "0+60x20", "0 60 0 60 0 60 0 60 0 60 0"),
    ("OutboxEventRefused", SCHEMA, POD, "outbox_refused_events", "20m", "0x5 1x20", "0x30; 1x5 0x20"),
    ("OutboxStuck", SCHEMA, {}, "outbox_oldest_age_seconds", "20m", "0+60x30", "0 5 61 3 0x30"),
    ("SpareDataKeysLow", {"schema": "privacy"}, {}, "spare_data_keys", "20m", "9x30", "99x30; 99x5 40 99x20"),
    ("RepliesRecovered", {}, POD, "replies_recovered_total", "14m", "0x9 4 8 12 16x20", "0x9 1x30"),
    ("ReplyFramesSkipped", {}, POD, "reply_frames_skipped_total", "40m", "0+5x60", "0 5 10 15 20x60"),
    ("RequestsLimited", {"policy": "openings"}, POD, "requests_limited_total", "30m", "0+120x60", "0+30x60"),
    ("CalendarRefuses", {}, DENIED, "calendar_checks_total", "30m", "0+0.1x60", "0x60; 0x9 1x60"),
    ("CalendarWebhookInactive", {}, INACTIVE, "calendar_checks_total", "30m", "0+0.1x60", "0x60; 0x9 1x60"),
    ("RetentionNotApplied", {}, POD, "retention_applied_timestamp_seconds", "1500m", "9x160", "90000x160"),
    ("OffsetsOutOfRange", {**PLACE, "reason": "expired"}, {}, RESETS, "15m", ONCE, LONG_PAST),
    ("OffsetsNotCommitted", PLACE, {"reason": "none_committed"}, RESETS, "15m", ONCE, LONG_PAST),
    ("TaskFails", TASK, {}, "task_failures_total", "15m", ONCE, LONG_PAST),
    ("PartitionUnreadable", GROUP, ONE, "kafka_unreadable_partitions", "9m", "0x3 1x20", "0x30; 0x3 1 0x20"),
    ("FetchingFails", GROUP, NO_TOPIC, "kafka_fetch_failures_total", "20m", "0+1x30", "0x30"),
    ("BookingLinkRefused", {}, POD, "refused_booking_links_total", "20m", "0x9 1x20", "0x30"),
    ("ConversationCapsReached", CAP, {}, "spend_caps_reached_total", "70m", "0+0.2x80", "0+0.1x80"),
    ("MailServerRefusesUs", SENDER, {}, "mail_server_fault", "20m", "0x5 1x20", "0x30; 1x5 0x20"),
    ("MailsParked", {}, FAST, "mails_taken_total", "20m", "0x9 1x20", "0x30"),
    ("GroupRebalancesOften", GROUP, {}, "kafka_rebalances_total", "40m", "0+2x60", "0+0.5x60"),
    ("KedaScalerFails", SCALED, {}, "keda_scaler_detail_errors_total", "30m", "0+1x60", "0x9 1x60"),
    ("NothingScraped", {}, {"process": "dialogue"}, "process_info", "20m", "1x5 stale", "1x30"),
    # The first one calls a person, one more of a known kind does, and one after a restart.
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "11m", "_x9 1x50", "_x150"),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "62m", "1x60 2x50", ""),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "14m", "7x9 _x3 1x50", ""),
    ("DeadLetterParked", PARKED, ONE, "dlq_messages_total", "150m", "", "_x9 1x150"),
]  # fmt: skip


def all_cases() -> list[Case]:
    return [
        *simple_cases(),
        *cases_of_models(),
        *cases_of_a_shutdown(),
        *cases_of_turns(),
        *cases_of_the_funnel(),
        *cases_of_consumers(),
        *cases_of_processes(),
    ]


def simple_cases() -> list[Case]:
    cases = []
    for alert, labels, others, metric, at, loud, quiet in SIMPLE:
        for values in filter(None, f"{loud}; {quiet}".split("; ")):
            given = {series(metric, **labels, **others): values}
            if others in (ONE, POD):
                # Another replica to which nothing has happened.
                given[series(metric, **labels, **dict.fromkeys(others, "b"))] = "0x200"
            cases.append(Case(alert, labels, at, given, values in loud.split("; ")))
    return cases


def cases_of_models() -> list[Case]:
    state, spoken = "language_model_breaker_state", "language_model_duration_seconds_count"
    breaker = {series(state, **MODEL, job="dialogue"): "2x60", series(state, **MODEL, job="proposal"): "0x60"}
    refused = series(FAILED, **MODEL, reason="breaker_open")
    guided = series("guided_replies_total", reason="timeout")
    answered = {series(spoken, **MODEL, outcome="answered"): "0+10x60"}
    return [
        # A breaker that stays open is reported while it refuses calls.
        Case("ModelBreakerOpen", MODEL, "40m", {**breaker, refused: "0+5x60"}, True),
        Case("ModelBreakerOpen", MODEL, "40m", {**breaker, refused: "7x60"}, False),
        Case("GuidedReplies", {}, "40m", {**answered, guided: "0+4x60"}, True),
        Case("GuidedReplies", {}, "40m", {**answered, guided: "0+1x60"}, False),
    ]


def cases_of_a_shutdown() -> list[Case]:
    """The end of a model is announced 90, 30 and 7 days before."""
    metric, cases = "language_model_shutdown_days", []
    for days, mark in (("91", 0), ("90", 90), ("31", 90), ("30", 30), ("8", 30), ("7", 7), ("-2", 7)):
        given = {series(metric, **MODEL, job=job): f"{days}x30" for job in ("dialogue", "proposal")}
        for each in (90, 30, 7):
            cases.append(Case(f"ModelShutdownIn{each}Days", MODEL, "20m", given, each == mark))
    return cases


def turns(answered: str, failed: str, *, ending: str = "failed") -> dict[str, str]:
    replied = "replies_total"
    return {series(replied, ending="answered"): answered, series(replied, ending=ending): failed}


def first_words(in_time: str, all_: str) -> dict[str, str]:
    metric = "reply_first_words_seconds"
    # As the client writes the bound: without the fraction a rule would match nothing.
    return {series(f"{metric}_bucket", le="2.0"): in_time, series(f"{metric}_count"): all_}


def cases_of_turns() -> list[Case]:
    refused = series("http_request_duration_seconds_count", route="/chat", method="POST", status="503")
    unheard = {series("replies_total", ending="answered"): "0+1x200"}
    return [
        Case("TurnsFail", {}, "120m", turns("0+98x130", "0+2x130"), True),
        Case("TurnsFail", {}, "120m", turns("0+98x130", "0+2x130", ending="later"), True),
        Case("TurnsFail", {}, "120m", {**unheard, refused: "0+1x200"}, True),
        # 1 % for six hours.
        Case("TurnsFail", {}, "420m", turns("0+99x230", "0+1x230"), True),
        Case("TurnsFail", {}, "480m", turns("0+1999x250", "0+1x250"), False),
        # One of few turns is more than 1.4 % and no pattern.
        Case("TurnsFail", {}, "120m", turns("0+0.7x130", "0x90 1x40"), False),
        # It is over: the short window says so.
        Case("TurnsFail", {}, "125m", turns("0+98x130", "0+2x80 160x50"), False),
        Case("TurnsFail", {}, "60m", {}, False),
        Case("TurnsFailSlowly", {}, "1600m", turns("0+249x170", "0+1x170"), True),
        Case("TurnsFailSlowly", {}, "4400m", turns("0+499x450", "0+1x450"), True),
        Case("TurnsFailSlowly", {}, "4400m", turns("0+1999x450", "0+1x450"), False),
        Case("FirstWordsVeryLate", {}, "120m", first_words("0+20x130", "0+100x130"), True),
        Case("FirstWordsVeryLate", {}, "420m", first_words("0+60x230", "0+100x230"), True),
        Case("FirstWordsVeryLate", {}, "420m", first_words("0+90x230", "0+100x230"), False),
        Case("FirstWordsVeryLate", {}, "120m", first_words("0x130", "0+0.2x130"), False),
        Case("FirstWordsLate", {}, "60m", first_words("0+90x70", "0+100x70"), True),
        Case("FirstWordsLate", {}, "60m", first_words("0+97x70", "0+100x70"), False),
        Case("FirstWordsLate", {}, "60m", first_words("0x70", "0+1x70"), False),
        Case("FirstWordsLate", {}, "4400m", first_words("0+94x450", "0+100x450"), True),
    ]


def funnel(days: int, **counts: int) -> dict[str, str]:
    """The same in two replicas."""
    return {
        series("funnel_conversations", step=step, days=str(days), pod=pod): f"{count}x300"
        for step, count in counts.items()
        for pod in "ab"
    }


def cases_of_the_funnel() -> list[Case]:
    cost = series("funnel_model_cost_usd", days="1")
    found: list[tuple[str, dict[str, str], bool]] = [
        ("FewConversations", funnel(7, started=699), True),
        ("FewConversations", funnel(7, started=700), False),
        ("FewConversations", funnel(7, started=0), False),
        ("NoConversations", funnel(7, started=70) | funnel(1, started=0), True),
        ("NoConversations", funnel(7, started=69) | funnel(1, started=0), False),
        ("NoConversations", funnel(7, started=700) | funnel(1, started=1), False),
        ("FewReachTheProposal", funnel(7, started=100, propose=30), True),
        ("FewReachTheProposal", funnel(7, started=100, propose=31), False),
        ("FewReachTheProposal", funnel(7, started=49, propose=0), False),
        ("FewBookADemo", funnel(30, propose=100, booked=10), True),
        ("FewBookADemo", funnel(30, propose=100, booked=11), False),
        ("FewBookADemo", funnel(30, propose=49, booked=0), False),
        ("DemosAreCanceled", funnel(30, booked=10, canceled=6), True),
        ("DemosAreCanceled", funnel(30, booked=10, canceled=5), False),
        ("DemosAreCanceled", funnel(30, booked=9, canceled=9), False),
        ("ConversationsCostTooMuch", funnel(1, started=20) | {cost: "2.1x300"}, True),
        ("ConversationsCostTooMuch", funnel(1, started=20) | {cost: "1.9x300"}, False),
        ("ConversationsCostTooMuch", funnel(1, started=19) | {cost: "9x300"}, False),
    ]
    return [Case(alert, {}, "1500m", given, fires) for alert, given, fires in found]


def cases_of_consumers() -> list[Case]:
    lag = series("kafka_consumer_lag", **PLACE)
    done = series("kafka_messages_processed_total", **PLACE, result="done")
    replicas, most = (
        "kube_horizontalpodautoscaler_status_current_replicas",
        "kube_horizontalpodautoscaler_spec_max_replicas",
    )
    scaler = {"horizontalpodautoscaler": "keda-hpa-salesbot-leadstore"}

    def scaled(now: int) -> dict[str, str]:
        return {series(replicas, **scaler): f"{now}x60", series(most, **scaler): "12x60"}

    found: list[tuple[str, dict[str, str], bool]] = [
        ("ConsumerStalled", {lag: "5x60", done: "7x60"}, True),
        ("ConsumerStalled", {lag: "5x60"}, True),
        ("ConsumerStalled", {lag: "5x60", done: "0+1x60"}, False),
        ("ConsumerStalled", {lag: "0x60", done: "7x60"}, False),
        ("LagDrainsSlowly", {lag: "200x60", done: "0+60x60"}, True),
        ("LagDrainsSlowly", {lag: "200x60", done: "0+600x60"}, False),
        ("LagDrainsSlowly", {lag: "1x60", done: "0+0.1x60"}, False),
        ("ReplicasAtMaximum", {lag: "0+10x60", **scaled(12)}, True),
        ("ReplicasAtMaximum", {lag: "0+10x60", **scaled(11)}, False),
        ("ReplicasAtMaximum", {lag: "900-10x60", **scaled(12)}, False),
    ]
    return [Case(alert, GROUP, "40m", given, fires) for alert, given, fires in found]


def cases_of_processes() -> list[Case]:
    proposal: dict[str, Any] = {"process": "proposal"}
    up, ours = series("up", **TARGET), series("process_info", process="gateway", **TARGET)
    gone = {series("process_info", **proposal, instance="a"): "1x20 stale"}
    wanted = series("kube_deployment_spec_replicas", deployment="salesbot-proposal")
    return [
        Case("TargetDown", TARGET, "20m", {up: "1x5 0x20", ours: "1x5 stale"}, True),
        Case("TargetDown", TARGET, "20m", {up: "0x5 1x20", ours: "_x5 1x20"}, False),
        Case("TargetDown", TARGET, "20m", {up: "1x5 0x20"}, False),
        Case("Watchdog", {}, "5m", {}, True),
        Case("ProcessMissing", proposal, "40m", gone, True),
        Case("ProcessMissing", proposal, "40m", {**gone, wanted: "2x60"}, True),
        Case("ProcessMissing", proposal, "40m", {**gone, wanted: "0x60"}, False),
        # A deployment: the next one is there.
        Case(
            "ProcessMissing",
            proposal,
            "40m",
            gone | {series("process_info", **proposal, instance="b"): "_x19 1x60"},
            False,
        ),
    ]

"""What visitors are promised, whether it is kept, and what keeps it from being kept."""

from dashboards.panels import RATE, Board, Limit, Panel, Row, at_least, at_most

_REFUSED = 'salesbot_http_request_duration_seconds_count{route="/chat",status=~"5.."}'
_BAD = (
    'sum(increase(salesbot_replies_total{ending=~"failed|later"}[30d]))'
    f" + (sum(increase({_REFUSED}[30d])) or vector(0))"
)
_ALL = f"sum(increase(salesbot_replies_total[30d])) + (sum(increase({_REFUSED}[30d])) or vector(0))"
_FIRST_WORDS = "salesbot_reply_first_words_seconds_bucket"
_HTTP = "salesbot_http_request_duration_seconds"
_OF_PROCESS = "* on (job, instance) group_left (process) salesbot_process_info"
_BURN = (Limit("green"), Limit("orange", 1), Limit("red", 6), Limit("dark-red", 14.4))


def quantile(share: float, buckets: str, window: str = RATE, *, by: str = "") -> str:
    """A quantile of a histogram, by further labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({buckets}[{window}])))"


def _burn(sli: str, budget: str) -> tuple[tuple[str, str], ...]:
    windows = ("5m", "1h", "6h", "3d")
    return tuple((f"salesbot:{sli}:ratio_rate{window} / {budget}", window) for window in windows)


_PROMISES = (
    Panel(
        "99.9 % of the turns of 30 days get their reply",
        ((f"1 - ({_BAD}) / ({_ALL})", ""),),
        "stat",
        "percentunit",
        6,
        at_least(0.999),
        "A turn is lost for this if its reply failed, came too late for its request, or if it was refused with a 5xx.",
        "turns-without-a-reply",
    ),
    Panel(
        "Error budget that is left of 30 days",
        ((f"1 - ({_BAD}) / ({_ALL}) / 0.001", ""),),
        "stat",
        "percentunit",
        6,
        (Limit("red"), Limit("orange", 0.0), Limit("green", 0.5)),
        "Below 0 no change goes out but those that mend.",
    ),
    Panel(
        "95 % of the last hour's replies began within 2 s",
        ((quantile(0.95, _FIRST_WORDS, "1h"), ""),),
        "stat",
        "s",
        6,
        at_most(2.0, warn=1.5),
        "From a turn being taken to the first words of its streamed reply.",
        "late-replies",
    ),
    Panel(
        "Processes that are there",
        (("count by (process) (salesbot_process_info)", "{{process}}"),),
        "stat",
        "short",
        6,
        at_least(1),
        runbook="missing-processes",
    ),
    Panel(
        "Errors: from 14.4 on the budget of a month is gone in two days",
        _burn("turn_errors", "0.001"),
        unit="short",
        width=12,
        limits=_BURN,
        describe="How many times faster than allowed the error budget is spent; both windows of a pair must agree.",
        runbook="turns-without-a-reply",
    ),
    Panel(
        "Late replies: from 1 on more than 5 % begin after 2 s",
        _burn("late_turns", "0.05"),
        unit="short",
        width=12,
        limits=_BURN,
        runbook="late-replies",
    ),
)

_TURNS = (
    Panel(
        "Turns a second: anything but answered or left is an error",
        ((f"sum by (ending) (rate(salesbot_replies_total[{RATE}]))", "{{ending}}"),),
        unit="reqps",
    ),
    Panel(
        "Refused requests: 4xx is theirs, 5xx is ours",
        (
            (
                f'sum by (status) (rate({_HTTP}_count{{status=~"4..|5.."}}[{RATE}])) or on () vector(0)',
                "{{status}}",
            ),
        ),
        unit="reqps",
        runbook="refused-requests",
    ),
    Panel(
        "POST /chat: a point leads to its trace",
        ((quantile(0.95, f'{_HTTP}_bucket{{route="/chat"}}', by="route"), "p95 of {{route}}"),),
        unit="s",
        has_exemplars=True,
    ),
    Panel(
        "First words: the 95th percentile stays below 2 s",
        tuple((quantile(share, _FIRST_WORDS), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)),
        unit="s",
        limits=at_most(2.0),
        runbook="late-replies",
    ),
    Panel(
        "First words: a second band means a second cause",
        ((f"sum by (le) (increase({_FIRST_WORDS}[{RATE}]))", "{{le}}"),),
        "heatmap",
        "s",
    ),
    Panel(
        "Whole replies take a model's time",
        tuple(
            (quantile(share, "salesbot_reply_duration_seconds_bucket"), f"p{share * 100:g}")
            for share in (0.5, 0.95)
        ),
        unit="s",
    ),
)

_MODEL = (
    Panel(
        "Model: time to the first text, 95th percentile",
        ((quantile(0.95, "salesbot_language_model_first_chunk_seconds_bucket", by="model"), "{{model}}"),),
        unit="s",
        limits=at_most(2.0),
        runbook="late-replies",
    ),
    Panel(
        "Model: calls by how they ended",
        (
            (
                f"sum by (model, outcome) (rate(salesbot_language_model_duration_seconds_count[{RATE}]))",
                "{{model}} {{outcome}}",
            ),
        ),
        unit="reqps",
        has_exemplars=True,
        runbook="failing-language-model",
    ),
    Panel(
        "Model: failed attempts by reason",
        (
            (
                f"sum by (model, reason) (rate(salesbot_language_model_failures_total[{RATE}])) or on () vector(0)",
                "{{model}} {{reason}}",
            ),
        ),
        unit="reqps",
        runbook="failing-language-model",
    ),
    Panel(
        "Breaker: at 2 the model is left alone",
        (("max by (model) (salesbot_language_model_breaker_state)", "{{model}}"),),
        limits=at_most(2, warn=1),
        runbook="failing-language-model",
    ),
    Panel(
        "Guided instead of by the model, by reason",
        (
            (
                f"sum by (reason) (rate(salesbot_guided_replies_total[{RATE}])) or on () vector(0)",
                "{{reason}}",
            ),
        ),
        unit="reqps",
        runbook="failing-language-model",
    ),
    Panel(
        "Sentences of the model that were not shown, by reason",
        (
            (
                f"sum by (reason) (rate(salesbot_refused_sentences_total[{RATE}])) or on () vector(0)",
                "{{reason}}",
            ),
        ),
        unit="ops",
    ),
)

_PROCESSES = (
    Panel(
        "Requests of each process",
        ((f"sum by (process) (rate({_HTTP}_count[{RATE}]) {_OF_PROCESS})", "{{process}}"),),
        unit="reqps",
    ),
    Panel(
        "Share of each process's requests that ended with a 5xx",
        (
            (
                f'sum by (process) (rate({_HTTP}_count{{status=~"5.."}}[{RATE}]) {_OF_PROCESS})'
                f" / sum by (process) (rate({_HTTP}_count[{RATE}]) {_OF_PROCESS}) or on () vector(0)",
                "{{process}}",
            ),
        ),
        unit="percentunit",
        limits=at_most(0.001),
    ),
    Panel(
        "Requests of each process, 95th percentile",
        (
            (
                f"histogram_quantile(0.95, sum by (le, process) (rate({_HTTP}_bucket[{RATE}]) {_OF_PROCESS}))",
                "{{process}}",
            ),
        ),
        unit="s",
    ),
)

BOARD = Board(
    "service-level",
    "Salesbot: service level",
    "Whether visitors get what they are promised: 99.9 % of the turns a reply, 95 % of the replies within 2 s.",
    (
        Row("Are the promises kept?", _PROMISES),
        Row("Turns", _TURNS),
        Row("Language models", _MODEL),
        Row("Each process", _PROCESSES),
    ),
)

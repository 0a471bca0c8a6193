"""What the conversations lead to, beside what the owner wants, and what they cost."""

from dashboards.panels import RATE, Board, Panel, Row, at_least, at_most


def reached(step: str, days: int) -> str:
    """How many conversations reached a step; every leadstore says the same."""
    return f'max(salesbot_funnel_conversations{{step="{step}",days="{days}"}})'


def _hourly(metric: str, by: str) -> str:
    return f"sum by ({by}) (increase({metric}[1h])) or on () vector(0)"


_COST = 'max(salesbot_funnel_model_cost_usd{{days="{days}"}})'
_STEPS = (
    ("started", "began"),
    ("propose", "saw the proposal"),
    ("link_sent", "got the link"),
    ("booked", "booked"),
)

_TARGETS = (
    Panel(
        "100 conversations a day (last week)",
        ((f"{reached('started', 7)} / 7", ""),),
        "stat",
        "short",
        6,
        at_least(100),
        runbook="missed-targets",
    ),
    Panel(
        "More than 30 % reach the proposal (last week)",
        ((f"{reached('propose', 7)} / {reached('started', 7)}", ""),),
        "stat",
        "percentunit",
        6,
        at_least(0.3),
        "Proposals of the week by conversations that began in it; the console counts in the same way.",
        "missed-targets",
    ),
    Panel(
        "More than 10 % of those book a demo (last month)",
        ((f"{reached('booked', 30)} / {reached('propose', 30)}", ""),),
        "stat",
        "percentunit",
        6,
        at_least(0.1),
        runbook="missed-targets",
    ),
    Panel(
        "A conversation costs less than $0.10 (last day)",
        ((f"{_COST.format(days=1)} / {reached('started', 1)}", ""),),
        "stat",
        "currencyUSD",
        6,
        at_most(0.1, warn=0.08),
        runbook="spending",
    ),
)

_FUNNEL = (
    Panel(
        "The widest step between two bars is where visitors are lost (last month)",
        tuple(
            (reached(step, 30), step.replace("_", " "))
            for step in (
                "started",
                "identify",
                "scope",
                "propose",
                "recommend",
                "book",
                "link_sent",
                "booked",
                "canceled",
            )
        ),
        "bars",
        width=12,
        describe="Conversations that reached a step for the first time. Canceled: booked in that time, and no demo now.",
        runbook="missed-targets",
    ),
    Panel(
        "The last 24 hours, at any time",
        tuple((reached(step, 1), name) for step, name in _STEPS),
        width=12,
    ),
)

_COSTS = (
    Panel(
        "Dollars an hour, by model",
        ((_hourly("salesbot_language_model_cost_usd_total", "model"), "{{model}}"),),
        unit="currencyUSD",
    ),
    Panel(
        "Used of the day's caps: at 100 % conversations are guided",
        (("max by (cap) (salesbot_spend_cap_used_ratio)", "{{cap}}"),),
        unit="percentunit",
        limits=at_most(1.0, warn=0.8),
        runbook="spending",
    ),
    Panel(
        "Spent today, and a day's cost of a conversation",
        (
            ("max(salesbot_spent_today_usd)", "today"),
            (f"{_COST.format(days=1)} / {reached('started', 1)}", "each"),
        ),
        unit="currencyUSD",
    ),
    Panel(
        "Tokens a minute, by model: input is what the prompt weighs",
        (
            (
                f"60 * sum by (model, type) (rate(salesbot_language_model_tokens_total[{RATE}]))",
                "{{model}} {{type}}",
            ),
        ),
    ),
    Panel(
        "Conversations an hour that grew past so many dollars",
        ((_hourly("salesbot_conversations_cost_over_total", "usd"), "$ {{usd}}"),),
    ),
    Panel(
        "Questions a cap kept from a model",
        ((f"sum by (cap) (rate(salesbot_spend_cap_refusals_total[{RATE}])) or on () vector(0)", "{{cap}}"),),
        unit="reqps",
        runbook="spending",
    ),
)

_WORDS = (
    Panel(
        "Questions an hour that no fact answers: add the facts",
        (("sum(increase(salesbot_questions_unanswered_total[1h]))", "questions"),),
        describe="The console lists them.",
    ),
    Panel(
        "Take-overs an hour by a person",
        ((_hourly("salesbot_takeovers_total", "what"), "{{what}}"),),
        runbook="people-who-took-over",
    ),
    Panel(
        "What the calendar told an hour",
        ((_hourly("salesbot_calendar_notices_total", "kind, whose"), "{{kind}} ({{whose}})"),),
        runbook="calendar-webhooks",
    ),
    Panel("Mails an hour", ((_hourly("salesbot_mails_total", "ending"), "{{ending}}"),), runbook="mails"),
    Panel(
        "Reminders an hour",
        ((_hourly("salesbot_follow_ups_total", "ending"), "{{ending}}"),),
        runbook="mails",
    ),
    Panel(
        "Mails of campaigns an hour",
        ((_hourly("salesbot_campaign_mails_total", "template, ending"), "{{template}} {{ending}}"),),
    ),
)

BOARD = Board(
    "funnel",
    "Salesbot: funnel",
    "From hello to a booked demo, beside the targets: 100 a day, 30 % to the proposal, 10 % of those to a demo, $0.10 each.",
    (
        Row("Targets", _TARGETS),
        Row("Funnel", _FUNNEL),
        Row("Cost", _COSTS),
        Row("What is said and sent", _WORDS),
    ),
    since="now-7d",
)

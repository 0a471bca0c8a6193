"""What is said in conversations, and what becomes of them."""

from prometheus_client import Counter, Gauge

GUIDED_REPLIES = Counter(
    "salesbot_guided_replies_total",
    "Replies that were guided because the language model failed, by reason.",
    ["reason"],
)
REFUSED_SENTENCES = Counter(
    "salesbot_refused_sentences_total",
    "Sentences of a language model that were not shown, by reason.",
    ["reason"],
)
OTHER_ACTIONS = Counter(
    "salesbot_other_actions_total",
    "Turns in which code decided otherwise than the language model and asked it again, by the action taken.",
    ["action"],
)
TAKEOVERS = Counter(
    "salesbot_takeovers_total",
    "Take-overs of a conversation by a person: begun, ended, gone (the person was), refused (a message of "
    "theirs, which came too late).",
    ["what"],
)
REFUSED_BOOKING_LINKS = Counter(
    "salesbot_refused_booking_links_total",
    "Issued booking links that lead to no page of ours; the playbook's public link was given instead.",
)
CALENDAR_NOTICES = Counter(
    "salesbot_calendar_notices_total",
    "What calendars told of bookings, by kind and by how it is known whose they are.",
    ["kind", "whose"],
)
CALENDAR_RECONCILED = Counter(
    "salesbot_calendar_reconciled_total", "Bookings that were read from the calendar, and no webhook told of."
)
CALENDAR_CHECKS = Counter(
    "salesbot_calendar_checks_total",
    "Looks at the calendar's own records and at its webhook: ok, webhook_inactive, refused.",
    ["outcome"],
)
CONVERSATIONS_ERASED = Counter(
    "salesbot_conversations_erased_total", "Conversations that were erased, by reason.", ["reason"]
)
RETENTION_APPLIED = Gauge(
    "salesbot_retention_applied_timestamp_seconds",
    "When this process last erased what is older than it may be kept; 0 when another one does.",
)

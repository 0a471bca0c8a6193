"""Mails that come in and go out."""

from prometheus_client import Counter, Gauge

MAILS_RECEIVED = Counter(
    "salesbot_mails_received_total",
    "Mails that came in and were published, by who delivered them and what they are.",
    ["provider", "kind"],
)
MAILS = Counter(
    "salesbot_mails_total",
    "Attempts to send a mail, by ending: sent, deferred, refused, or doubtful, where nobody knows.",
    ["ending"],
)
MAILS_WAITING = Gauge("salesbot_mails_waiting", "Mails that are not sent yet, of all processes.")
MAILS_OLDEST_AGE = Gauge(
    "salesbot_mails_oldest_age_seconds",
    "How long the oldest answer by mail has been waiting; 0 when none is.",
)
MAILS_DOUBTFUL = Gauge(
    "salesbot_mails_doubtful",
    "Mails of which nobody knows whether they were sent, until an operator says so.",
)
MAIL_SERVER_FAULT = Gauge(
    "salesbot_mail_server_fault",
    "1 for the reason why the mail server takes no mails: unreachable, encryption, login or sender.",
    ["fault"],
)
MAILS_TAKEN = Counter(
    "salesbot_mails_taken_total",
    "Mails that came in, by what became of them: a turn, or the reason why none.",
    ["ending"],
)
FOLLOW_UPS = Counter(
    "salesbot_follow_ups_total",
    "Mails to visitors who went silent: queued when they were due, sent, or the reason why none went out.",
    ["ending"],
)
FOLLOW_UPS_OLDEST_AGE = Gauge(
    "salesbot_follow_ups_oldest_age_seconds",
    "How long the oldest mail to a visitor who went silent has been due; 0 when none is.",
)
CAMPAIGN_MAILS = Counter(
    "salesbot_campaign_mails_total",
    "Mails of campaigns that were asked for, by template and ending: queued, or why not.",
    ["template", "ending"],
)

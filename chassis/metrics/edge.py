"""HTTP requests, connections, and how replies reach visitors."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.metrics.buckets import SECONDS

HTTP_DURATION = Histogram(
    "salesbot_http_request_duration_seconds",
    "Time to the end of an HTTP answer.",
    ["route", "method", "status"],
    buckets=SECONDS,
)
REQUESTS_LIMITED = Counter(
    "salesbot_requests_limited_total", "Requests refused by a rate limit, by its policy.", ["policy"]
)
OPEN_REQUESTS = Gauge(
    "salesbot_open_requests", "Requests, streams and WebSockets that are open in this process."
)
OPEN_REQUESTS_REFUSED = Counter(
    "salesbot_open_requests_refused_total",
    "Requests refused because too many were open, in the process or of one address.",
    ["code"],
)
CONNECTIONS_DROPPED = Counter(
    "salesbot_connections_dropped_total",
    "Connections ended because the client was too slow, silent, or sent what no request has.",
    ["reason"],
)
RATE_LIMITS_LOCAL = Counter(
    "salesbot_rate_limits_local_total",
    "Requests that a process counted by itself because Redis was away.",
)
REPLIES = Counter(
    "salesbot_replies_total",
    "Turns taken at the edge, by how following their reply ended: answered, failed, later or left.",
    ["ending"],
)
# A counter that appears with its first failure hides it: nothing grew.
for _ending in ("answered", "failed", "later", "left"):
    REPLIES.labels(_ending)
REPLY_FIRST_WORDS = Histogram(
    "salesbot_reply_first_words_seconds",
    "Time from a turn being handed on to the first words of its reply, of streamed replies.",
    buckets=SECONDS,
)
REPLY_DURATION = Histogram(
    "salesbot_reply_duration_seconds",
    "Time from a turn being handed on to the end of its reply.",
    buckets=SECONDS,
)
REPLY_FRAMES_SKIPPED = Counter(
    "salesbot_reply_frames_skipped_total",
    "Frames of reply streams that could not be read, such as a kind that a newer publisher has.",
)
REPLIES_RECOVERED = Counter(
    "salesbot_replies_recovered_total",
    "Replies whose end was read from the read model because the reply stream did not bring it.",
)
CONVERSATION_STREAMS = Gauge(
    "salesbot_conversation_streams", "Open streams of what comes unasked in a conversation."
)

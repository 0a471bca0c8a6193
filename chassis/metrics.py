"""Every Prometheus metric of the product: name, unit and meaning in one place.

Labels are low in cardinality: never a conversation, a visitor or a message.
"""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)

HTTP_DURATION = Histogram(
    "salesbot_http_request_duration_seconds",
    "Time to the end of an HTTP answer.",
    ["route", "method", "status"],
    buckets=_SECONDS,
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
REPLY_FIRST_WORDS = Histogram(
    "salesbot_reply_first_words_seconds",
    "Time from a turn being handed on to the first words of its reply, of streamed replies.",
    buckets=_SECONDS,
)
REPLY_DURATION = Histogram(
    "salesbot_reply_duration_seconds",
    "Time from a turn being handed on to the end of its reply.",
    buckets=_SECONDS,
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
MESSAGES_PROCESSED = Counter(
    "salesbot_kafka_messages_processed_total",
    "Records whose handling came to an end, by result: done, skipped, erased or parked.",
    ["group", "topic", "result"],
)
MESSAGES_RETRIED = Counter(
    "salesbot_kafka_messages_retried_total",
    "Attempts that failed and will be made again.",
    ["group", "topic"],
)
PROCESS_DURATION = Histogram(
    "salesbot_kafka_process_duration_seconds",
    "Time of one attempt to handle a record or a batch.",
    ["group", "topic"],
    buckets=_SECONDS,
)
MESSAGES_PUBLISHED = Counter(
    "salesbot_kafka_messages_published_total",
    "Records acknowledged by the broker.",
    ["topic"],
)
DEAD_LETTERS = Counter(
    "salesbot_dlq_messages_total",
    "Records parked in a dead-letter topic.",
    ["group", "topic", "reason"],
)
FETCH_FAILURES = Counter(
    "salesbot_kafka_fetch_failures_total",
    "Polls that failed: of a topic that cannot be read, or of the whole group with an empty topic.",
    ["group", "topic", "reason"],
)
UNREADABLE_PARTITIONS = Gauge(
    "salesbot_kafka_unreadable_partitions",
    "Partitions of this process that wait because what comes next in them cannot be read.",
    ["group"],
)
OFFSET_RESETS = Counter(
    "salesbot_kafka_offset_resets_total",
    "Partitions read from another offset than the committed one: none_committed, expired or beyond_end.",
    ["group", "topic", "reason"],
)
TASK_FAILURES = Counter(
    "salesbot_task_failures_total",
    "Long-lived tasks of this process that failed or ended, by name.",
    ["task"],
)
REBALANCES = Counter(
    "salesbot_kafka_rebalances_total",
    "Times the group took partitions away from this process.",
    ["group"],
)
IN_FLIGHT = Gauge("salesbot_inflight_records", "Handlers running now.", ["group"])
HELD = Gauge(
    "salesbot_held_records", "Records read and not finished: queued, running or backing off.", ["group"]
)
LANES = Gauge("salesbot_lanes", "Keys that have a record in hand.", ["group"])
WATERMARK_AGE = Gauge(
    "salesbot_watermark_age_seconds",
    "Age of the oldest record that holds a commit back; 0 when nothing does.",
    ["group"],
)
WAITING_RECORDS = Gauge(
    "salesbot_waiting_records",
    "Records that failed and wait to be tried again, by why they failed.",
    ["group", "reason"],
)
WAITING_AGE = Gauge(
    "salesbot_waiting_age_seconds",
    "Time since the first try of the record that waits longest, by why it failed; 0 when none waits.",
    ["group", "reason"],
)
PARKING_STOPPED = Gauge(
    "salesbot_parking_stopped",
    "1 while records wait that would be parked, because too many in a row failed for the same reason.",
    ["group", "topic", "reason"],
)
SPARE_DATA_KEYS = Gauge(
    "salesbot_spare_data_keys",
    "Stored keys a process holds ready for conversations that begin, or go on, while the database is away.",
    ["schema"],
)
OUTBOX_PENDING = Gauge("salesbot_outbox_pending", "Events stored and not yet published.", ["schema"])
OUTBOX_REFUSED = Gauge(
    "salesbot_outbox_refused_events",
    "Events that Kafka refuses; each holds back the later events of its key on its topic.",
    ["schema"],
)
OUTBOX_OLDEST_AGE = Gauge(
    "salesbot_outbox_oldest_age_seconds",
    "Age of the oldest event that waits to be published, refused ones left out; 0 when none waits.",
    ["schema"],
)
LANGUAGE_MODEL_DURATION = Histogram(
    "salesbot_language_model_duration_seconds",
    "Time of a question to the language model, retries included: answered, aborted or why it failed.",
    ["model", "outcome"],
    buckets=_SECONDS,
)
LANGUAGE_MODEL_FIRST_CHUNK = Histogram(
    "salesbot_language_model_first_chunk_seconds",
    "Time from the question to the first piece of text.",
    ["model"],
    buckets=_SECONDS,
)
LANGUAGE_MODEL_FAILURES = Counter(
    "salesbot_language_model_failures_total",
    "Attempts to ask the language model that failed, retried or not.",
    ["model", "reason"],
)
LANGUAGE_MODEL_TOKENS = Counter(
    "salesbot_language_model_tokens_total",
    "Tokens charged by the language model, by type: input or output.",
    ["model", "type"],
)
LANGUAGE_MODEL_CACHED_TOKENS = Counter(
    "salesbot_language_model_cached_tokens_total",
    "Input tokens that the server had cached, which cost less; they are counted as input too.",
    ["model"],
)
LANGUAGE_MODEL_PARAMETERS_REFUSED = Counter(
    "salesbot_language_model_parameters_refused_total",
    "Parameters that a server refused and that are not sent any more, once for each process and model.",
    ["model", "parameter"],
)
LANGUAGE_MODEL_GONE = Gauge(
    "salesbot_language_model_gone", "1 while the server does not have this model.", ["model"]
)
LANGUAGE_MODEL_SHUTDOWN_DAYS = Gauge(
    "salesbot_language_model_shutdown_days",
    "Days until this model is shut down, of the models that may be asked.",
    ["model"],
)
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
MAILS_RECEIVED = Counter(
    "salesbot_mails_received_total",
    "Mails that came in and were published, by who delivered them and what they are.",
    ["provider", "kind"],
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
DELIVERIES = Counter(
    "salesbot_deliveries_total",
    "Attempts to tell a receiver of a lead, by how they ended: delivered, failed, gone, dead.",
    ["subscription", "outcome"],
)
DELIVERY_DELAY = Histogram(
    "salesbot_delivery_delay_seconds",
    "From the change of a lead to its receiver's answer, by the kind of receiver.",
    ["kind"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86400),
)
DELIVERIES_WAITING = Gauge(
    "salesbot_deliveries_waiting", "Leads that a receiver is still to be told of.", ["subscription"]
)
DELIVERIES_DEAD = Gauge(
    "salesbot_deliveries_dead", "Leads that a receiver was not told of in all attempts.", ["subscription"]
)
DELIVERIES_OLDEST_AGE = Gauge(
    "salesbot_deliveries_oldest_age_seconds",
    "How long ago the oldest change was that a receiver is still to be told of; 0 while it is paused.",
    ["subscription"],
)
SUBSCRIPTIONS_PAUSED = Gauge(
    "salesbot_subscriptions_paused", "1 while nothing is sent to a receiver.", ["subscription"]
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
LANGUAGE_MODEL_COST = Counter(
    "salesbot_language_model_cost_usd_total",
    "Dollars the language model has cost, by the playbook's prices.",
    ["model"],
)
LANGUAGE_MODEL_BREAKER = Gauge(
    "salesbot_language_model_breaker_state",
    "The circuit breaker of this process: 0 closed, 1 trying one question, 2 open.",
    ["model"],
)
SPENT_TODAY_USD = Gauge(
    "salesbot_spent_today_usd", "Dollars all processes have spent on language models since midnight UTC."
)
SPENT_TODAY_TOKENS = Gauge(
    "salesbot_spent_today_tokens", "Tokens all processes have used of language models since midnight UTC."
)
SPEND_CAP_USED = Gauge(
    "salesbot_spend_cap_used_ratio",
    "Share of a day's cap that is used; calls under way not counted.",
    ["cap"],
)
SPEND_CAP_BINDS = Gauge(
    "salesbot_spend_cap_binds", "1 when the last call of the day that asked was refused by this cap.", ["cap"]
)
SPEND_CAPS_REACHED = Counter(
    "salesbot_spend_caps_reached_total", "Days or conversations in which a cap began to bind.", ["cap"]
)
SPEND_CAP_REFUSALS = Counter(
    "salesbot_spend_cap_refusals_total", "Questions a cap kept from being answered by a model.", ["cap"]
)
CONVERSATIONS_COST_OVER = Counter(
    "salesbot_conversations_cost_over_total",
    "Conversations whose cost grew past so many dollars; 0 counts every one that cost anything.",
    ["usd"],
)
MAILS = Counter(
    "salesbot_mails_total",
    "Attempts to send a mail, by ending: sent, deferred, refused, or doubtful, where nobody knows.",
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

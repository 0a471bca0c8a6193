"""How POST /chat is described in the OpenAPI document."""

from typing import Any

from chassis.problems import problem_responses
from services.gateway.api.chat_request import IDEMPOTENCY_KEY_PATTERN
from services.gateway.api.documents import AnswerLater, ChatAnswer, ChatRequest
from services.gateway.api.openapi import ANYBODY, VISITOR_OR_KEY

KEY_IGNORED = "idempotency-key-ignored"

_STREAM_EXAMPLE = """\
retry: 1500
event: accepted
data: {"conversation_id":"0d9cf8f2-...","turn_id":"8f5d3c0e-...","session_token":"IjBk..."}

event: delta
id: 1-1
data: {"text":"Nice to meet you. "}

event: done
id: 1-2
data: {"conversation_id":"0d9cf8f2-...","turn_id":"8f5d3c0e-...","session_token":"IjBk...",\
"response":"Nice to meet you. ...","stage":"understand","calendly_shown":false,"degraded":false,\
"sequence":2,"proposal_url":null,"written_by":"model","suggestions":["1 to 15","16 to 50","More than 50"]}

"""

_DESCRIPTION = """\
Takes one message of a visitor. The first opens a conversation; its answer carries the `conversation_id` and
the `session_token` that later messages need (`Authorization: Bearer`).

**Form of the answer.** JSON, or with `Accept: text/event-stream` a stream of these events:

| event | data | the client |
|---|---|---|
| `accepted` | conversation, turn, session token | keeps them; the message is safe |
| `delta` | `{"text"}` | appends the text |
| `replace` | `{"text"}` | shows this text instead of what it has |
| `reset` | `{"attempt"}` | forgets the text, the reply starts again |
| `done` | the JSON answer | shows `response`, if there is one, and `suggestions`; the stream ends |
| `error` | a problem document | the stream ends |

**Who may.** Anybody opens a conversation. To go on with one, send its session token; or an API key with the
scopes `chat` and `read`, which gets no session token in return; or an API key with the scope `chat` in
`X-API-Key` together with the session token.

**Again.** With an `Idempotency-Key` the same request may be sent any number of times and is one turn.
Together with `Last-Event-ID` a broken stream continues exactly after that event. The same key with another
message or `visitor` is refused.

**Opening again.** Whoever repeats an opening is handed the conversation, so without an API key the
idempotency key is a secret: a fresh random UUID (version 4 or 7), or at least 120 other random bits, for
every message. A key that could be guessed is ignored: the request opens a conversation of its own, and the
answer has the header `Idempotency-Key-Ignored`. An opening can be repeated until a session token that came
of it is used; the first one that is used is the only one that stays good.

**Later.** When the reply is not there in time, the answer is 202 and says where to read it.

**A person.** While a person of the company speaks in place of the assistant, a message is theirs to answer.
The answer is 202 at once; a stream ends with a `done` whose `response` is empty and whose `written_by` is
`person`. What the person writes comes with `GET /conversation/{conversation_id}/events`. A reply that the
person interrupts ends where it was.
"""

_PARAMETERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": (
            "A random UUID of version 4 or 7, fresh for each message. Remembered for 24 hours. "
            "Never copy one from an example: it opens the conversation again."
        ),
        "x-no-example": "Whoever repeats an opening with its key is handed the conversation.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": IDEMPOTENCY_KEY_PATTERN},
    },
    {
        "name": "X-Site-Key",
        "in": "header",
        "required": False,
        "description": (
            "The public key of the site that the visitor is on. It is counted by its site, and a browser may "
            "read the answer only on a page of the site."
        ),
        "schema": {"type": "string"},
        "example": "pk_shop",
    },
    {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": (
            "The id of the last event that was received. Only with `Idempotency-Key`; what is no id of ours "
            "counts as none."
        ),
        "schema": {"type": "string"},
        "example": "1-7",
    },
]

_KEY_IGNORED_HEADER = {
    "Idempotency-Key-Ignored": {
        "description": "`guessable`: repeating this request opens another conversation.",
        "schema": {"type": "string"},
    }
}

_REQUEST = ChatRequest.model_json_schema(ref_template="#/components/schemas/{model}")
CHAT_SCHEMAS: dict[str, Any] = _REQUEST.pop("$defs")
"""What the schema of the request refers to."""

CHAT_DOCUMENT: dict[str, Any] = {
    "summary": "Say something, and get the reply.",
    "description": _DESCRIPTION,
    "responses": {
        200: {
            "description": "The reply.",
            "model": ChatAnswer,
            "headers": _KEY_IGNORED_HEADER,
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string", "description": "Server-sent events."},
                    "example": _STREAM_EXAMPLE,
                }
            },
        },
        202: {
            "description": "The message is safe; the reply is not there yet.",
            "model": AnswerLater,
            "headers": {
                "Location": {"description": "Where to read the reply.", "schema": {"type": "string"}},
                **_KEY_IGNORED_HEADER,
            },
        },
        **problem_responses(400, 401, 403, 404, 410, 413, 415, 422, 429, 502, 503),
    },
    "openapi_extra": {
        "security": [ANYBODY, *VISITOR_OR_KEY],
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _REQUEST}},
        },
    },
}

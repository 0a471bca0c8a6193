"""How GET /conversation/{id}/events is described in the OpenAPI document."""

from typing import Any

from chassis.problems import problem_responses
from services.gateway.api.openapi import VISITOR_OR_KEY

_EXAMPLE = """\
: ping

retry: 1500
event: message
id: 9
data: {"id":"5b1c1d5e-3c52-5c8e-9a55-6f3f0b6f2a10","role":"bot","text":"Here is your proposal ...",\
"at":"2026-03-02T09:31:12Z","sequence":9,"turn_id":null,"answers":[],"written_by":"playbook",\
"degraded":false,"failed":false,"suggestions":["That looks good"]}

event: speaker
data: {"speaker":"person","name":"Ada"}

event: booking
data: {"status":"booked","starts_at":"2026-03-05T15:00:00+00:00"}

"""

_DESCRIPTION = """\
Everything that is said in a conversation and what becomes of it, also where nobody asked: a proposal that
took longer, a booked demo, a person who takes over. For its visitor, or with an API key of scope `read`.

| event | data | the client |
|---|---|---|
| `message` | a message as in the transcript | shows it, unless it has one with this `id` |
| `speaker` | `{"speaker": "bot" or "person", "name"}` | says who speaks from now on; the bot until then |
| `booking` | `{"status": "booked" or "canceled", "starts_at"}` | shows the demo; the last one counts |
| `erased` | `{}` | forgets the conversation; the stream ends |

The id of a `message` is its `sequence`. With the last one as `Last-Event-ID` a stream continues behind it,
and without one it begins with the first message. What a visitor writes has no sequence: it comes when it is
stored, and again to a client that comes back before it is answered. Replies that a turn's own stream brought
come as well.

A demo that only its address says whose it is comes to its visitor without a time. With an API key `booking`
also has `is_missed`.

A comment (`: ping`) is sent in a silence. The stream ends after half an hour at the latest and when the
server is about to restart; the client comes back with the last id.
"""

EVENTS_DOCUMENT: dict[str, Any] = {
    "summary": "Follow a conversation.",
    "description": _DESCRIPTION,
    "responses": {
        200: {
            "description": "The stream.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string", "description": "Server-sent events."},
                    "example": _EXAMPLE,
                }
            },
        },
        **problem_responses(401, 403, 404, 410, 422, 429, 503),
    },
    "openapi_extra": {
        "security": VISITOR_OR_KEY,
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The `sequence` of the last message that was received; others count as 0.",
                "schema": {"type": "string"},
                "example": "7",
            }
        ],
    },
}

"""A chat message by an incoming webhook, as Slack has it and others understand.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import re
from typing import Final

import orjson

from services.leadstore.deliverer.adapters.guarded_http import GuardedClient
from services.leadstore.deliverer.adapters.webhook import asked, outcome_of
from services.leadstore.deliverer.domain import Alert, Delivery, Outcome, Subscription, alert_of

_ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack mentions everybody only within angle brackets, others by the bare word.
_EVERYBODY: Final = re.compile(r"@(?=(?:channel|all|here|everyone)\b)", re.IGNORECASE)
_ZERO_WIDTH: Final = "\u200b"


class ChatReceiver:
    """Implements the port Receiver. Where `public_url` is not known, the id of the conversation is shown."""

    def __init__(self, subscription: Subscription, http: GuardedClient, public_url: str | None) -> None:
        self._url = subscription.url
        self._http = http
        self._public_url = public_url and public_url.rstrip("/")

    async def deliver(self, delivery: Delivery) -> Outcome:
        link = self._public_url and f"{self._public_url}/console/leads/{delivery.state.lead_id}"
        alert = alert_of(delivery, link)
        if alert is None:
            return Outcome("delivered")
        headers = {"content-type": "application/json"}
        content = orjson.dumps({"text": text_of(alert), "unfurl_links": False})
        outcome = outcome_of(await asked(self._http, "POST", self._url, content=content, headers=headers))
        return Outcome("delivered", memory=alert.memory) if outcome.kind == "delivered" else outcome


def text_of(alert: Alert) -> str:
    """The message; what visitors said mentions and links nobody."""
    text = "\n".join(alert.lines).translate(_ESCAPED)
    return _EVERYBODY.sub(f"@{_ZERO_WIDTH}", text)

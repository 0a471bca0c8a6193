"""A webhook as Standard Webhooks has it: signed, with an id that stays the same however often it is sent.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from typing import Final

import orjson
from standardwebhooks.webhooks import Webhook

from chassis.clock import Clock
from services.leadstore.deliverer.adapters.guarded_http import Answer, GuardedClient, Unanswered
from services.leadstore.deliverer.domain import Delivery, Outcome, Subscription, body_of

_GONE: Final = 410
# No time, too early, too many.
_AWAY: Final = frozenset({408, 425, 429})


class WebhookReceiver:
    """Implements the port Receiver."""

    def __init__(self, subscription: Subscription, http: GuardedClient, clock: Clock) -> None:
        self._url = subscription.url
        self._signers = [Webhook(secret) for secret in subscription.secrets]
        self._http = http
        self._clock = clock

    async def deliver(self, delivery: Delivery) -> Outcome:
        body = orjson.dumps(body_of(delivery))
        at, id_ = self._clock(), delivery.message_id
        signatures = [signer.sign(id_, at, body.decode()) for signer in self._signers]
        headers = {
            "content-type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": str(int(at.timestamp())),
            # While a secret is replaced there are two, one for each.
            "webhook-signature": " ".join(signatures),
        }
        return outcome_of(await asked(self._http, "POST", self._url, content=body, headers=headers))


async def asked(
    http: GuardedClient, method: str, url: str, *, content: bytes, headers: dict[str, str]
) -> Answer | Outcome:
    """The answer, or how the attempt ended without one."""
    try:
        return await http.ask(method, url, content=content, headers=headers)
    except Unanswered as error:
        return Outcome("failed", error.reason, is_away=True)


def outcome_of(answer: Answer | Outcome) -> Outcome:
    """How an attempt ended, by its answer. A redirect is a failure: it is never followed."""
    if isinstance(answer, Outcome):
        return answer
    if answer.is_success:
        return Outcome("delivered")
    if answer.status == _GONE:
        return Outcome("gone", "status 410")
    return failure_of(answer)


def failure_of(answer: Answer) -> Outcome:
    """A failed attempt: of a receiver that is away, or of one message that it refuses."""
    is_away = answer.status in _AWAY or answer.status >= 500
    return Outcome("failed", f"status {answer.status}", answer.retry_after_s, is_away=is_away)

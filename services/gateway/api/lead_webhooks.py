"""The webhooks that we send, in the OpenAPI document: where somebody looks who has to answer them.

The deliverer of leadstore sends them; a test holds this description against what it sends.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI, Header
from pydantic import AwareDatetime, BaseModel, Field

from contracts.events import LeadChanged, LeadErased

_Sequence = Field(description="Grows with every change of a lead; ignore what is not higher than yours.")


class ChangedLead(LeadChanged):
    """The whole lead as it is now, and what changed since you were last told of it."""

    sequence: int = _Sequence


class ErasedLead(LeadErased):
    """The person's data were erased: delete what you hold of them."""

    sequence: int = _Sequence


class LeadChangedMessage(BaseModel):
    """A lead is new, or anything of it changed."""

    type: Literal["lead.changed"]
    timestamp: AwareDatetime
    data: ChangedLead


class LeadErasedMessage(BaseModel):
    """A lead was erased; nothing more comes of it."""

    type: Literal["lead.erased"]
    timestamp: AwareDatetime
    data: ErasedLead


MessageId = Annotated[
    str,
    Header(
        alias="webhook-id",
        description="The same however often a message is sent.",
        examples=["msg_5b0f1c5e64d05c9b8a8e0f5f1f2f7d10"],
    ),
]
SentAt = Annotated[
    int,
    Header(
        alias="webhook-timestamp",
        description="When it was sent, in Unix seconds; refuse what is more than five minutes away.",
        examples=[1795186625],
    ),
]
Signatures = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="`v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` with your secret, in base64. "
        "While the secret is replaced there are two, with a space between; one has to be right.",
        examples=["v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="],
    ),
]

_DESCRIBED: Final[dict[str, Any]] = {
    "tags": ["lead webhooks"],
    "status_code": 204,
    "responses": {
        204: {"description": "Taken, as is every 2XX; nothing more is sent of this state."},
        410: {"description": "Nobody listens here any more: the subscription is paused."},
        "4XX": {"description": "Tried again for four days, as is 5XX; `Retry-After` is obeyed."},
        "3XX": {"description": "A failure: a redirect is never followed."},
    },
}


def describe_lead_webhooks(app: FastAPI) -> None:
    """Add them to the document of `app`; they are signed as https://www.standardwebhooks.com says."""

    @app.webhooks.post("lead.changed", operation_id="leadChanged", summary="A lead changed.", **_DESCRIBED)
    def lead_changed(
        message: LeadChangedMessage, id_: MessageId, sent_at: SentAt, signatures: Signatures
    ) -> None:
        """Sent to every subscription of kind `webhook`; see docs/lead-events.md."""

    @app.webhooks.post("lead.erased", operation_id="leadErased", summary="A lead was erased.", **_DESCRIBED)
    def lead_erased(
        message: LeadErasedMessage, id_: MessageId, sent_at: SentAt, signatures: Signatures
    ) -> None:
        """Sent to every subscription of kind `webhook`, told of the lead or not: delete what you hold."""

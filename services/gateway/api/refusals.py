"""Every refusal of the gateway as a problem document: one table."""

from dataclasses import dataclass, field
from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.data_keys import DataKeyDestroyed
from chassis.errors import TransientError
from chassis.problems import Problem, temporarily_unavailable
from services.gateway.errors import (
    AccessDenied,
    ConversationErased,
    ConversationUnknown,
    CredentialsInvalid,
    CredentialsMissing,
    DeliveryRepeated,
    DeliveryUnreadable,
    ErasureUnknown,
    ForeignRequest,
    IdempotencyKeyReused,
    LoginInvalid,
    ProposalLinkInvalid,
    ProposalLinkWithdrawn,
    ProposalUnknown,
    QueryRefused,
    RateLimited,
    Refusal,
    ResumeLinkInvalid,
    SignatureInvalid,
    SignInNeeded,
    SignInRefused,
    SiteUnknown,
    TakenOver,
    TakeoverLost,
    WebhookOff,
)


@dataclass(frozen=True, slots=True)
class _Shape:
    status: int
    code: str
    title: str
    headers: dict[str, str] = field(default_factory=dict)


_CHALLENGE = 'Bearer realm="salesbot"'
_SHAPES: dict[type[Refusal], _Shape] = {
    CredentialsMissing: _Shape(
        401, "credentials-missing", "Credentials missing", {"www-authenticate": _CHALLENGE}
    ),
    CredentialsInvalid: _Shape(
        401,
        "credentials-invalid",
        "Credentials not valid",
        {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"'},
    ),
    SignInNeeded: _Shape(401, "sign-in-needed", "Sign-in needed"),
    SignInRefused: _Shape(401, "sign-in-refused", "Sign-in refused"),
    ForeignRequest: _Shape(403, "foreign-request", "Foreign request"),
    AccessDenied: _Shape(403, "access-denied", "Access denied"),
    ConversationUnknown: _Shape(404, "conversation-not-found", "Conversation not found"),
    ConversationErased: _Shape(410, "conversation-erased", "Conversation erased"),
    ErasureUnknown: _Shape(404, "erasure-not-found", "Erasure not found"),
    ResumeLinkInvalid: _Shape(404, "resume-link-invalid", "Link not valid"),
    ProposalLinkInvalid: _Shape(404, "proposal-not-found", "Proposal not found"),
    ProposalLinkWithdrawn: _Shape(410, "proposal-link-withdrawn", "Proposal link withdrawn"),
    ProposalUnknown: _Shape(404, "proposal-not-found", "Proposal not found"),
    SiteUnknown: _Shape(404, "site-unknown", "Site unknown"),
    IdempotencyKeyReused: _Shape(422, "idempotency-key-reused", "Idempotency key reused"),
    RateLimited: _Shape(429, "rate-limited", "Too Many Requests"),
    TakenOver: _Shape(409, "taken-over", "Taken over by somebody else"),
    TakeoverLost: _Shape(409, "takeover-lost", "Take-over lost"),
    WebhookOff: _Shape(404, "webhook-off", "Webhook off"),
    LoginInvalid: _Shape(
        401, "login-invalid", "Login not valid", {"www-authenticate": 'Basic realm="salesbot"'}
    ),
    SignatureInvalid: _Shape(403, "signature-invalid", "Signature not valid"),
    DeliveryUnreadable: _Shape(400, "delivery-unreadable", "Delivery not readable"),
    DeliveryRepeated: _Shape(409, "delivery-repeated", "Delivery repeated"),
    QueryRefused: _Shape(422, "invalid-query", "Invalid query"),
}


REFUSED: Final = (Problem, Refusal, DataKeyDestroyed, TransientError)
"""What `problem_of` makes a document of."""


def install_refusals(app: FastAPI) -> None:
    """Answer refusals by the table, and what is said in an erased conversation."""
    for refused in (Refusal, DataKeyDestroyed):
        app.add_exception_handler(refused, _answer)


def problem_of(error: Exception) -> Problem:
    """The problem document of anything that is refused."""
    match error:
        case Problem():
            return error
        case DataKeyDestroyed():
            return Problem(
                status=410,
                code="conversation-erased",
                title="Conversation erased",
                detail="Everything said in this conversation was deleted. Open a new one.",
            )
        case Refusal():
            return _of_refusal(error)
        case _:
            return temporarily_unavailable()


def _of_refusal(refusal: Refusal) -> Problem:
    shape = _SHAPES[type(refusal)]
    headers, members = shape.headers, refusal.members
    if isinstance(refusal, RateLimited):
        headers = {"retry-after": str(refusal.retry_after_s)}
        members = {"violated-policies": [refusal.policy]}
    return Problem(
        status=shape.status,
        code=shape.code,
        title=shape.title,
        detail=str(refusal),
        headers=headers,
        members=members,
    )


async def _answer(_request: Request, error: Exception) -> Response:
    return problem_of(error).response()

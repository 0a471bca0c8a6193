"""Taking over a conversation: a person speaks in place of the assistant, and hands back."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from chassis.problems import problem_responses
from contracts.text import clean_strings
from services.gateway.api.chat_request import IDEMPOTENCY_KEY_PATTERN, idempotency_key_of
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.openapi import KEY_ONLY
from services.gateway.domain import ApiKey, Holder, Scope, Words
from services.gateway.usecases import hand_back, speak, stay, take_over

_EXAMPLE_FENCE = 1772442300123
# What a number of JavaScript can hold.
_HIGHEST_FENCE = 2**53
Fence = Annotated[
    int,
    Field(ge=1, le=_HIGHEST_FENCE, description="From the answer to the claim.", examples=[_EXAMPLE_FENCE]),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    BeforeValidator(clean_strings),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000),
    BeforeValidator(clean_strings),
]


class TakeoverClaim(BaseModel):
    """Who takes over. Two claims with one API key under one name are by the same person."""

    name: Name = Field(description="What the visitor is told.")


class TakeoverRenewal(BaseModel):
    """That the person is still there."""

    fence: Fence


class Takeover(BaseModel):
    """A take-over that is held. It ends by itself `lasts_s` seconds after it was last renewed."""

    conversation_id: UUID
    fence: int = Field(description="Names this take-over; a later one has a higher number.")
    lasts_s: float
    renew_every_s: float = Field(description="How often to renew it, so that two lost renewals do no harm.")

    @classmethod
    def of(cls, conversation_id: UUID, fence: int, *, lasts_s: float) -> "Takeover":
        """The document of a take-over that was claimed or renewed right now."""
        every_s = round(lasts_s / 3, 1)
        return cls(conversation_id=conversation_id, fence=fence, lasts_s=lasts_s, renew_every_s=every_s)


class PersonMessage(BaseModel):
    """Something that a person says to the visitor."""

    fence: Fence
    text: Text


class MessageSaid(BaseModel):
    """A message that was said, or will be: then its `sequence` is null, and the transcript tells."""

    message_id: UUID
    sequence: int | None


def takeover_routes(counter: RequestCounter) -> APIRouter:
    """The routes of people who speak in place of the assistant. They need an API key of scope `speak`."""
    ports, key_of = counter.ports, _key_check(counter)
    # The key is checked before anything else of a request is looked at.
    router = APIRouter(tags=["take-over"], dependencies=[Depends(counter.count_read), Depends(key_of)])

    @router.post("/conversation/{conversation_id}/takeover", operation_id="takeOver", **_CLAIM)
    async def claim(conversation_id: UUID, claim: TakeoverClaim, request: Request) -> Takeover:
        """The assistant says nothing from the moment of the answer, and a reply under way ends where it is.

        The visitor is told who speaks. Of two claims one is refused with 409. The take-over ends by itself
        unless it is renewed in time; then the assistant goes on, and answers what is open. Needs an API key
        of scope `speak`.
        """
        lease = await take_over(conversation_id, Holder(key_of(request).name, claim.name), ports)
        return Takeover.of(conversation_id, lease.fence, lasts_s=lease.lasts_s)

    @router.put("/conversation/{conversation_id}/takeover", operation_id="renewTakeover", **_RENEW)
    async def renew(conversation_id: UUID, renewal: TakeoverRenewal, request: Request) -> Takeover:
        """Say that the person is still there. Needs an API key of scope `speak`."""
        await stay(conversation_id, renewal.fence, key_of(request).name, ports)
        return Takeover.of(conversation_id, renewal.fence, lasts_s=ports.leases.lasts_s)

    @router.delete("/conversation/{conversation_id}/takeover", operation_id="handBack", **_HAND_BACK)
    async def end(conversation_id: UUID, fence: FenceQuery) -> Response:
        """The assistant goes on, and answers what the person left open. What is over stays over.

        Needs an API key of scope `speak`.
        """
        await hand_back(conversation_id, fence, ports)
        return Response(status_code=204)

    @router.post("/conversation/{conversation_id}/messages", operation_id="speak", **_SPEAK)
    async def say(conversation_id: UUID, message: PersonMessage, request: Request) -> Response:
        """Say something in place of the assistant; with an `Idempotency-Key` it is said once.

        201 when it was said; 202 when it is safe and that is not known yet; 409 when it was not said, because
        the take-over is over. Needs an API key of scope `speak`.
        """
        account = key_of(request).name
        words = Words(message.fence, message.text, idempotency_key_of(request.headers))
        said = await speak(conversation_id, words, account, ports)
        document = MessageSaid(message_id=said.message_id, sequence=said.sequence)
        return JSONResponse(document.model_dump(mode="json"), 202 if said.sequence is None else 201)

    return router


def _key_check(counter: RequestCounter) -> Callable[[Request], ApiKey]:
    def key_of(request: Request) -> ApiKey:
        return counter.access_control.authorise_key(credentials_of(request.headers), Scope.SPEAK)

    return key_of


FenceQuery = Annotated[
    int,
    Query(ge=1, le=_HIGHEST_FENCE, description="From the answer to the claim.", examples=[_EXAMPLE_FENCE]),
]


def _described(summary: str, *statuses: int, **others: Any) -> dict[str, Any]:
    return {
        "summary": summary,
        "responses": problem_responses(*statuses),
        "openapi_extra": {"security": KEY_ONLY, **others},
    }


_USUAL = (400, 401, 403, 404, 409, 410, 413, 422, 429, 503)
_CLAIM = _described("Take over a conversation.", *_USUAL)
_RENEW = _described("Renew a take-over.", *_USUAL)
_HAND_BACK = {
    "status_code": 204,
    **_described("Hand a conversation back.", 401, 403, 404, 410, 422, 429, 503),
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Remembered for 24 hours. The same key with another message is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": IDEMPOTENCY_KEY_PATTERN},
    "example": "desk-2026-11-02-0017",
}
_SPEAK = {
    "status_code": 201,
    "response_model": MessageSaid,
    **_described("Say something to the visitor.", *_USUAL, parameters=[_KEY_HEADER]),
}
_SPEAK["responses"] |= {202: {"description": "Safe, and not known to be said yet.", "model": MessageSaid}}

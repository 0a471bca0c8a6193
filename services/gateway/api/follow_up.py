"""One mail where a conversation stops: the visitor agrees to it, or takes that back."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.problems import problem_responses
from contracts.text import CleanText, EmailAddress
from contracts.values import Channel, Consent, ConsentWording
from services.gateway.api.chat_request import IDEMPOTENCY_KEY_PATTERN, idempotency_key_of
from services.gateway.api.counted import RequestCounter
from services.gateway.api.credentials import credentials_of
from services.gateway.api.documents import SAYABLE, require_visible
from services.gateway.api.openapi import VISITOR_OR_KEY
from services.gateway.domain import Scope, Visitor
from services.gateway.usecases import allow_follow_up, check_session, require_conversation, revoke_follow_up

_KEY_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "What is sent again with the same key is recorded once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": IDEMPOTENCY_KEY_PATTERN},
    "example": "consent-2026-11-02-0017",
}
_EXTRA: Final = {"security": VISITOR_OR_KEY, "parameters": [_KEY_HEADER]}
_ALLOW: Final[dict[str, Any]] = {
    "summary": "Agree to one mail where the conversation stops.",
    "status_code": 204,
    "responses": problem_responses(400, 401, 403, 404, 410, 413, 422, 429, 503),
    "openapi_extra": _EXTRA,
}
_REVOKE: Final[dict[str, Any]] = {
    "summary": "Take back the consent to that mail.",
    "status_code": 204,
    "responses": problem_responses(401, 403, 404, 410, 422, 429, 503),
    "openapi_extra": _EXTRA,
}
SourceQuery = Annotated[Channel, Query(description="By what means it was taken back.", examples=["widget"])]


class FollowUpConsent(BaseModel):
    """What the visitor agreed to, in the words they were asked in."""

    model_config = ConfigDict(frozen=True)

    email: EmailAddress = Field(description="Where the mail goes. To have left it alone is no consent.")
    wording: Annotated[ConsentWording, AfterValidator(require_visible)] = Field(
        description="What the visitor read when they agreed. It is kept as a proof.",
        json_schema_extra={"pattern": SAYABLE},
    )
    language: Annotated[
        CleanText | None, Field(max_length=35, description="The BCP 47 tag of the wording.")
    ] = None
    timezone: Annotated[
        CleanText | None,
        Field(
            max_length=64,
            description="The IANA name of the visitor's time zone; the mail comes by day.",
        ),
    ] = None
    source: Channel = Field(default="api", description="By what means the visitor agreed.")

    def consent(self) -> Consent:
        """The same as it is recorded."""
        return Consent(**self.model_dump())


def follow_up_routes(counter: RequestCounter) -> APIRouter:
    """Giving a consent, and taking it back."""
    ports, access_control = counter.ports, counter.access_control
    router = APIRouter(tags=["chat"], dependencies=[Depends(counter.count_read)])

    async def check(conversation_id: UUID, request: Request) -> None:
        """Whoever speaks in a conversation as its visitor may agree for them."""
        needed = (Scope.CHAT, Scope.READ)
        who = access_control.authorise(credentials_of(request.headers), conversation_id, *needed)
        if isinstance(who, Visitor):
            await check_session(who, ports.idempotency_store)
        else:
            await require_conversation(conversation_id, ports)

    @router.put("/conversation/{conversation_id}/follow-up", operation_id="allowFollowUp", **_ALLOW)
    async def allow(conversation_id: UUID, agreed: FollowUpConsent, request: Request) -> Response:
        """One mail with a link to go on, where the visitor goes silent before a demo is booked.

        For its visitor, or with an API key of the scopes `chat` and `read`. Nobody is written to who did not
        agree. The last consent counts; it ends with `DELETE`, and with the link below the mail.
        """
        await check(conversation_id, request)
        key = idempotency_key_of(request.headers)
        await allow_follow_up(conversation_id, agreed.consent(), ports, idempotency_key=key)
        return Response(status_code=204)

    @router.delete("/conversation/{conversation_id}/follow-up", operation_id="revokeFollowUp", **_REVOKE)
    async def revoke(conversation_id: UUID, request: Request, source: SourceQuery = "api") -> Response:
        """No such mail, also where it is about to be sent. For the same callers, at any time."""
        await check(conversation_id, request)
        key = idempotency_key_of(request.headers)
        await revoke_follow_up(conversation_id, source, ports, idempotency_key=key)
        return Response(status_code=204)

    return router

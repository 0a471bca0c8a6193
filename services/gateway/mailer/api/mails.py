"""`/mails`: what was sent to whom, and what to do about a doubt."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.errors import describe
from chassis.problems import Problem, problem_responses
from services.gateway.mailer.errors import NotDoubtful, NotParked, UnknownDelivery
from services.gateway.mailer.ports import DeliveryRecord, MailPorts, ParkedMail
from services.gateway.mailer.usecases.parking import answer_parked

Limit = Annotated[int, Query(ge=1, le=1000)]


def mail_routes(ports: MailPorts) -> APIRouter:
    """`/mails`: what was sent to whom, without what it says."""
    router, outbox = APIRouter(tags=["mails"]), ports.outbox

    @router.get("/mails", summary="The newest mails, or those of which nobody knows whether they were sent.")
    async def list_mails(*, doubtful: bool = False, limit: Limit = 100) -> list[DeliveryRecord]:
        return list(await outbox.listed(doubtful=doubtful, limit=limit))

    @router.post(
        "/mails/{delivery_id}/resend",
        status_code=202,
        summary="Send a mail once more that was refused, or perhaps never sent.",
        responses=problem_responses(404, 409),
    )
    async def resend_mail(delivery_id: UUID) -> None:
        with _refusals_told():
            await outbox.resend(delivery_id)

    @router.post(
        "/mails/{delivery_id}/settle",
        status_code=204,
        summary="Take the doubt away: the mail server has the mail.",
        responses=problem_responses(404, 409),
    )
    async def settle_mail(delivery_id: UUID) -> None:
        with _refusals_told():
            await outbox.believe(delivery_id)

    @router.get("/mails/parked", summary="Mails that a machine may have written, and that wait for a person.")
    async def list_parked(*, limit: Limit = 100) -> list[ParkedMail]:
        return list(await ports.threads.parked(limit))

    @router.post(
        "/mails/parked/{mail_id}/answer",
        status_code=202,
        summary="Answer a parked mail: a person wrote it.",
        responses=problem_responses(404, 409),
    )
    async def answer_mail(mail_id: UUID) -> None:
        with _refusals_told():
            await answer_parked(mail_id, ports)

    return router


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except UnknownDelivery as refusal:
        raise Problem(
            status=404, code="mail-not-found", title="Mail not found", detail=describe(refusal)
        ) from refusal
    except NotParked as refusal:
        raise Problem(
            status=409, code="mail-not-parked", title="Mail not parked", detail=describe(refusal)
        ) from refusal
    except NotDoubtful as refusal:
        raise Problem(
            status=409, code="mail-not-doubtful", title="Mail not doubtful", detail=describe(refusal)
        ) from refusal

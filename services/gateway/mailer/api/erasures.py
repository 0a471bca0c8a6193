"""`/erasures`: what of a person only the mailer can find."""

from fastapi import APIRouter

from contracts.erasures import ForgottenRecipient, Person
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.ports.campaigns import CampaignPorts
from services.gateway.mailer.usecases.erasing import forget_recipient


def erasure_routes(ports: MailPorts, campaigns: CampaignPorts) -> APIRouter:
    """The conversations themselves are erased by what is published of them."""
    router = APIRouter(tags=["privacy"])

    @router.post(
        "/erasures", summary="Put nobody on a list who was erased, and say which conversations are theirs."
    )
    async def forget(person: Person) -> ForgottenRecipient:
        found = await forget_recipient(person.email, ports, campaigns)
        return ForgottenRecipient(conversation_ids=tuple(found))

    return router

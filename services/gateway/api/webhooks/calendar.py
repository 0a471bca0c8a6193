"""The webhooks of calendars."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.api.webhooks.signed import answered, described, secret_of
from services.gateway.domain import calcom_delivery, calendly_delivery
from services.gateway.ports import Ports
from services.gateway.settings import CalendarSettings
from services.gateway.usecases import take_notification

_CALENDLY = described(
    "Take what Calendly tells of a booking.",
    "Calendly-Webhook-Signature",
    "t=1795186625,v1=df3d2b070aae4f88063eed966774aec5a21080856dcaede1d8f530cbe4ff624a",
)
_CALCOM = described(
    "Take what Cal.com tells of a booking.",
    "X-Cal-Signature-256",
    "df3d2b070aae4f88063eed966774aec5a21080856dcaede1d8f530cbe4ff624a",
)


def calendar_routes(settings: CalendarSettings, ports: Ports, *, booking_secret: bytes) -> APIRouter:
    """The routes of Calendly and Cal.com. They are on where their secrets are set."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/webhooks/calendly", operation_id="calendlyNotified", **_CALENDLY)
    async def calendly(request: Request) -> Response:
        """Signed by Calendly with `CALENDLY_SIGNING_KEY`, no more than three minutes ago.

        A delivery that was taken is refused with 409; one that is signed anew is taken, and changes nothing.
        """
        key = secret_of(settings.calendly_signing_key, "CALENDLY_SIGNING_KEY").encode()
        delivery = calendly_delivery(
            await request.body(),
            request.headers.get("calendly-webhook-signature"),
            key=key,
            now=ports.clock(),
        )
        return await answered(take_notification(delivery, "calendly", booking_secret, ports))

    @router.post("/webhooks/calcom", operation_id="calcomNotified", **_CALCOM)
    async def calcom(request: Request) -> Response:
        """Signed by Cal.com with `CALCOM_SECRET`. A delivery that was taken is refused with 409."""
        key = secret_of(settings.calcom_secret, "CALCOM_SECRET").encode()
        delivery = calcom_delivery(await request.body(), request.headers.get("x-cal-signature-256"), key=key)
        return await answered(take_notification(delivery, "calcom", booking_secret, ports))

    return router

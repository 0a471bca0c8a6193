"""Webhooks: what other systems tell us, verified, published, then answered."""

from fastapi import APIRouter

from chassis.mail import MailTokens
from services.gateway.api.webhooks.calendar import calendar_routes
from services.gateway.api.webhooks.mail import mail_routes
from services.gateway.api.webhooks.signed import BODY_SIZES
from services.gateway.ports import Ports
from services.gateway.settings import Settings

__all__ = ["BODY_SIZES", "calendar_routes", "mail_routes", "webhook_routes"]


def webhook_routes(settings: Settings, ports: Ports) -> list[APIRouter]:
    """The routes of all webhooks."""
    tokens = MailTokens(settings.mail_secrets())
    return [
        calendar_routes(settings.calendar, ports, booking_secret=settings.booking_key()),
        mail_routes(settings.mail_in, tokens, ports),
    ]

"""What operators ask of the mailer. For the inside of the cluster: it knows no key."""

from fastapi import APIRouter

from services.gateway.mailer.api.campaigns import campaign_routes
from services.gateway.mailer.api.erasures import erasure_routes
from services.gateway.mailer.api.mails import mail_routes
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.ports.campaigns import CampaignPorts

__all__ = ["make_routers"]


def make_routers(ports: MailPorts, campaigns: CampaignPorts) -> list[APIRouter]:
    """The mails that were sent, those that a campaign asks for, and whom they went to."""
    return [mail_routes(ports), campaign_routes(campaigns), erasure_routes(ports, campaigns)]

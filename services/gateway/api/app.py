"""The gateway's HTTP side, assembled."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import FastAPI

from chassis.asgi import Parts, make_app
from playbook import Booking
from services.gateway.api.chat import Patience, chat_routes
from services.gateway.api.openapi import describe_security
from services.gateway.api.page import page_routes
from services.gateway.api.proposal import proposal_link_routes, proposal_routes
from services.gateway.api.reads import read_routes
from services.gateway.api.refusals import install_refusals
from services.gateway.domain import AccessControl, ProposalLinks
from services.gateway.ports import PageFile, Ports, ProposalPages
from services.gateway.settings import Settings


def make_gateway(
    settings: Settings,
    ports: Ports,
    parts: Parts,
    *,
    page: Mapping[str, PageFile],
    proposals: ProposalPages,
    booking: Booking,
) -> FastAPI:
    """All routes on whatever ports, with their refusals and their OpenAPI document."""
    access_control = AccessControl(settings.session_secrets(), settings.all_api_keys())
    links = ProposalLinks(
        settings.proposal_link_secrets(),
        lasts=timedelta(days=settings.proposal_link_days),
        public_url=settings.public_url,
    )
    patience = Patience(
        answer_timeout_s=settings.reply_timeout_s,
        stream_timeout_s=settings.stream_timeout_s,
        ping_interval_s=settings.ping_interval_s,
    )
    app = make_app(
        "gateway",
        settings,
        parts,
        routers=[
            chat_routes(ports, access_control, links, patience),
            read_routes(ports, access_control, links, booking),
            page_routes(page),
            proposal_routes(ports, links, proposals),
            proposal_link_routes(ports, access_control),
        ],
        title="salesbot",
        description="Sales discovery: a short conversation, a proposal that fits, a booked demo.",
    )
    install_refusals(app)
    describe_security(app)
    return app

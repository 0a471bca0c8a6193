"""The gateway's HTTP side, assembled."""

from datetime import timedelta

from fastapi import FastAPI

from chassis.asgi import Parts, make_app
from chassis.open_requests import OpenRequests
from playbook import Booking
from services.gateway.api.chat import chat_routes
from services.gateway.api.chat_document import CHAT_SCHEMAS
from services.gateway.api.chat_turns import ChatTurns
from services.gateway.api.console import console_base, console_routes
from services.gateway.api.counted import RateLimitHeaders, RequestCounter
from services.gateway.api.cross_origin import CrossOrigin
from services.gateway.api.envelopes import Patience
from services.gateway.api.events import event_routes
from services.gateway.api.follow_up import follow_up_routes
from services.gateway.api.lead_webhooks import describe_lead_webhooks
from services.gateway.api.openapi import describe_api
from services.gateway.api.page import page_routes
from services.gateway.api.privacy import erasure_routes, export_routes
from services.gateway.api.proposal import proposal_link_routes, proposal_routes
from services.gateway.api.reads import read_routes
from services.gateway.api.refusal_pages import RefusalPages
from services.gateway.api.refusals import install_refusals
from services.gateway.api.resume import resume_routes
from services.gateway.api.socket import socket_routes
from services.gateway.api.takeover import takeover_routes
from services.gateway.api.unsubscribing import unsubscribe_routes
from services.gateway.api.webhooks import BODY_SIZES, webhook_routes
from services.gateway.api.widget import widget_routes
from services.gateway.domain import AccessControl, ProposalLinks, Receipts, ResumeLinks, Sites
from services.gateway.ports import Pages, Ports
from services.gateway.settings import Settings


def make_gateway(
    settings: Settings,
    ports: Ports,
    parts: Parts,
    *,
    pages: Pages,
    booking: Booking,
) -> FastAPI:
    """All routes on whatever ports, with their refusals and their OpenAPI document."""
    access_control = AccessControl(settings.session_secrets(), settings.all_api_keys(), clock=ports.clock)
    links = ProposalLinks(
        settings.proposal_link_secrets(),
        lasts=timedelta(days=settings.proposal_link_days),
        public_url=settings.public_url,
    )
    counter = _counter(settings, ports, access_control)
    receipts = Receipts(settings.receipt_secrets(), issuer=settings.public_url or "salesbot")
    chats = ChatTurns(counter, links, _patience(settings))
    app = make_app(
        "gateway",
        settings,
        parts,
        routers=[
            chat_routes(chats),
            event_routes(counter, chats.patience),
            socket_routes(chats),
            resume_routes(counter, _resume_links(settings)),
            read_routes(counter, links, booking),
            page_routes(pages.proposal_files),
            widget_routes(pages.widget, counter.sites),
            unsubscribe_routes(counter, ports.unsubscribe_links, pages.unsubscribing),
            proposal_routes(counter, links, pages.proposals),
            *(make(counter) for make in (proposal_link_routes, takeover_routes, follow_up_routes)),
            *console_routes(settings, ports, pages, links, counter=counter),
            erasure_routes(counter, receipts, wait_s=settings.erasure_wait_s),
            export_routes(counter, links, booking),
            *webhook_routes(settings, ports),
        ],
        body_sizes=BODY_SIZES,
        title="salesbot",
        description="Sales discovery: a short conversation, a proposal that fits, a booked demo.",
    )
    _add_middleware(app, settings, counter, pages)
    install_refusals(app)
    describe_lead_webhooks(app)
    describe_api(app, CHAT_SCHEMAS)
    return app


def _resume_links(settings: Settings) -> ResumeLinks:
    return ResumeLinks(
        settings.session_secrets(),
        lasts=timedelta(days=settings.resume_link_days),
        public_url=settings.public_url,
    )


def _patience(settings: Settings) -> Patience:
    return Patience(
        answer_timeout_s=settings.reply_timeout_s,
        stream_timeout_s=settings.stream_timeout_s,
        ping_interval_s=settings.ping_interval_s,
        events_max_age_s=settings.events_max_age_s,
    )


def _add_middleware(app: FastAPI, settings: Settings, counter: RequestCounter, pages: Pages) -> None:
    app.add_middleware(RateLimitHeaders)
    app.add_middleware(
        OpenRequests,
        most=settings.limits.open_requests,
        most_per_client=settings.limits.open_requests_per_address,
        client_of=counter.client_of,
    )
    app.add_middleware(
        RefusalPages, pages=pages, sites=counter.sites, console_base=console_base(settings.public_url)
    )
    # Outermost, so that a page can read every refusal.
    app.add_middleware(CrossOrigin, sites=counter.sites)


def _counter(settings: Settings, ports: Ports, access_control: AccessControl) -> RequestCounter:
    return RequestCounter(
        ports,
        access_control,
        Sites(settings.sites),
        settings.limits.limits(),
        exempt=settings.limits.exempt_networks,
        has_proxies=bool(settings.trusted_proxies),
    )

"""The console: pages for operators, on a session of their own."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.problems import Problem
from services.gateway.api.console.access import ConsoleAccess
from services.gateway.api.console.bookings import booking_routes
from services.gateway.api.console.lead import lead_routes
from services.gateway.api.console.leads import lead_list_routes
from services.gateway.api.console.mails import mail_preview_routes
from services.gateway.api.console.reports import report_routes
from services.gateway.api.console.responses import HEADERS, PATH, Console
from services.gateway.api.console.sign_in import sign_in_routes
from services.gateway.api.console.single_sign_on import single_sign_on_routes
from services.gateway.api.console.takeover import takeover_page_routes
from services.gateway.api.counted import RequestCounter
from services.gateway.api.envelopes import Patience
from services.gateway.api.files import send_file
from services.gateway.domain import AccessControl, ConsoleSessions, PendingSignIns, ProposalLinks
from services.gateway.ports import Pages, Ports
from services.gateway.settings import Settings

__all__ = ["console_base", "console_routes"]


def console_routes(
    settings: Settings,
    ports: Ports,
    pages: Pages,
    links: ProposalLinks,
    *,
    counter: RequestCounter,
) -> list[APIRouter]:
    """Every route below `/console`."""
    provider = ports.identity_provider
    console = Console(
        ports=ports,
        pages=pages.console,
        files=pages.console_files,
        access=_access(settings, ports, counter.access_control),
        links=links,
        targets=settings.funnel_targets(),
        by_key=settings.console_key_sign_in,
        by_account=settings.oidc.name if provider else None,
        patience=Patience(
            ping_interval_s=settings.ping_interval_s, events_max_age_s=settings.events_max_age_s
        ),
    )
    routers = [
        _file_routes(console),
        sign_in_routes(console, counter),
        report_routes(console),
        lead_list_routes(console),
        lead_routes(console),
        takeover_page_routes(console),
        booking_routes(console),
        mail_preview_routes(console),
    ]
    if provider is not None:
        pending = PendingSignIns(settings.session_secrets())
        routers.append(single_sign_on_routes(console, provider, pending, settings.oidc.grants))
    return routers


def console_base(public_url: str | None) -> str:
    """The path of the console as browsers see it, where the gateway is reached by this address."""
    return f"{urlsplit(public_url or '').path.rstrip('/')}{PATH}"


def _access(settings: Settings, ports: Ports, access_control: AccessControl) -> ConsoleAccess:
    idle = timedelta(minutes=settings.console_idle_minutes)
    return ConsoleAccess(
        sessions=ConsoleSessions(settings.session_secrets(), access_control, idle=idle),
        clock=ports.clock,
        idle=idle,
        base=console_base(settings.public_url),
        public_url=settings.public_url,
    )


def _file_routes(console: Console) -> APIRouter:
    router = console.router()

    @router.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        if name not in console.files:
            raise Problem(status=404, code="not-found", title="Not Found")
        return send_file(console.files[name], request, {**HEADERS, "cache-control": "no-cache"})

    return router

"""The gateway's HTTP side, assembled."""

from collections.abc import Mapping

from fastapi import FastAPI

from chassis.asgi import Parts, make_app
from services.gateway.api.chat import Patience, chat_routes
from services.gateway.api.openapi import describe_security
from services.gateway.api.page import page_routes
from services.gateway.api.reads import read_routes
from services.gateway.api.refusals import install_refusals
from services.gateway.domain import Doorkeeper
from services.gateway.ports import PageFile
from services.gateway.settings import Settings
from services.gateway.usecases import Ports


def make_gateway(settings: Settings, ports: Ports, parts: Parts, page: Mapping[str, PageFile]) -> FastAPI:
    """All routes on whatever ports, with their refusals and their OpenAPI document."""
    doorkeeper = Doorkeeper(settings.session_secret.get_secret_value(), settings.all_api_keys())
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
            chat_routes(ports, doorkeeper, patience),
            read_routes(ports, doorkeeper),
            page_routes(page),
        ],
        title="salesbot",
        description="Sales discovery: a short conversation, a proposal that fits, a booked demo.",
    )
    install_refusals(app)
    describe_security(app)
    return app

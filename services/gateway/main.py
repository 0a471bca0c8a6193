"""Wires the gateway together and runs it."""

from fastapi import APIRouter, FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.clock import utc_now
from chassis.kafka import EventPublisher, make_broker
from chassis.redis import make_redis
from contracts.playbook import load_playbook
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.adapters.page_files import load_page
from services.gateway.adapters.redis_memory import RedisMemory
from services.gateway.adapters.reply_follower import ReplyFollower
from services.gateway.api import (
    Patience,
    chat_routes,
    describe_security,
    install_refusals,
    page_routes,
    read_routes,
)
from services.gateway.domain import Doorkeeper
from services.gateway.settings import Settings
from services.gateway.usecases import Ports


def build_app(settings: Settings) -> FastAPI:
    """The gateway as an ASGI application; nothing is connected until it starts."""
    broker = make_broker(settings, service="gateway")
    redis = make_redis(settings)
    replies = ReplyFollower(redis)
    leadstore = LeadstoreClient(settings.leadstore_url)
    ports = Ports(
        publisher=EventPublisher(broker, timeout_s=settings.kafka_publish_timeout_s),
        replies=replies,
        memory=RedisMemory(redis),
        read_model=leadstore,
        clock=utc_now,
    )
    # Neither Redis nor leadstore is asked whether it is ready: a visitor is served without them.
    return assemble(settings, ports, Parts(broker=broker, resources=(redis, replies, leadstore)))


def assemble(settings: Settings, ports: Ports, parts: Parts) -> FastAPI:
    """The gateway's HTTP side on whatever ports."""
    app = make_app(
        "gateway",
        settings,
        parts,
        routers=_routers(settings, ports),
        title="salesbot",
        description="Sales discovery: a short conversation, a proposal that fits, a booked demo.",
    )
    install_refusals(app)
    describe_security(app)
    return app


def _routers(settings: Settings, ports: Ports) -> list[APIRouter]:
    doorkeeper = Doorkeeper(settings.session_secret.get_secret_value(), settings.all_api_keys())
    patience = Patience(
        answer_timeout_s=settings.reply_timeout_s,
        stream_timeout_s=settings.stream_timeout_s,
        ping_interval_s=settings.ping_interval_s,
    )
    return [
        chat_routes(ports, doorkeeper, patience),
        read_routes(ports, doorkeeper),
        page_routes(load_page(load_playbook(settings.playbook_path))),
    ]


def main() -> None:
    """Run the gateway until it is told to stop."""
    settings = Settings()
    serve("gateway", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

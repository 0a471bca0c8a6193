"""Wires the gateway together and runs it."""

from fastapi import FastAPI

from chassis.asgi import Parts, serve
from chassis.clock import utc_now
from chassis.kafka import EventPublisher, make_broker
from chassis.redis import make_redis
from playbook import load_playbook
from services.gateway.adapters.console_pages import JinjaConsolePages
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.adapters.page_files import load_console, load_proposal_files, load_widget
from services.gateway.adapters.proposal_pages import JinjaProposalPages
from services.gateway.adapters.redis_idempotency_store import RedisIdempotencyStore
from services.gateway.adapters.reply_follower import ReplyFollower
from services.gateway.api import make_gateway
from services.gateway.ports import Pages, Ports
from services.gateway.settings import Settings


def build_app(settings: Settings) -> FastAPI:
    """The gateway as an ASGI application; nothing is connected until it starts."""
    broker = make_broker(settings, service="gateway")
    redis = make_redis(settings)
    leadstore = LeadstoreClient(settings.leadstore_url)
    replies = ReplyFollower(redis, leadstore)
    ports = Ports(
        publisher=EventPublisher(broker, timeout_s=settings.kafka_publish_timeout_s),
        replies=replies,
        idempotency_store=RedisIdempotencyStore(redis),
        read_model=leadstore,
        clock=utc_now,
    )
    # Neither Redis nor leadstore is asked whether it is ready: a visitor is served without them.
    parts = Parts(
        broker=broker,
        resources=(redis, leadstore),
        background=(replies.listen_to_redis, replies.poll_outcomes),
    )
    playbook = load_playbook(settings.playbook_path)
    return make_gateway(
        settings,
        ports,
        parts,
        pages=Pages(
            widget=load_widget(playbook),
            proposal_files=load_proposal_files(),
            proposals=JinjaProposalPages(playbook),
            console=JinjaConsolePages(playbook),
            console_files=load_console(),
        ),
        booking=playbook.booking,
    )


def main() -> None:
    """Run the gateway until it is stopped."""
    settings = Settings()
    serve("gateway", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

"""Wires the gateway together and runs it."""

from fastapi import FastAPI

from chassis.asgi import Parts, serve
from chassis.clock import utc_now
from chassis.kafka import EventPublisher, make_broker
from chassis.redis import make_redis
from playbook import load_playbook
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.adapters.pages import load_pages
from services.gateway.adapters.redis_idempotency_store import RedisIdempotencyStore
from services.gateway.adapters.redis_pseudonyms import RedisPseudonyms
from services.gateway.adapters.redis_rate_limiter import RedisRateLimiter
from services.gateway.adapters.reply_follower import ReplyFollower
from services.gateway.api import make_gateway
from services.gateway.ports import Ports
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
        rate_limiter=RedisRateLimiter(redis, local_share=settings.limits.local_share),
        pseudonyms=RedisPseudonyms(redis, utc_now),
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
    return make_gateway(settings, ports, parts, pages=load_pages(playbook), booking=playbook.booking)


def main() -> None:
    """Run the gateway until it is stopped."""
    settings = Settings()
    serve("gateway", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

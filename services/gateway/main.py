"""Wires the gateway together and runs it."""

from fastapi import FastAPI

from chassis.asgi import Parts, serve
from chassis.clock import utc_now
from chassis.data_keys import DataKeys
from chassis.kafka import EventPublisher, make_broker
from chassis.leases import speaker_leases
from chassis.postgres import make_engine
from chassis.redis import make_redis
from chassis.rollout import PostgresShelf
from playbook import Editions, load_playbook
from services.gateway.adapters.booking import BookingClient
from services.gateway.adapters.conversation_follower import ConversationFollower
from services.gateway.adapters.leadstore import LeadstoreClient
from services.gateway.adapters.mailer import MailerClient
from services.gateway.adapters.oidc_provider import make_identity_provider
from services.gateway.adapters.pages import load_pages
from services.gateway.adapters.redis_idempotency_store import RedisIdempotencyStore
from services.gateway.adapters.redis_pseudonyms import RedisPseudonyms
from services.gateway.adapters.redis_rate_limiter import RedisRateLimiter
from services.gateway.adapters.reply_follower import ReplyFollower
from services.gateway.adapters.sns import SnsClient
from services.gateway.adapters.unsubscribing import make_unsubscribe_links
from services.gateway.api import make_gateway
from services.gateway.ports import Ports
from services.gateway.settings import Settings


def build_app(settings: Settings) -> FastAPI:
    """The gateway as an ASGI application; nothing is connected until it starts."""
    keys = DataKeys(db := make_engine(settings), settings, spares=settings.spare_data_keys)
    broker, redis = make_broker(settings, service="gateway", keys=keys), make_redis(settings)
    leadstore, bookings = LeadstoreClient(settings.leadstore_url), BookingClient(settings.booking_url)
    mailer = MailerClient(settings.mailer_url)
    replies, conversations = ReplyFollower(redis, leadstore), ConversationFollower(redis, leadstore)
    ports = Ports(
        publisher=EventPublisher(broker, timeout_s=settings.kafka_publish_timeout_s),
        replies=replies,
        idempotency_store=RedisIdempotencyStore(redis),
        rate_limiter=RedisRateLimiter(redis, local_share=settings.limits.local_share),
        pseudonyms=RedisPseudonyms(redis, utc_now),
        conversation_events=conversations,
        leases=speaker_leases(redis, lasts_s=settings.takeover_lease_s),
        read_model=leadstore,
        privacy=leadstore,
        bookings=bookings,
        sns=SnsClient(),
        mail_previews=mailer,
        mail_recipients=mailer,
        clock=utc_now,
        unsubscribe_links=make_unsubscribe_links(settings),
        identity_provider=make_identity_provider(settings.oidc),
    )
    following = (replies.listen_to_redis, replies.poll_outcomes, conversations.listen_to_redis)
    # A visitor is served without Redis, PostgreSQL and leadstore, as long as data keys are spare.
    parts = Parts(
        broker=broker,
        resources=(keys, redis, leadstore, bookings),
        probes={"data keys": keys.probe},
        background=(keys.keep, *following, conversations.read_changes),
        on_shutdown=(conversations.end_all,),
    )
    editions = Editions(load_playbook(settings.playbook_path), PostgresShelf(db))
    pages = load_pages(editions, offers_follow_up=settings.follow_up_offered)
    return make_gateway(settings, ports, parts, pages=pages, booking=editions.current.booking)


def main() -> None:
    """Run the gateway until it is stopped."""
    serve("gateway", settings := Settings(), lambda: build_app(settings))


if __name__ == "__main__":
    main()

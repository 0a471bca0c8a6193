"""Wires the proposal service and runs it."""

from contextlib import aclosing, nullcontext

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.clock import utc_now
from chassis.data_keys import DataKeys
from chassis.kafka import make_broker
from chassis.kafka.sealing import Sealing
from chassis.language_model import RedisSpendLimiter
from chassis.lifecycle import every
from chassis.postgres import make_engine
from chassis.redis import make_redis
from chassis.rollout import PostgresShelf
from playbook import Editions, load_playbook, require_confirmed_facts
from services.proposal.adapters import KeptDrafts, ModelWriter
from services.proposal.consumers import subscribe
from services.proposal.settings import Settings


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    playbook = load_playbook(settings.playbook_path, prompt=settings.prompt_path)
    require_confirmed_facts(playbook, allow_examples=settings.allow_example_facts)
    keys, redis = DataKeys(db := make_engine(settings), settings), make_redis(settings)
    editions = Editions(playbook, PostgresShelf(db))
    broker = make_broker(settings, service="proposal", keys=keys)
    limiter = RedisSpendLimiter(redis, playbook.spend, clock=utc_now)
    has_model = settings.language_model.is_configured
    writer = ModelWriter(settings, playbook, limiter) if has_model else None
    subscribe(broker, editions, writer, KeptDrafts(redis, Sealing(keys)), options=settings.keyed)
    resources = (keys, aclosing(redis), writer or nullcontext())
    background = (keys.keep, every(15.0, limiter.export_metrics))
    parts = Parts(broker=broker, resources=resources, background=background)
    return make_app("proposal", settings, parts)


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    serve("proposal", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

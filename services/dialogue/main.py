"""Dialogue's process: wiring only."""

from contextlib import aclosing
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.kafka import EventPublisher, KeyedOptions, make_broker
from chassis.language_model import limited_model
from chassis.lifecycle import every, migrated
from chassis.outbox import Outbox
from chassis.postgres import make_engine, ping
from chassis.redis import make_redis
from chassis.reply_stream import RedisReplyStream
from playbook import load_playbook, require_confirmed_facts
from services.dialogue import adapters
from services.dialogue.adapters import tables
from services.dialogue.consumers import subscribe
from services.dialogue.migrations import LOCATION
from services.dialogue.ports import Ports
from services.dialogue.settings import Settings
from services.dialogue.usecases import KeptTranslations, look_after_awaited


def build_app(settings: Settings) -> FastAPI:
    """Assemble dialogue; nothing is connected until it starts."""
    playbook = load_playbook(settings.playbook_path, prompt=settings.prompt_path)
    require_confirmed_facts(playbook, allow_examples=settings.allow_example_facts)
    broker, engine = make_broker(settings, service="dialogue"), make_engine(settings)
    model = limited_model(settings.language_model, redis := make_redis(settings), playbook)
    judging = limited_model(settings.judge, redis, playbook)
    lines, translator = adapters.PostgresTranslations(engine), adapters.ModelTranslator(model, playbook)
    translations = KeptTranslations(playbook, lines, translator)
    outbox = Outbox(engine, tables.outbox, EventPublisher(broker))
    is_configured = settings.language_model.is_configured
    ports = Ports(
        store=adapters.PostgresStore(engine, outbox),
        announcer=outbox,
        replies=RedisReplyStream(redis),
        speaker=adapters.ModelSpeaker(model, playbook) if is_configured else None,
        translations=translations if is_configured else None,
        judge=adapters.ModelJudge(judging, playbook) if is_configured else None,
        playbook=playbook,
        holding_after=timedelta(seconds=settings.holding_after_s),
        burst_quiet_s=settings.burst_quiet_s,
    )
    options = KeyedOptions(
        max_in_flight=settings.max_conversations_at_once, handler_timeout_s=settings.handler_timeout_s
    )
    subscribe(broker, ports, options)
    database = migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA)
    parts = Parts(
        broker=broker,
        resources=(database, aclosing(redis), model, judging, translations),
        probes={"database": partial(ping, engine)},
        background=(
            outbox.run_sweeper,
            model.watch,
            judging.watch,
            every(1.0, partial(look_after_awaited, ports)),
        ),
    )
    return make_app("dialogue", settings, parts)


def main() -> None:
    """Run dialogue until it is told to stop."""
    settings = Settings()
    serve("dialogue", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

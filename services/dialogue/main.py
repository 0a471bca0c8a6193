"""Dialogue's process: wiring only."""

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.data_keys import DataKeys
from chassis.erasure_log import ErasureLog
from chassis.kafka import EventPublisher, make_broker
from chassis.language_model import limited_model
from chassis.lifecycle import every, migrated
from chassis.outbox import Outbox
from chassis.postgres import make_engine, ping
from chassis.redis import make_redis
from chassis.rollout import LOOK_EVERY_S
from playbook import load_playbook, require_confirmed_facts
from services.dialogue import adapters
from services.dialogue.adapters import tables
from services.dialogue.consumers import subscribe
from services.dialogue.migrations import LOCATION
from services.dialogue.ports import Ports
from services.dialogue.settings import Settings
from services.dialogue.usecases.due import look_after_due
from services.dialogue.usecases.erasing import erase_again, erase_expired


def build_app(settings: Settings) -> FastAPI:
    """Assemble dialogue; nothing is connected until it starts."""
    playbook = load_playbook(settings.playbook_path, prompt=settings.prompt_path)
    require_confirmed_facts(playbook, allow_examples=settings.allow_example_facts)
    keys = DataKeys(db := make_engine(settings), settings)
    broker, redis = make_broker(settings, service="dialogue", keys=keys), make_redis(settings)
    models = model, judge = [limited_model(each, redis, playbook) for each in settings.models]
    editions = adapters.KeptEditions(settings, playbook, db, models)
    outbox = Outbox(db, tables.outbox, EventPublisher(broker))
    store = adapters.RememberingStore(adapters.PostgresStore(db, outbox, keys))
    ports = Ports(
        store=store,
        live_state=adapters.RedisLiveState(redis),
        upkeep=adapters.PostgresUpkeep(db),
        announcer=outbox,
        replies=adapters.RedisReplyStream(redis),
        leases=adapters.speaker_leases(redis, lasts_s=settings.takeover_lease_s),
        playbook=playbook,
        editions=editions,
        holding_after_s=settings.holding_after_s,
        silent_after_h=settings.silent_after_h,
        burst_quiet_s=settings.burst_quiet_s,
    )
    subscribe(broker, ports, settings.keyed, on_handed_over=store.forget)
    database = migrated(db, settings, script_location=LOCATION, schema=tables.SCHEMA)
    erasures = ErasureLog(db, tables.erasure_position, settings, lambda found: erase_again(found, ports))
    erase_old = every(600, lambda: erase_expired(settings.retention, ports))
    kept_going = (keys.keep, outbox.run_sweeper, model.watch, judge.watch, erasures.run)
    look_after, look = every(1, lambda: look_after_due(ports)), every(LOOK_EVERY_S, editions.look)
    parts = Parts(
        broker=broker,
        resources=(database, redis, model, judge, editions),
        probes={"database": lambda: ping(db), "erasures": erasures.probe},
        background=(*kept_going, erase_old, look_after, look),
    )
    return make_app("dialogue", settings, parts)


def main() -> None:
    """Run dialogue until it is told to stop."""
    serve("dialogue", settings := Settings(), lambda: build_app(settings))


if __name__ == "__main__":
    main()

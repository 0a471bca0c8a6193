"""Wires leadstore and runs it."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.clock import utc_now
from chassis.data_keys import DataKeys
from chassis.erasure_log import ErasureLog
from chassis.kafka import EventPublisher, make_broker
from chassis.lifecycle import every, migrated
from chassis.outbox import Outbox
from chassis.postgres import make_engine, ping
from chassis.redis import make_redis
from playbook import load_playbook
from services.leadstore import adapters
from services.leadstore.adapters import tables
from services.leadstore.api import make_privacy_router, make_router
from services.leadstore.consumers import subscribe
from services.leadstore.migrations import LOCATION
from services.leadstore.settings import Settings
from services.leadstore.usecases import count_funnel, end_leads_again, erase_again, forget_processed_events

_TIDY_EVERY_S = 600.0
_COUNT_EVERY_S = 15.0
_DESCRIPTION = "Conversations, leads and the funnel as they were projected. For services inside the cluster."


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    engine, scoring = make_engine(settings), load_playbook(settings.playbook_path).score
    keys = DataKeys(engine, settings)
    broker = make_broker(settings, service="leadstore", keys=keys)
    outbox = Outbox(engine, tables.outbox, EventPublisher(broker))
    store = adapters.PostgresLeadStore(engine, outbox)
    notifier = adapters.RedisNotices(make_redis(settings))
    work = (broker, store, outbox, notifier)
    subscribe(*work, clock=utc_now, batch_size=settings.batch_size, scoring=scoring)
    forget = partial(
        forget_processed_events, store, utc_now, keep=timedelta(days=settings.processed_event_days)
    )
    again = partial(erase_again, store=store, leads=outbox, notifier=notifier, clock=utc_now)
    erasures = ErasureLog(engine, tables.erasure_position, settings, again)
    reports, links = adapters.PostgresReports(engine, scoring), adapters.PostgresProposalLinks(engine)
    parts = Parts(
        broker=broker,
        resources=(notifier, migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA)),
        probes={"database": partial(ping, engine), "erasures": erasures.probe},
        background=(
            *(keys.keep, outbox.run_sweeper, notifier.run, erasures.run),
            every(_COUNT_EVERY_S, lambda: count_funnel(reports, utc_now())),
            every(_TIDY_EVERY_S, forget),
            every(_TIDY_EVERY_S, lambda: end_leads_again(store, outbox, utc_now)),
        ),
    )
    read_model, privacy = adapters.PostgresReadModel(engine), adapters.PostgresPrivacy(engine)
    routers = [
        make_router(read_model, reports, links, notifier, clock=utc_now, scoring=scoring),
        make_privacy_router(read_model, notifier, privacy, clock=utc_now),
    ]
    return make_app("leadstore", settings, parts, routers=routers, description=_DESCRIPTION)


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("leadstore", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

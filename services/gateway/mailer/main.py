"""Wires the mailer and runs it."""

from functools import partial

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.data_keys import DataKeys
from chassis.erasure_log import ErasureLog
from chassis.kafka import make_broker
from chassis.lifecycle import every, migrated
from chassis.postgres import make_engine, ping
from playbook import load_playbook
from services.gateway.mailer import adapters
from services.gateway.mailer.adapters import tables
from services.gateway.mailer.api import make_routers
from services.gateway.mailer.consumers import subscribe
from services.gateway.mailer.migrations import LOCATION
from services.gateway.mailer.settings import Settings
from services.gateway.mailer.usecases.erasing import erase_mails_again, forget_old_mails

_TIDY_EVERY_S = 600.0


def build_app(settings: Settings) -> FastAPI:
    """Assemble the mailer; nothing is connected until it starts."""
    engine = make_engine(settings)
    keys = DataKeys(engine, settings)
    broker = make_broker(settings, service="mailer", keys=keys)
    playbook = load_playbook(settings.playbook_path)
    ports, sending = adapters.make_mail(engine, broker, playbook, settings)
    campaigns = adapters.make_campaigns(engine, ports, playbook, settings)
    subscribe(broker, ports, campaigns)
    erasures = ErasureLog(engine, tables.erasure_position, settings, partial(erase_mails_again, ports=ports))
    forget = partial(forget_old_mails, ports, keep=settings.kept_for)
    parts = Parts(
        broker=broker,
        resources=(migrated(engine, settings, script_location=LOCATION, schema=tables.SCHEMA),),
        probes={"database": partial(ping, engine), "erasures": erasures.probe},
        background=(keys.keep, erasures.run, every(_TIDY_EVERY_S, forget), *sending),
    )
    return make_app("mailer", settings, parts, routers=make_routers(ports, campaigns))


def main() -> None:
    """Run until stopped."""
    settings = Settings()
    serve("mailer", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

"""Wires the proposal service and runs it."""

from fastapi import FastAPI

from chassis.asgi import Parts, make_app, serve
from chassis.kafka import make_broker
from contracts.playbook import load_playbook
from services.proposal.adapters import make_writer
from services.proposal.consumers import subscribe
from services.proposal.settings import Settings


def build_app(settings: Settings) -> FastAPI:
    """Assemble the service; nothing is connected until it starts."""
    playbook = load_playbook(settings.playbook_path)
    broker = make_broker(settings, service="proposal")
    writer = make_writer(settings, playbook)
    subscribe(broker, playbook, writer)
    return make_app("proposal", settings, Parts(broker=broker, resources=(writer,)))


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    serve("proposal", settings, lambda: build_app(settings))


if __name__ == "__main__":
    main()

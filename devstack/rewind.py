"""`salesbot rewind`: let services read again what came since a backup; see docs/runbook.md."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from chassis.errors import TransientError
from chassis.kafka.rewinding import rewind_group
from contracts.registry import STREAMS
from devstack.broker_address import find_broker
from devstack.errors import RewindRefused
from devstack.internal_api import told_in_one_line

# Whoever wrote a record, and whoever took the backup, may have another clock.
_EARLIER = timedelta(minutes=1)
# It stores nothing, so that no backup sets it back; dialogue asks it again.
_STATELESS = "proposal"
GROUPS = sorted({group for topic in STREAMS for group in topic.consumers} - {_STATELESS})


def rewind(
    to: Annotated[datetime, typer.Argument(help="When the dump began, in UTC, such as 2026-01-02T02:17:00.")],
    *,
    group: Annotated[
        list[str] | None,
        typer.Option(help=f"Only this one; may be repeated. Without it: {', '.join(GROUPS)}."),
    ] = None,
    kafka: Annotated[str | None, typer.Option("--kafka", help="host:port of a broker.")] = None,
) -> None:
    """Let services read again what came since a backup was made; stop all of them first."""
    with told_in_one_line():
        if unknown := sorted(set(group or ()) - set(GROUPS)):
            raise RewindRefused(f"no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
        since = to.replace(tzinfo=to.tzinfo or UTC) - _EARLIER
        for name in group or GROUPS:
            typer.echo(f"{name} reads {_rewind(name, since, kafka):,} records again")


def _rewind(group: str, since: datetime, kafka: str | None) -> int:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    topics = [topic.name for topic in STREAMS if group in topic.consumers]
    try:
        return asyncio.run(rewind_group(find_broker(kafka), group, topics, since))
    except TransientError as error:
        raise RewindRefused(f"{error}; are all its processes stopped?") from error

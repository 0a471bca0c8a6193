"""The tables are the same whatever order the topics come in, and however often a record comes."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from services.leadstore.adapters import tables
from tests.integration.leadstore.conftest import Leadstore
from tests.unit.leadstore.builders import Told
from tests.unit.leadstore.strategies import told_anyhow

EVERY_TABLE = ", ".join(table.fullname for table in tables.metadata.sorted_tables)
PROJECTED = [
    table for table in tables.metadata.sorted_tables if table not in (tables.outbox, tables.processed_event)
]


async def tables_after(leadstore: Leadstore, batches: list[list[Told]], *, forgetful: bool) -> dict[str, Any]:
    """What the tables hold, but for the count of the batches that it took."""
    async with leadstore.engine.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {EVERY_TABLE}"))
    for batch in batches:
        await leadstore.project(*batch, forgetful=forgetful)
    rows = {table.name: await leadstore.rows(table) for table in PROJECTED}
    return {name: sorted(repr(row | {"version": 0}) for row in found) for name, found in rows.items()}


# On a database it would take minutes to make a failing example smaller.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=told_anyhow())
@pytest.mark.parametrize("forgetful", [False, True])
async def test_any_order_any_batches_and_any_doubles_give_the_same_tables(
    told: tuple[list[Told], list[list[Told]]], leadstore: Leadstore, forgetful: bool
) -> None:
    in_order, batches = told

    anyhow = await tables_after(leadstore, batches, forgetful=forgetful)

    assert anyhow == await tables_after(leadstore, [in_order], forgetful=False)

"""The tables are the same whatever order the topics come in, and however often a record comes."""

from hypothesis import given

from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.usecases import project_events
from tests.unit.leadstore.builders import NOON, Told
from tests.unit.leadstore.fakes import MemoryLeadStore, RecordingLeads
from tests.unit.leadstore.strategies import told_anyhow


async def tables_after(*batches: list[Told], forgetful: bool = False) -> dict[str, object]:
    """What the tables hold, but for the count of the batches that it took."""
    store = MemoryLeadStore()
    for batch in batches:
        await project_events(batch, store, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)
        if forgetful:
            store.processed.clear()
    return {
        "conversations": {
            id_: known.model_copy(update={"version": 0}) for id_, known in store.conversations_by_id.items()
        },
        "messages": store.messages,
        "failed_turns": store.failed_turns,
        "drafts": store.drafts,
        "model_uses": store.model_uses,
        "funnel_steps": store.funnel_steps,
    }


@given(told=told_anyhow())
async def test_any_order_any_batches_and_any_doubles_give_the_same_tables(
    told: tuple[list[Told], list[list[Told]]],
) -> None:
    in_order, batches = told

    assert await tables_after(*batches) == await tables_after(in_order)


@given(told=told_anyhow())
async def test_doubles_change_nothing_even_when_it_is_forgotten_that_they_were_processed(
    told: tuple[list[Told], list[list[Told]]],
) -> None:
    in_order, batches = told

    assert await tables_after(*batches, forgetful=True) == await tables_after(in_order)

"""Lists stay in place while conversations begin, and the funnel's numbers are true."""

from datetime import date, timedelta

from contracts.turn_outcomes import OpenTurn
from contracts.values import LeadStatus, Stage
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.domain import Position
from services.leadstore.usecases import list_conversations, list_leads, project_events, read_funnel
from tests.unit.leadstore.builders import NOON, URL, Story, Told, at
from tests.unit.leadstore.fakes import MemoryLeadStore, RecordingLeads

MONDAY = date(2026, 3, 2)


async def projected(store: PostgresLeadStore, *events: Told) -> None:
    await project_events(events, store, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)


async def test_pages_are_newest_first_and_end(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    stories = [Story() for _ in range(5)]
    await projected(store, *(story.turn(minute) for minute, story in enumerate(stories)))

    first = await list_conversations(None, 3, read_model)
    second = await list_conversations(first.next_cursor, 3, read_model)

    newest_first = [story.id for story in reversed(stories)]
    assert [item.conversation_id for item in (*first.items, *second.items)] == newest_first
    assert second.next_cursor is None


async def test_conversations_that_begin_meanwhile_shift_no_page(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    stories = [Story() for _ in range(4)]
    await projected(store, *(story.turn(minute) for minute, story in enumerate(stories)))
    first = await list_conversations(None, 2, read_model)

    await projected(store, Story().turn(99), *(story.turn(100) for story in stories))
    second = await list_conversations(first.next_cursor, 2, read_model)

    assert [item.conversation_id for item in second.items] == [stories[1].id, stories[0].id]


async def test_conversations_that_began_at_once_are_all_listed(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    stories = [Story() for _ in range(7)]
    await projected(store, *(story.turn(0) for story in stories))

    seen, cursor = set(), None
    for _ in range(4):
        page = await list_conversations(cursor, 2, read_model)
        seen |= {item.conversation_id for item in page.items}
        cursor = page.next_cursor

    assert seen == {story.id for story in stories}
    assert cursor is None


async def test_leads_are_listed_by_status(store: PostgresLeadStore, read_model: PostgresReadModel) -> None:
    talking, booked = Story(), Story()
    await projected(store, talking.turn(0), booked.turn(1), booked.booked(5))

    page = await list_leads(None, 10, LeadStatus.BOOKED, read_model)

    assert [lead.conversation_id for lead in page.items] == [booked.id]
    assert page.items[0].demo_at == at(600)


async def test_neither_the_erased_nor_those_who_said_nothing_are_listed(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    erased, silent = Story(), Story()
    await projected(store, erased.turn(0), erased.erased(1), silent.drafted(2))

    assert await read_model.conversations(after=None, limit=10) == []


async def test_a_position_is_exclusive(store: PostgresLeadStore, read_model: PostgresReadModel) -> None:
    story = Story()
    await projected(store, story.turn(0))

    assert await read_model.conversations(after=Position(at(0), story.id), limit=10) == []


async def test_the_funnel_counts_each_conversation_once_on_the_day_it_came_so_far(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    ada, grace, a_day = Story(), Story(), 24 * 60.0
    await projected(store, ada.turn(0), ada.turn(1), grace.turn(2), ada.advanced(Stage.SCOPE, 3))
    await projected(store, ada.answered(minute=a_day, calendly_shown=True), ada.booked(a_day))
    await projected(store, ada.answered(minute=2 * a_day, calendly_shown=True), ada.booked(2 * a_day))

    rows = await read_funnel(MONDAY - timedelta(days=1), MONDAY + timedelta(days=2), read_model)

    assert [(row.started, row.identify, row.scope, row.link_sent, row.booked) for row in rows] == [
        (0, 0, 0, 0, 0),
        (2, 1, 1, 0, 0),
        (0, 0, 0, 1, 1),
        (0, 0, 0, 0, 0),
    ]


async def test_days_are_those_of_utc(store: PostgresLeadStore, read_model: PostgresReadModel) -> None:
    before, after = Story(), Story()
    await projected(store, before.turn(12 * 60 - 0.001), after.turn(12 * 60))

    rows = await read_funnel(MONDAY, MONDAY + timedelta(days=1), read_model)

    assert [row.started for row in rows] == [1, 1]


async def test_outcomes_are_those_that_memory_has(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    memory, story, erased = MemoryLeadStore(), Story(), Story()
    answered, failed, open_turn, gone = story.turn(0), story.turn(1), story.turn(2), erased.turn(0)
    events: list[Told] = [answered, failed, open_turn, gone, story.drafted(), story.linked()]
    events += [story.answered(answered, reply=f"Here: {URL}"), story.failed(failed), erased.answered(gone)]
    events.append(erased.erased(2))
    await projected(store, *events)
    await project_events(events, memory, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)
    turns = [
        OpenTurn(conversation_id=turn.data.conversation_id, turn_id=turn.data.turn_id)
        for turn in (answered, failed, open_turn, gone)
    ]

    outcomes = await read_model.outcomes(turns)

    assert outcomes == await memory.outcomes(turns)
    assert [len(outcomes.answered), len(outcomes.failed)] == [1, 1]
    assert outcomes.answered[0].calendly_shown


async def test_unanswered_questions_are_counted_over_all_conversations_those_asked_most_first(
    store: PostgresLeadStore, read_model: PostgresReadModel
) -> None:
    one, other, erased, memory = Story(), Story(), Story(), MemoryLeadStore()
    events = [
        *(one.turn(0), one.unanswered("Where is the data?", 1), one.unanswered("VAT?", 2)),
        *(other.turn(0), other.unanswered("where is the data?", 5)),
        *(erased.turn(0), erased.unanswered("VAT?", 1), erased.erased(2)),
    ]
    await projected(store, *events)
    await project_events(events, memory, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)

    found = await read_model.unanswered_questions(5)

    assert [(asked.question.lower(), asked.times_asked, asked.last_asked_at) for asked in found] == [
        ("where is the data?", 2, at(5)),
        ("vat?", 1, at(2)),
    ]
    in_memory = await memory.unanswered_questions(5)
    assert [(asked.times_asked, asked.last_asked_at) for asked in in_memory] == [(2, at(5)), (1, at(2))]
    assert len(await read_model.unanswered_questions(1)) == 1

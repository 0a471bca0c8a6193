"""Reading a transcript, and waiting until it is as new as the reader knows it to be."""

import asyncio

import pytest

from services.leadstore import usecases
from services.leadstore.adapters.in_process_notifier import InProcessNotifier
from services.leadstore.usecases import project_events, read_transcript
from tests.unit.leadstore.builders import NOON, Story
from tests.unit.leadstore.fakes import MemoryLeadStore, RecordingLeads


async def test_a_reader_who_waits_is_woken_by_the_projection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "_POLL_S", 60.0)
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    turn, started = story.turn(0), story.started(0)
    answered = story.answered(turn)
    await project_events([turn], store, RecordingLeads(), notifier, clock=lambda: NOON)
    assert answered.sequence is not None

    reading = asyncio.create_task(
        read_transcript(story.id, store, notifier, after_sequence=answered.sequence)
    )
    await asyncio.sleep(0)
    await project_events([started, answered], store, RecordingLeads(), notifier, clock=lambda: NOON)
    async with asyncio.timeout(2):
        transcript = await reading

    assert [message.role for message in transcript.messages] == ["visitor", "bot"]


async def test_a_reader_hears_of_what_another_replica_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "_POLL_S", 0.005)
    story, store = Story(), MemoryLeadStore()
    started = story.started(0)

    reading = asyncio.create_task(read_transcript(story.id, store, InProcessNotifier(), after_sequence=1))
    await asyncio.sleep(0)
    await project_events([started], store, RecordingLeads(), InProcessNotifier(), clock=lambda: NOON)
    async with asyncio.timeout(2):
        transcript = await reading

    assert transcript.last_sequence == 1


async def test_a_reader_gets_what_is_there_when_the_wait_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "_WAIT_S", 0.02)
    monkeypatch.setattr(usecases, "_POLL_S", 0.01)
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    await project_events([story.turn(0)], store, RecordingLeads(), notifier, clock=lambda: NOON)

    transcript = await read_transcript(story.id, store, notifier, after_sequence=99)

    assert len(transcript.messages) == 1


async def test_a_failed_turn_is_shown_as_such() -> None:
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    turn = story.turn(0)
    await project_events([turn, story.failed(turn)], store, RecordingLeads(), notifier, clock=lambda: NOON)

    transcript = await read_transcript(story.id, store, notifier)

    assert [message.failed for message in transcript.messages] == [True]


async def test_a_failed_turn_that_was_brought_back_is_shown_with_its_answer() -> None:
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    turn = story.turn(0)
    await project_events(
        [turn, story.failed(turn), story.answered(turn)],
        store,
        RecordingLeads(),
        notifier,
        clock=lambda: NOON,
    )

    transcript = await read_transcript(story.id, store, notifier)

    assert [message.failed for message in transcript.messages] == [False, False]


async def test_a_reply_names_the_last_turn_it_answers_and_all_of_them() -> None:
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    first, second = story.turn(0), story.turn(1)
    batch = [first, second, story.answered(first, second), story.answered()]
    await project_events(batch, store, RecordingLeads(), notifier, clock=lambda: NOON)

    transcript = await read_transcript(story.id, store, notifier)

    assert [message.turn_id for message in transcript.messages] == [
        first.data.turn_id,
        second.data.turn_id,
        second.data.turn_id,
        None,
    ]
    assert [message.answers for message in transcript.messages] == [
        (),
        (),
        (first.data.turn_id, second.data.turn_id),
        (),
    ]


async def test_a_transcript_shows_suggestions_questions_the_chosen_tier_and_the_wish_for_a_person() -> None:
    story, store, notifier = Story(), MemoryLeadStore(), InProcessNotifier()
    turn = story.turn(0)
    wishes = (story.unanswered("Do you do VAT?"), story.chose("growth"), story.wants_person())
    answered = story.answered(turn, suggestions=("Yes", "No"))
    await project_events([turn, *wishes, answered], store, RecordingLeads(), notifier, clock=lambda: NOON)

    transcript = await read_transcript(story.id, store, notifier)

    assert [message.suggestions for message in transcript.messages] == [(), ("Yes", "No")]
    assert transcript.unanswered_questions == ("Do you do VAT?",)
    assert (transcript.chosen_tier, transcript.wants_person, transcript.closed) == ("growth", True, None)

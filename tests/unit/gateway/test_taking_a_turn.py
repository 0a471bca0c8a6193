from uuid import UUID, uuid4

import pytest

from contracts.events import TurnReceived
from services.gateway.domain import Position, Turn
from services.gateway.errors import ConversationUnknown
from services.gateway.usecases import read_conversation, require_conversation, take_turn
from tests.support.gateway_fakes import FakeOutside
from tests.support.gateway_player import done

CONVERSATION, TURN = uuid4(), uuid4()


def a_turn(
    message: str = "Hello", *, is_repeatable: bool = True, read_until: Position = (0, 0), turn_id: UUID = TURN
) -> Turn:
    return Turn(
        conversation_id=CONVERSATION,
        turn_id=turn_id,
        message=message,
        source="widget",
        is_repeatable=is_repeatable,
        read_until=read_until,
    )


async def test_a_turn_is_published_with_an_id_that_only_depends_on_the_turn(outside: FakeOutside) -> None:
    await take_turn(a_turn(), outside.ports())
    await take_turn(a_turn(), outside.ports())

    first, second = outside.publisher.published
    assert first.id == second.id
    assert first.key == str(CONVERSATION).encode()
    assert first.source == "gateway"
    assert first.data == TurnReceived(
        conversation_id=CONVERSATION, turn_id=TURN, message="Hello", source="widget"
    )


async def test_turns_without_a_key_claim_nothing(outside: FakeOutside) -> None:
    await take_turn(a_turn(is_repeatable=False), outside.ports())

    assert outside.idempotency_store.claims == {}


async def test_a_claim_that_cannot_be_checked_repeats_nothing_that_is_there(outside: FakeOutside) -> None:
    outside.idempotency_store.is_away = True
    outside.replies.streams[TURN] = [done("1-1", "Hi.")]

    await take_turn(a_turn(), outside.ports())

    assert outside.publisher.published == []


async def test_a_reply_ends_even_when_its_sequence_cannot_be_noted(outside: FakeOutside) -> None:
    followed = await take_turn(a_turn(), outside.ports())
    outside.idempotency_store.is_away = True

    await followed.next_frames(1.0)

    assert followed.outcome is not None


async def test_a_conversation_that_was_surely_opened_is_waited_for(outside: FakeOutside) -> None:
    outside.read_model.transcripts[CONVERSATION] = b"{}"

    await read_conversation(CONVERSATION, outside.ports(), surely_exists=True)
    await read_conversation(CONVERSATION, outside.ports(), surely_exists=False)

    assert outside.read_model.asked_sequences == [1, None]


async def test_a_conversation_exists_when_it_was_lately_seen_or_is_stored(outside: FakeOutside) -> None:
    seen, stored, unknown = uuid4(), uuid4(), uuid4()
    outside.idempotency_store.sequences[seen] = 3
    outside.read_model.transcripts[stored] = b"{}"

    await require_conversation(seen, outside.ports())
    await require_conversation(stored, outside.ports())

    with pytest.raises(ConversationUnknown):
        await require_conversation(unknown, outside.ports())

"""What comes unasked: who is told what of a conversation, once, in order, and to whom it is refused."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from contracts.conversation_changes import ConversationChange
from contracts.values import LeadStatus
from services.gateway.domain import ConversationUpdate, Followed
from services.leadstore.domain import Conversation, change_of, fold
from services.leadstore.domain.transcript import Message, messages_of
from tests.support.gateway_app import events_of
from tests.support.gateway_fakes import READ_KEY, FakeOutside
from tests.unit.leadstore.builders import Story, Told


class Stored:
    """A conversation in leadstore, growing by events."""

    def __init__(self) -> None:
        self.story = Story()
        self._conversation = Conversation(id=self.story.id)
        self._messages: list[Message] = []

    def store(self, *events: Told) -> None:
        for event in events:
            folded = fold(self._conversation, event)
            self._conversation = folded.model_copy(update={"version": self._conversation.version + 1})
            self._messages.extend(messages_of(event))

    def asked_by(self, followed: Followed) -> list[ConversationUpdate]:
        """What a follower is told when they ask now."""
        place, updates = followed.place, []
        if place.version != self._conversation.version:
            change = change_of(self._conversation, self._messages, [], after_sequence=place.after_sequence)
            updates = followed.updates_in(change)
            if change.has_more:
                updates += self.asked_by(followed)
        return updates


def texts(updates: list[ConversationUpdate]) -> list[str]:
    return [json.loads(update.data)["text"] for update in updates if update.kind == "message"]


STEPS = st.lists(st.sampled_from(["turn", "answer", "unasked", "ask", "come back"]), max_size=60)


@given(steps=STEPS)
def test_every_reply_comes_once_and_in_order_however_often_a_follower_comes_back(steps: list[str]) -> None:
    stored, told, last, said = Stored(), list[ConversationUpdate](), 0, 0
    followed, open_turns = Followed(stored.story.id, 0, is_visitor=True), list[Told]()
    for step in [*steps, "ask"]:
        if step == "turn":
            said += 1
            open_turns.append(stored.story.turn(said, f"turn {said}"))
            stored.store(open_turns[-1])
        elif step in {"answer", "unasked"}:
            answers = tuple(open_turns) if step == "answer" else ()
            said += 1
            stored.store(stored.story.answered(*answers, minute=said, reply=f"reply {said}"))
            open_turns = [] if answers else open_turns
        else:
            new = stored.asked_by(followed)
            told += new
            last = max([last, *(update.sequence or 0 for update in new)])
            followed = Followed(stored.story.id, last, is_visitor=True) if step == "come back" else followed

    replies = [text for text in texts(told) if text.startswith("reply")]
    assert len(replies) == len(set(replies)) == last
    assert replies == sorted(replies, key=lambda text: int(text.split()[1]))
    if "come back" not in steps:
        assert len(texts(told)) == len(set(texts(told))) == said


def test_a_long_conversation_comes_in_pieces_and_whole() -> None:
    stored = Stored()
    for number in range(120):
        turn = stored.story.turn(number, f"turn {number}")
        stored.store(turn, stored.story.answered(turn, minute=number, reply=f"reply {number}"))
    told = texts(stored.asked_by(Followed(stored.story.id, 0, is_visitor=True)))
    assert told == [f"{kind} {number}" for number in range(120) for kind in ("turn", "reply")]


def test_a_booking_its_change_and_an_erasure_are_told_once() -> None:
    stored = Stored()
    followed = Followed(stored.story.id, 0, is_visitor=True)
    booked = stored.story.booked(4, starts=600)
    stored.store(stored.story.turn(0), booked)
    first, again = stored.asked_by(followed), stored.asked_by(followed)
    stored.store(stored.story.moved(booked.data.demo_id, starts=700))
    moved = stored.asked_by(followed)
    stored.store(stored.story.erased(9))
    erased = stored.asked_by(followed)

    data = [json.loads(update.data) for update in (*first, *moved) if update.kind == "booking"]
    assert [each["status"] for each in data] == ["booked", "booked"]
    assert [each["starts_at"][11:16] for each in data] == ["22:00", "23:40"]
    assert (again, [update.kind for update in erased], followed.is_over) == ([], ["erased"], True)


def test_a_follower_knows_a_version_only_when_there_is_no_more() -> None:
    followed = Followed(uuid4(), 0, is_visitor=True)
    whole = ConversationChange(conversation_id=uuid4(), version=7, status=LeadStatus.TALKING)
    followed.updates_in(whole.model_copy(update={"has_more": True}))
    assert followed.place.version == 0
    followed.updates_in(whole)
    assert followed.place.version == 7


async def opened(client: AsyncClient) -> tuple[UUID, dict[str, str]]:
    body = (await client.post("/chat", json={"message": "Hello"})).json()
    return UUID(body["conversation_id"]), {"authorization": f"Bearer {body['session_token']}"}


async def test_a_stream_begins_behind_the_last_id_and_has_no_end_in_silence(
    client: AsyncClient, outside: FakeOutside
) -> None:
    conversation_id, visitor = await opened(client)
    outside.conversation_events.scripted[conversation_id] = [
        ConversationUpdate("message", '{"text":"old"}', 3),
        ConversationUpdate("message", '{"text":"new"}', 9),
        ConversationUpdate("booking", '{"status":"booked"}'),
    ]

    answer = await client.get(
        f"/conversation/{conversation_id}/events", headers={**visitor, "last-event-id": "3"}
    )

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith(": ping\n\nretry: 1500\nevent: message\n")
    told: list[tuple[str, Any, str | None]] = [(e.name, e.data, e.id) for e in events_of(answer.text)]
    assert told == [("message", {"text": "new"}, "9"), ("booking", {"status": "booked"}, None)]
    assert outside.conversation_events.open == []


@pytest.mark.parametrize(
    ("is_visitor", "is_private", "is_told"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_when_a_demo_is_that_only_an_address_proves_is_told_to_the_sales_team_alone(
    is_visitor: bool, is_private: bool, is_told: bool
) -> None:
    change = ConversationChange(
        conversation_id=uuid4(),
        version=1,
        status=LeadStatus.BOOKED,
        demo_at=datetime(2026, 11, 25, 18, 0, tzinfo=UTC),
        demo_is_private=is_private,
    )
    followed = Followed(change.conversation_id, 0, is_visitor=is_visitor)
    (booking,) = [json.loads(each.data) for each in followed.updates_in(change)]
    assert (booking["status"], booking["starts_at"] is not None) == ("booked", is_told)

    missed = followed.updates_in(change.model_copy(update={"version": 2, "demo_missed": True}))
    assert [json.loads(each.data)["is_missed"] for each in missed] == ([] if is_visitor else [True])


async def test_only_the_visitor_and_who_reads_all_may_follow(client: AsyncClient) -> None:
    conversation_id, visitor = await opened(client)
    other, _ = await opened(client)
    reader = {"x-api-key": READ_KEY}
    cases = [
        (conversation_id, {}, 401, "credentials-missing"),
        (conversation_id, {"authorization": "Bearer forged"}, 401, "credentials-invalid"),
        (other, visitor, 403, "access-denied"),
        (uuid4(), reader, 404, "conversation-not-found"),
        ("nonsense", reader, 422, "invalid-request"),
    ]
    for named, headers, status, code in cases:
        answer = await client.get(f"/conversation/{named}/events", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await client.get(f"/conversation/{conversation_id}/events", headers=reader)).status_code == 200

"""What an event adds to what is known of a conversation, what its lead says changed, and how it reads."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest

from contracts.values import LeadStatus, Profile, Stage
from services.leadstore.domain import Conversation, fold, in_order, lead_of, what_changed
from services.leadstore.domain.transcript import failed_turn_of, messages_of
from tests.unit.leadstore.builders import URL, Story, Told, a_proposal, at, slot

ONE, OTHER = UUID(int=7), UUID(int=8)
ADA, GROWN = (Profile(name=slot("Ada"), team_size=slot(size)) for size in (8, 9))
DRAFTED = ("proposal", "tier", "proposal_written_by")
BEGUN = ("status", "stage", "source", "started_at")
SILENT, NOT_SILENT = {"is_silent": True}, {"is_silent": False}
Make, Tell = Callable[[Story], list[Told]], Callable[[Story], Told]


def folded(story: Story, *events: Told) -> Conversation:
    conversation = Conversation(id=story.id)
    for event in events:
        conversation = fold(conversation, event)
    return conversation


KNOWN: dict[str, tuple[Make, dict[str, Any]]] = {
    "the earliest turn tells the source": (
        lambda s: [s.turn(5, source="email"), s.turn(1, source="widget")],
        {"source": "widget", "started_at": at(1), "last_turn_at": at(5)},
    ),
    "a stage is never left backwards": (
        lambda s: [s.advanced(Stage.PROPOSE, 5), s.advanced(Stage.IDENTIFY, 1)],
        {"stage": Stage.PROPOSE, "stage_at": at(5)},
    ),
    "an answer tells the stage as well": (lambda s: [s.answered(stage=Stage.SCOPE)], {"stage": Stage.SCOPE}),
    "an older profile does not replace a newer one": (
        lambda s: [s.told(ADA), s.told(GROWN)][::-1],
        {"profile": GROWN, "last_sequence": 2},
    ),
    "an older link does not replace a newer one": (
        lambda s: [s.linked(4), s.linked(3, url="https://a.example")],
        {"booking_url": URL, "link_issued_at": at(4)},
    ),
    "the latest revision of the proposal stands": (
        lambda s: [s.drafted(1, revision=2, agent_name="Second"), s.drafted(2, agent_name="First")],
        {"proposal": a_proposal("Second"), "status": LeadStatus.PROPOSED},
    ),
    "a link that was issued is not sent yet": (lambda s: [s.linked(3)], {"status": LeadStatus.TALKING}),
    "a link counts as sent when the visitor saw it": (
        lambda s: [s.linked(3), s.answered(minute=4, calendly_shown=True)],
        {"status": LeadStatus.LINK_SENT, "link_sent_at": at(4)},
    ),
    "a moved demo stays booked though the old one is canceled": (
        lambda s: [s.booked(demo_id=ONE), s.moved(ONE, starts=700), s.canceled(ONE)],
        {"status": LeadStatus.BOOKED, "demo_at": at(700)},
    ),
    "a canceled demo is canceled even when that arrives before the booking": (
        lambda s: [s.canceled(ONE, 6), s.booked(4, demo_id=ONE)],
        {"status": LeadStatus.CANCELED, "demo_at": None},
    ),
    "a new booking after a cancellation is booked": (
        lambda s: [s.booked(4, demo_id=ONE), s.canceled(ONE, 5), s.booked(6, demo_id=OTHER, starts=900)],
        {"status": LeadStatus.BOOKED, "demo_at": at(900)},
    ),
    "the time of a demo that only its address proves is private": (
        lambda s: [s.booked(4, demo_id=ONE, is_proven=False)],
        {"demo_at": at(600), "demo_is_private": True},
    ),
    "a proof makes its time known": (
        lambda s: [s.booked(4, demo_id=ONE, is_proven=False), s.moved(ONE)],
        {"demo_at": at(700), "demo_is_private": False},
    ),
    "a visitor who did not come missed a demo that stays booked": (
        lambda s: [s.missed(ONE, 7), s.booked(4, demo_id=ONE)],
        {"status": LeadStatus.BOOKED, "demo_missed": True},
    ),
    "a no-show that is taken back later is none": (
        lambda s: [s.booked(4, demo_id=ONE), s.missed(ONE, 8, is_taken_back=True), s.missed(ONE, 7)],
        {"demo_missed": False},
    ),
    "a new demo is not missed": (
        lambda s: [s.booked(4, demo_id=ONE), s.missed(ONE), s.moved(ONE, 9)],
        {"status": LeadStatus.BOOKED, "demo_missed": False},
    ),
    "a nudge ends no silence": (lambda s: [s.turn(0), s.stalled(60), s.answered(minute=61)], SILENT),
    "who comes back is not silent": (lambda s: [s.turn(0), s.stalled(60), s.turn(61)], NOT_SILENT),
    "nobody follows up a no": (lambda s: [s.turn(0), s.closed(3), s.stalled(90)], NOT_SILENT),
    "an erased conversation forgets what was said and stays forgotten": (
        lambda s: [
            *(s.turn(0), s.told(ADA), s.drafted(2), s.erased(8)),
            *(s.drafted(9, revision=2), s.linked(9), s.booked(9)),
        ],
        {"erased_at": at(8), "profile": Profile(), "proposal": None, "booking_url": None, "demos": ()},
    ),
    "chatting does not change when the lead changed": (
        lambda s: [turn := s.turn(0), s.answered(turn, minute=1), s.turn(2)],
        {"changed_at": at(0), "last_message_at": at(2)},
    ),
}


@pytest.mark.parametrize(("events", "known"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_after(events: Make, known: dict[str, Any]) -> None:
    story = Story()
    conversation = folded(story, *events(story))
    assert {name: getattr(conversation, name) for name in known} == known


NO, LIFTED = {"closed": "declined", "changed_at": at(3)}, {"closed": None, "changed_at": at(5)}
# A no of minute 3 is the first that was said and the last that is heard of.
WISHES: dict[str, tuple[Make, dict[str, Any]]] = {
    "silence lifts no no": (lambda s: [s.closed(3), s.stalled(90)][::-1], NO),
    "a message lifts no no": (lambda s: [s.closed(3), s.turn(4)][::-1], NO),
    "a reply lifts no no": (lambda s: [s.closed(3), s.answered(minute=5)][::-1], NO),
    "a later stage lifts a no": (lambda s: [s.closed(3), s.advanced(Stage.BOOK, 5)][::-1], LIFTED),
    "the link lifts it": (lambda s: [s.closed(3), s.answered(minute=5, calendly_shown=True)][::-1], LIFTED),
    "a tier lifts a no": (lambda s: [s.closed(3), s.chose("starter", 5)][::-1], LIFTED),
    "a person lifts a no": (lambda s: [s.closed(3), s.wants_person(5)][::-1], LIFTED),
    "a booked demo lifts a no": (lambda s: [s.closed(3), s.booked(5)][::-1], LIFTED),
    "a goodbye with the link": (lambda s: [s.answered(minute=3, calendly_shown=True), s.closed(3)][::-1], NO),
    "unanswered questions are kept in the order they were asked in, each once": (
        lambda s: [s.unanswered("VAT?"), s.unanswered("Why?"), s.unanswered("Why?")][::-1],
        {"unanswered_questions": ("VAT?", "Why?")},
    ),
    "the tier chosen last stands": (
        lambda s: [s.drafted(2), s.chose("growth", 3), s.chose("starter", 4)],
        {"chosen_tier": "starter"},
    ),
    "an erased conversation keeps no question": (
        lambda s: [s.erased(2), s.unanswered("I am Ada Lovelace, is that a problem?")],
        {"unanswered_questions": ()},
    ),
}


@pytest.mark.parametrize(("events", "lead"), WISHES.values(), ids=WISHES)
def test_what_the_visitor_wished_is_shown_by_the_lead(events: Make, lead: dict[str, Any]) -> None:
    story = Story()
    shown = lead_of(folded(story, story.turn(0), *events(story)))
    assert {name: getattr(shown, name) for name in lead} == lead


CHANGES: dict[str, tuple[Make, Tell, tuple[str, ...]]] = {
    "a lead exists from the first message": (lambda s: [], lambda s: s.turn(0), BEGUN),
    "nothing is told before the first message": (lambda s: [], lambda s: s.drafted(), ()),
    "what was known before": (
        lambda s: [s.drafted()],
        lambda s: s.turn(0),
        (*BEGUN, *DRAFTED),
    ),
    "an answer changes no lead": (lambda s: [s.turn(0)], lambda s: s.answered(), ()),
    "a turn changes no lead": (lambda s: [s.turn(0)], lambda s: s.turn(2), ()),
    "a corrected slot": (lambda s: [s.turn(0), s.told(ADA)], lambda s: s.told(GROWN), ("profile.team_size",)),
    "a booking changes status and time": (lambda s: [s.turn(0)], lambda s: s.booked(), ("status", "demo_at")),
    "a missed demo": (
        lambda s: [s.turn(0), s.booked(demo_id=ONE)],
        lambda s: s.missed(ONE),
        ("demo_missed",),
    ),
    "a person is wished once": (lambda s: [s.turn(0), s.wants_person(1)], lambda s: s.wants_person(2), ()),
    "an erased conversation is no lead": (
        lambda s: [s.turn(0), s.told(Profile(name=slot("Ada")))],
        lambda s: s.erased(9),
        (),
    ),
    "nothing after it": (lambda s: [s.turn(0), s.erased(9)], lambda s: s.advanced(Stage.SCOPE), ()),
}


@pytest.mark.parametrize(("known", "event", "changed"), CHANGES.values(), ids=CHANGES)
def test_what_an_event_changes_is_named(known: Make, event: Tell, changed: tuple[str, ...]) -> None:
    story = Story()
    before = folded(story, *known(story))
    assert what_changed(before, fold(before, event(story))) == changed


ORDERS: dict[str, Any] = {
    "a reply stands after its turn though dialogue's clock is behind": (
        {"first": 10, "second": 11},
        [("to first", "first"), ("to second", "second")],
        ["first", "to first", "second", "to second"],
    ),
    "a burst stands before the one reply to it": (
        {"well": 1, "we are": 2, "a clinic": 3},
        [("I see", "well", "we are", "a clinic")],
        ["well", "we are", "a clinic", "I see"],
    ),
    "what nobody asked for stands where it was said": (
        {"first": 1, "second": 2},
        [("hold on", "first"), ("the proposal",), ("glad you like it", "second")],
        ["first", "hold on", "the proposal", "second", "glad you like it"],
    ),
    "a turn answered twice stands before the first reply": (
        {"propose": 5},
        [("hold on", "propose"), ("here it is", "propose")],
        ["propose", "hold on", "here it is"],
    ),
    "an unanswered turn stands at the end": (
        {"first": 1, "waiting": 2},
        [("to first", "first")],
        ["first", "to first", "waiting"],
    ),
    "a turn that failed and one nobody will answer stand where their answers would have": (
        {"first": 1, "lost": 2, "broken": 3, "last": 4},
        [("to first", "first"), (None, "broken"), ("to last", "last")],
        ["first", "to first", "lost", "broken", "last", "to last"],
    ),
}


@pytest.mark.parametrize(("turns", "replies", "ordered"), ORDERS.values(), ids=ORDERS)
def test_a_transcript_has_the_order_of_the_talk(turns: Any, replies: Any, ordered: list[str]) -> None:
    story = Story()
    said = {text: story.turn(minute, text) for text, minute in turns.items()}
    events = list(said.values())
    for minute, (reply, *answered) in enumerate(replies):
        of = [said[text or ""] for text in answered]
        events.append(story.failed(*of) if reply is None else story.answered(*of, minute=minute, reply=reply))

    # The order of the rows is of no help.
    Random(7).shuffle(events)
    messages = [message for event in events for message in messages_of(event)]
    failed = [turn for event in events if (turn := failed_turn_of(event))]
    assert [message.text for message in in_order(messages, failed)] == ordered


def test_a_mail_of_ours_stands_before_the_turn_that_answers_it_and_names_its_campaign() -> None:
    story = Story()
    first = story.turn(5, "2 works", source="email", mails=(story.mailed("Which task?", 1),))
    late = story.turn(
        20, "It was good", source="email", mails=(story.mailed("How was it?", 15, campaign="after"),)
    )
    events = [first, story.answered(first, minute=6, reply="Fine."), late]
    in_reverse = folded(story, *reversed(events))

    messages = [message for event in events for message in messages_of(event)]
    Random(7).shuffle(messages)
    said = [(message.written_by, message.text) for message in in_order(messages)]
    assert said == [
        ("playbook", "Which task?"),
        ("visitor", "2 works"),
        ("playbook", "Fine."),
        ("playbook", "How was it?"),
        ("visitor", "It was good"),
    ]
    assert folded(story, *events).campaign == in_reverse.campaign == "spring"
    lead = lead_of(in_reverse)
    assert lead is not None
    assert (lead.source, lead.campaign) == ("email", "spring")
    assert "campaign" in what_changed(Conversation(id=story.id), in_reverse)
    assert folded(story, *events, story.erased(30)).campaign is None

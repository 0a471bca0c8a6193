"""What an event adds to what is known of a conversation, and what of it a lead says has changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from contracts.values import LeadStatus, Profile, Stage
from services.leadstore.domain import Conversation, fold, folder_of, lead_of, what_changed
from services.leadstore.domain.drafts import draft_of
from tests.unit.leadstore.builders import Story, Told, at, slot

ONE, OTHER = UUID(int=7), UUID(int=8)
ADA, GROWN = (Profile(name=slot("Ada"), team_size=slot(size)) for size in (8, 9))
Make = Callable[[Story], list[Told]]


def folded(story: Story, *events: Told) -> Conversation:
    conversation = Conversation(id=story.id)
    for event in events:
        conversation = fold(conversation, event)
    return conversation


KNOWN: dict[str, Any] = {
    "a conversation begins with the first turn even when dialogue is silent": (
        lambda story: [story.turn(0, source="email")],
        {"started_at": at(0), "source": "email", "status": LeadStatus.TALKING},
    ),
    "the source is that of the earliest turn": (
        lambda story: [story.turn(5, source="email"), story.turn(1, source="widget")],
        {"source": "widget", "started_at": at(1), "last_turn_at": at(5)},
    ),
    "a stage is never left backwards": (
        lambda story: [story.advanced(Stage.PROPOSE, 5), story.advanced(Stage.IDENTIFY, 1)],
        {"stage": Stage.PROPOSE, "stage_at": at(5)},
    ),
    "an answer tells the stage before its own event does": (
        lambda story: [story.answered(stage=Stage.SCOPE)],
        {"stage": Stage.SCOPE},
    ),
    "an older profile does not replace a newer one": (
        lambda story: [story.told(ADA), story.told(GROWN)][::-1],
        {"profile": GROWN, "last_sequence": 2},
    ),
    "a link that was issued is not sent yet": (
        lambda story: [story.linked(3)],
        {"status": LeadStatus.TALKING},
    ),
    "a link counts as sent when the visitor saw it": (
        lambda story: [story.linked(3), story.answered(minute=4, calendly_shown=True)],
        {"status": LeadStatus.LINK_SENT, "link_sent_at": at(4)},
    ),
    "a moved demo stays booked though the old one is canceled": (
        lambda story: [story.booked(demo_id=ONE), story.moved(ONE, starts=700), story.canceled(ONE)],
        {"status": LeadStatus.BOOKED, "demo_at": at(700)},
    ),
    "a canceled demo is canceled even when that arrives before the booking": (
        lambda story: [story.canceled(ONE, 6), story.booked(4, demo_id=ONE)],
        {"status": LeadStatus.CANCELED, "demo_at": None},
    ),
    "a new booking after a cancellation is booked": (
        lambda s: [s.booked(4, demo_id=ONE), s.canceled(ONE, 5), s.booked(6, demo_id=OTHER, starts=900)],
        {"status": LeadStatus.BOOKED, "demo_at": at(900)},
    ),
    "a nudge of the bot does not end the visitor's silence": (
        lambda story: [story.turn(0), story.stalled(60), story.answered(minute=61)],
        {"is_silent": True},
    ),
    "a visitor who comes back is no longer silent": (
        lambda story: [story.turn(0), story.stalled(60), story.turn(61)],
        {"is_silent": False},
    ),
    "nobody follows up a no": (
        lambda story: [story.turn(0), story.closed(3), story.stalled(90)],
        {"is_silent": False},
    ),
    "an erased conversation forgets what was said and stays forgotten": (
        lambda story: [
            *(story.turn(0), story.told(ADA), story.drafted(2), story.erased(8)),
            *(story.drafted(9, revision=2), story.linked(9), story.booked(9)),
        ],
        {"erased_at": at(8), "profile": Profile(), "proposal": None, "booking_url": None, "demos": ()},
    ),
    "chatting does not change when the lead changed": (
        lambda story: [turn := story.turn(0), story.answered(turn, minute=1), story.turn(2)],
        {"changed_at": at(0), "last_message_at": at(2)},
    ),
}


@pytest.mark.parametrize(("events", "known"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_after(events: Make, known: dict[str, Any]) -> None:
    story = Story()

    conversation = folded(story, *events(story))

    assert {name: getattr(conversation, name) for name in known} == known


def test_the_latest_revision_of_the_proposal_stands() -> None:
    story = Story()
    first, second = story.drafted(2, agent_name="First"), story.drafted(1, revision=2, agent_name="Second")

    conversation = folded(story, second, first)

    assert conversation.proposal == second.data.proposal
    assert conversation.status is LeadStatus.PROPOSED


WISHES: dict[str, Any] = {
    "unanswered questions are kept in the order they were asked in, each once": (
        lambda s: [s.unanswered("VAT?"), s.unanswered("Why?"), s.unanswered("Why?")][::-1],
        {"unanswered_questions": ("VAT?", "Why?")},
    ),
    "the tier chosen last stands": (
        lambda story: [story.drafted(2), story.chose("growth", 3), story.chose("starter", 4)],
        {"chosen_tier": "starter"},
    ),
    "a wish for a person is known": (lambda s: [s.wants_person()], {"wants_person": True}),
    "a goodbye with the link does not lift the no it says goodbye to": (
        lambda s: [s.answered(minute=3, calendly_shown=True), s.closed(3)][::-1],
        {"closed": "declined"},
    ),
    "an erased conversation keeps no question": (
        lambda story: [story.erased(2), story.unanswered("I am Ada Lovelace, is that a problem?")],
        {"unanswered_questions": ()},
    ),
}


@pytest.mark.parametrize(("events", "lead"), WISHES.values(), ids=WISHES)
def test_what_the_visitor_wished_is_shown_by_the_lead(events: Make, lead: dict[str, Any]) -> None:
    story = Story()

    shown = lead_of(folded(story, story.turn(0), *events(story)))

    assert {name: getattr(shown, name) for name in lead} == lead


AFTER_A_NO: dict[str, Any] = {
    "silence": (lambda story: story.stalled(90), "declined", 3),
    "a message": (lambda story: story.turn(4), "declined", 3),
    "a reply": (lambda story: story.answered(minute=5), "declined", 3),
    "a later stage": (lambda story: story.advanced(Stage.BOOK, 5), None, 5),
    "the link later": (lambda s: s.answered(minute=5, calendly_shown=True), None, 5),
    "a tier": (lambda story: story.chose("starter", 5), None, 5),
    "a person": (lambda story: story.wants_person(5), None, 5),
    "a booked demo": (lambda story: story.booked(5), None, 5),
}


@pytest.mark.parametrize(("event", "closed", "changed_at"), AFTER_A_NO.values(), ids=AFTER_A_NO)
def test_only_a_sign_of_interest_lifts_a_no(
    event: Callable[[Story], Told], closed: str | None, changed_at: int
) -> None:
    story = Story()
    no = story.closed(3)

    lead = lead_of(folded(story, story.turn(0), event(story), no))

    assert lead is not None
    assert (lead.closed, lead.changed_at) == (closed, at(changed_at))


CHANGES: dict[str, Any] = {
    "a lead exists from the first message": (
        lambda story: [],
        lambda story: story.turn(0),
        ("status", "stage", "source", "started_at"),
    ),
    "nothing is told before the first message": (lambda s: [], lambda s: s.drafted(), ()),
    "what was known before the first message is told with it": (
        lambda story: [story.drafted()],
        lambda story: story.turn(0),
        ("status", "stage", "source", "started_at", "proposal", "tier"),
    ),
    "an answer changes no lead": (lambda story: [story.turn(0)], lambda story: story.answered(), ()),
    "a turn changes no lead": (lambda story: [story.turn(0)], lambda story: story.turn(2), ()),
    "a corrected slot is named": (
        lambda story: [story.turn(0), story.told(ADA)],
        lambda story: story.told(GROWN),
        ("profile.team_size",),
    ),
    "a booking changes status and time": (
        lambda story: [story.turn(0)],
        lambda story: story.booked(),
        ("status", "demo_at"),
    ),
    "a wish for a person is told once": (
        lambda story: [story.turn(0), story.wants_person(1)],
        lambda story: story.wants_person(2),
        (),
    ),
    "an erasure is told with what was forgotten": (
        lambda story: [story.turn(0), story.told(Profile(name=slot("Ada")))],
        lambda story: story.erased(9),
        ("erased", "profile.name"),
    ),
    "after an erasure nothing is told": (
        lambda story: [story.turn(0), story.erased(9)],
        lambda story: story.advanced(Stage.SCOPE),
        (),
    ),
}


@pytest.mark.parametrize(("known", "event", "changed"), CHANGES.values(), ids=CHANGES)
def test_what_an_event_changes_is_named(
    known: Make, event: Callable[[Story], Told], changed: tuple[str, ...]
) -> None:
    story = Story()
    before = folded(story, *known(story))

    assert what_changed(before, fold(before, event(story))) == changed


def test_the_page_of_the_proposal_is_told_the_chosen_tier_and_the_words_around_the_draft() -> None:
    story = Story()
    drafted = story.drafted(2, translations={"d1": "Wat hij doet"})
    draft = draft_of(drafted)
    assert draft is not None

    folder = folder_of(folded(story, story.turn(0), drafted, story.chose("growth")), [draft])

    assert folder is not None
    assert (folder.chosen_tier, folder.revisions[0].translations) == ("growth", {"d1": "Wat hij doet"})

"""One turn, decided: what a message changes besides the action."""

import pytest

from contracts.values import Stage
from playbook.reading.meaning import (
    UNKNOWN_QUESTION,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)
from services.dialogue.domain.conversation import Awaiting, Conversation
from services.dialogue.domain.results import person_text, proposal_text
from services.dialogue.domain.stage_machine import ActionKind
from services.dialogue.domain.turn import DecidedTurn, decide_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import (
    DRAFT,
    FULL,
    URL,
    a_conversation,
    a_profile,
    an_update,
    meaning,
    proposed,
)


def decided(conversation: Conversation, understanding: Understanding, preferred: str = "") -> DecidedTurn:
    newest = conversation.visitor_messages[-1:]
    return decide_turn(conversation, newest, understanding, SHIPPED, preferred=preferred)


def test_a_turn_tells_what_changed_and_leaves_out_what_was_not_said() -> None:
    updates = (an_update("team_size", "9"), an_update("business_type", "bank", quote="a bank"))

    turn = decided(a_conversation("we are 9"), meaning(updates=updates))

    assert turn.changed == ("team_size",)
    assert turn.before.profile.team_size is None
    assert not turn.conversation.is_stale


def test_another_task_empties_what_hangs_on_it_and_asks_it_anew() -> None:
    asked = {"steps": 2, "hours_per_week": 2, "task": 1}
    conversation = a_conversation("the invoices instead", profile=FULL, stage=Stage.SCOPE, asked=asked)

    turn = decided(conversation, meaning(Intent.CORRECT, updates=(an_update("task", "invoices"),)))

    after = turn.conversation
    assert after.profile.steps is None
    assert after.profile.hours_per_week is None
    assert after.profile.tools is not None
    assert turn.action.key == "ask:steps"
    assert (after.times_asked("steps"), after.times_asked("task")) == (1, 1)


def test_another_task_whose_steps_are_told_at_once_keeps_them() -> None:
    conversation = a_conversation("the invoices instead: open, check", profile=FULL, stage=Stage.SCOPE)
    updates = (
        an_update("task", "invoices"),
        an_update("steps", "open", "check", quote="open, check", operation=Operation.REPLACE),
    )

    turn = decided(conversation, meaning(Intent.CORRECT, updates=updates))

    assert turn.conversation.profile.steps is not None
    assert turn.conversation.profile.steps.value == ("open", "check")


def test_what_was_taken_back_is_asked_again_at_once_and_the_question_beside_it_does_not_count() -> None:
    asked = {"steps": 1, "tools": 1}
    profile = FULL.model_copy(update=dict.fromkeys(("tools", "hours_per_week", "success_measure")))
    conversation = a_conversation(
        "That's not right", profile=profile, stage=Stage.SCOPE, asked=asked, open_question="tools"
    )
    update = an_update("steps", operation=Operation.REMOVE, quote="That's not right")

    turn = decided(conversation, meaning(Intent.CORRECT, updates=(update,)))

    assert turn.action.key == "ask:steps"
    assert turn.conversation.times_asked("tools") == 0


@pytest.mark.parametrize(("said", "times"), [(("how much?",), 1), (("how much?", "how much?"), 2)])
def test_a_new_question_beside_ours_does_not_count_as_an_answer_but_the_same_one_again_does(
    said: tuple[str, ...], times: int
) -> None:
    conversation = a_conversation(*said, open_question="business_type", asked={"business_type": 1})

    turn = decided(conversation, meaning(Intent.ASK))

    assert turn.conversation.times_asked("business_type") == times


@pytest.mark.parametrize(("updates", "skipped"), [((), ("team_size",)), ((an_update("team_size", "9"),), ())])
def test_a_question_that_is_skipped_and_not_answered_is_never_asked_again(
    updates: tuple[SlotUpdate, ...], skipped: tuple[str, ...]
) -> None:
    conversation = a_conversation("no idea, 9 or so", open_question="team_size", asked={"team_size": 1})

    turn = decided(conversation, meaning(Intent.SKIP, updates=updates))

    assert turn.conversation.skipped == skipped
    assert turn.action.slot != "team_size"


@pytest.mark.parametrize(
    ("before", "chosen", "after"),
    [
        (None, "starter", "starter"),
        ("starter", "growth", None),
        ("starter", None, "starter"),
        (None, "platinum", None),
    ],
)
def test_a_tier_chosen_against_the_recommended_one_is_kept(
    before: str | None, chosen: str | None, after: str | None
) -> None:
    turn = decided(proposed("that one", chosen_tier=before), meaning(tier=chosen))

    assert turn.conversation.chosen_tier == after


def test_a_no_is_stored_until_the_visitor_goes_on_and_a_stop_is_none() -> None:
    said_no = decided(proposed("no thanks"), meaning(Intent.DECLINE)).conversation
    thanked = decided(said_no, meaning(Intent.THANK)).conversation
    back = decided(thanked, meaning(Intent.ASK, questions=("data",))).conversation
    stopped = decided(proposed("bye"), meaning(Intent.STOP)).conversation

    states = [(after.closed, after.has_declined) for after in (said_no, thanked, back, stopped)]
    assert states == [(True, True), (True, True), (False, False), (True, False)]


@pytest.mark.parametrize(
    ("conversation", "means", "awaited"),
    [
        (a_conversation("a human please"), meaning(Intent.WANT_PERSON), None),
        (proposed("the link again", booking_url=URL), meaning(Intent.WANT_DEMO), None),
        (
            proposed("ann@a.example, the link again", booking_url=f"{URL}?email=an%40a.example"),
            meaning(Intent.WANT_DEMO, updates=(an_update("contact_email", "ann@a.example"),)),
            "booking",
        ),
        (proposed("shorter"), meaning(Intent.WANT_CHANGE, change_wish="shorter"), "proposal"),
    ],
)
def test_a_wish_is_remembered_and_its_result_awaited_unless_it_is_known(
    conversation: Conversation, means: Understanding, awaited: str | None
) -> None:
    turn = decided(conversation, means)

    assert turn.awaited == awaited
    assert turn.conversation.wants_person is means.wants(Intent.WANT_PERSON)
    assert turn.conversation.change_wish == means.change_wish


@pytest.mark.parametrize(
    ("intent", "wish", "kept", "is_stale"),
    [
        (Intent.THANK, None, "shorter", False),
        (Intent.WANT_CHANGE, "a name", "shorter\na name", True),
        (Intent.STOP, None, None, False),
    ],
)
def test_a_wish_that_is_being_made_is_kept_and_one_more_is_added(
    intent: Intent, wish: str | None, kept: str | None, is_stale: bool
) -> None:
    waiting = proposed("hm", awaiting=DRAFT, change_wish="shorter")

    after = decided(waiting, meaning(intent, change_wish=wish)).conversation

    assert (after.change_wish, after.is_stale) == (kept, is_stale)


@pytest.mark.parametrize(("slot", "value", "is_stale"), [("tools", "Slack", True), ("name", "Ann", False)])
@pytest.mark.parametrize("awaiting", [DRAFT, None])
def test_a_draft_that_lacks_what_was_told_is_stale(
    slot: str, value: str, is_stale: bool, awaiting: Awaiting | None
) -> None:
    conversation = proposed("it is Slack, says Ann", awaiting=awaiting)
    told = an_update(slot, value, operation=Operation.REPLACE)

    turn = decided(conversation, meaning(updates=(told,)))

    if awaiting:
        assert turn.conversation.is_stale is is_stale
        assert turn.action.kind is ActionKind.HOLD
    else:
        assert not turn.conversation.is_stale
        assert (turn.action.kind is ActionKind.REDRAFT) is is_stale


def test_another_language_is_followed_and_a_draft_in_the_one_before_is_stale() -> None:
    turn = decided(proposed("ok", "Prefiero que sigamos en español"), meaning(language="es"))

    assert turn.conversation.profile.language is not None
    assert turn.conversation.profile.language.value == "es"
    assert "language" in turn.changed
    assert turn.action.kind is ActionKind.REDRAFT


def test_a_word_of_another_language_switches_nothing() -> None:
    turn = decided(proposed("hello there", "merci"), meaning(Intent.THANK, language="fr"))

    assert turn.conversation.profile.language is None
    assert turn.changed == ()


@pytest.mark.parametrize(
    ("wish", "tier", "key"),
    [
        ("the hours are wrong", None, "answer"),
        ("the hours are wrong, say 9", None, "redraft"),
        (None, "starter", "answer"),
        ("rather take Growth", "growth", "answer"),
        ("leave out the calendar", "starter", "redraft"),
    ],
)
def test_a_wish_that_only_names_a_part_or_a_tier_brings_no_draft(
    wish: str | None, tier: str | None, key: str
) -> None:
    means = meaning(Intent.WANT_CHANGE, tier=tier, change_wish=wish)

    turn = decided(proposed(wish or "that one"), means)

    assert turn.action.key == key
    assert (turn.conversation.change_wish is None) is (key == "answer")


def test_a_question_nobody_can_answer_is_noted() -> None:
    turn = decided(proposed("who is your supplier?"), meaning(Intent.ASK, questions=(UNKNOWN_QUESTION,)))

    assert turn.asks_unknown
    assert turn.conversation.has_deferred


def test_the_stage_follows_the_action_and_never_goes_back() -> None:
    known = a_profile(business_type="bakery", team_size=9, challenge="phone orders")

    forward = decided(a_conversation("phone orders", profile=known), meaning())
    back = decided(proposed("that works", stage=Stage.BOOK), meaning(Intent.ASK))

    assert (forward.action.key, forward.conversation.stage) == ("ask:task", Stage.IDENTIFY)
    assert back.conversation.stage is Stage.BOOK


def test_who_puts_something_right_on_leaving_reads_the_change_and_is_asked_nothing() -> None:
    turn = decided(
        proposed("16 hours, not 25. Bye!"),
        meaning(Intent.TAKE_LEAVE, updates=(an_update("hours_per_week", "16", quote="16 hours"),)),
    )

    assert turn.action.kind is ActionKind.REDRAFT
    assert "?" not in proposal_text(turn.conversation, None, SHIPPED)


def test_who_refuses_the_demo_and_wants_a_person_gets_neither_link_nor_goodbye_until_they_ask() -> None:
    both = meaning(Intent.WANT_PERSON, Intent.DECLINE)

    turn = decided(proposed("no demo, can somebody ring me"), both)

    after = turn.conversation
    assert (turn.action.kind, turn.awaited) == (ActionKind.HAND_OVER, None)
    assert (after.wants_no_link, after.has_declined, after.closed) == (True, False, False)
    linked = after.model_copy(update={"booking_url": URL})
    assert URL not in person_text(linked, SHIPPED)
    assert "demo you talk" not in person_text(linked, SHIPPED)
    assert not decided(after, meaning(Intent.WANT_DEMO)).conversation.refuses_demo

"""One turn, decided: wishes before stages, answers before questions, never a step back, and what changes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Stage
from playbook.reading.meaning import SLOT_NAMES, Intent, Operation, SlotUpdate, Understanding
from services.dialogue.domain.conversation import Conversation, with_reply
from services.dialogue.domain.results import person_text, proposal_text
from services.dialogue.domain.stage_machine import ActionKind, all_actions, decide, stage_after
from services.dialogue.domain.turn import DecidedTurn, decide_turn
from tests.support.playbooks import SHIPPED
from tests.support.talks import LINK
from tests.unit.dialogue.builders import DRAFT, FULL, a_conversation, a_profile, an_update, meaning, proposed


def decided(conversation: Conversation, understanding: Understanding) -> DecidedTurn:
    return decide_turn(conversation, conversation.visitor_messages[-1:], understanding, SHIPPED)


def test_a_turn_tells_what_changed_leaves_out_what_was_not_said_and_goes_on_to_the_next_stage():
    known = a_profile(business_type="bakery", challenge="phone orders")
    updates = (an_update("team_size", "9"), an_update("business_type", "bank", quote="a bank"))
    turn = decided(a_conversation("we are 9", profile=known), meaning(updates=updates))
    assert (turn.changed, turn.before.profile.team_size) == (("team_size",), None)
    assert not turn.conversation.is_stale
    assert (turn.action.key, turn.conversation.stage) == ("ask:task", Stage.IDENTIFY)


def test_another_task_empties_what_hangs_on_it_and_asks_it_anew_unless_it_is_told_at_once():
    asked = {"steps": 2, "hours_per_week": 2, "task": 1}
    said = "the invoices instead: open, check"
    conversation = a_conversation(said, profile=FULL, stage=Stage.SCOPE, asked=asked)
    task = an_update("task", "invoices")
    steps = an_update("steps", "open", "check", quote="open, check", operation=Operation.REPLACE)

    turn = decided(conversation, meaning(Intent.CORRECT, updates=(task,)))
    told = decided(conversation, meaning(Intent.CORRECT, updates=(task, steps))).conversation.profile

    after, hung_on_it = turn.conversation, ("steps", "hours_per_week", "success_measure")
    assert FULL.known() - after.profile.known() == {*hung_on_it, "out_of_scope"}
    assert turn.action.key == "ask:steps"
    assert (after.times_asked("steps"), after.times_asked("task")) == (1, 1)
    assert told.steps is not None and told.steps.value == ("open", "check")


def test_what_was_taken_back_is_asked_again_at_once_and_the_question_beside_it_does_not_count():
    profile = FULL.model_copy(update=dict.fromkeys(("tools", "hours_per_week", "success_measure")))
    state = {"profile": profile, "stage": Stage.SCOPE, "asked": {"steps": 1, "tools": 1}}
    update = an_update("steps", operation=Operation.REMOVE, quote="That's not right")

    conversation = a_conversation("That's not right", open_question="tools", **state)
    turn = decided(conversation, meaning(Intent.CORRECT, updates=(update,)))

    assert turn.action.key == "ask:steps"
    assert turn.conversation.times_asked("tools") == 0


@pytest.mark.parametrize(("said", "times"), [(["how much?"], 1), (["how much?", "how much?"], 2)])
def test_a_new_question_beside_ours_is_no_answer_but_the_same_one_again_is(said: list[str], times: int):
    conversation = a_conversation(*said, open_question="business_type", asked={"business_type": 1})
    assert decided(conversation, meaning(Intent.ASK)).conversation.times_asked("business_type") == times


@pytest.mark.parametrize(("updates", "skipped"), [((), ("team_size",)), ((an_update("team_size", "9"),), ())])
def test_a_skipped_question_is_never_asked_again(updates: tuple[SlotUpdate, ...], skipped: tuple[str, ...]):
    conversation = a_conversation("no idea, 9 or so", open_question="team_size", asked={"team_size": 1})
    turn = decided(conversation, meaning(Intent.SKIP, updates=updates))
    assert turn.conversation.skipped == skipped
    assert turn.action.slot != "team_size"


def test_a_tier_chosen_against_the_recommended_one_is_kept():
    choices = ((None, "starter"), ("starter", "growth"), ("starter", None), (None, "platinum"))
    turns = [decided(proposed("it", chosen_tier=before), meaning(tier=tier)) for before, tier in choices]
    assert [turn.conversation.chosen_tier for turn in turns] == ["starter", None, "starter", None]


def test_a_no_is_stored_until_the_visitor_goes_on_and_a_stop_is_none():
    said_no = decided(proposed("no thanks"), meaning(Intent.DECLINE)).conversation
    thanked = decided(said_no, meaning(Intent.THANK)).conversation
    back = decided(thanked, meaning(Intent.ASK, questions=("data",))).conversation
    stopped = decided(proposed("bye"), meaning(Intent.STOP)).conversation
    states = [(after.closed, after.has_declined) for after in (said_no, thanked, back, stopped)]
    assert states == [(True, True), (True, True), (False, False), (True, False)]


def test_a_link_is_awaited_anew_only_where_the_known_one_carries_another_address():
    address, wish = an_update("contact_email", "ann@a.example"), meaning(Intent.WANT_DEMO)
    other = proposed("ann@a.example", booking_url=f"{LINK}?email=an%40a.example")
    assert decided(proposed("again", booking_url=LINK), wish).awaited is None
    assert decided(other, meaning(*wish.intents, updates=(address,))).awaited == "booking"


def test_a_wish_that_is_being_made_is_kept_and_one_more_is_added_unless_they_stop():
    waiting = proposed("hm", awaiting=DRAFT, change_wish="shorter")
    means = (meaning(Intent.THANK), meaning(Intent.WANT_CHANGE, change_wish="a name"), meaning(Intent.STOP))
    after = [decided(waiting, each).conversation for each in means]
    wishes = [(one.change_wish, one.is_stale) for one in after]
    assert wishes == [("shorter", False), ("shorter\na name", True), (None, False)]


def test_a_draft_that_lacks_what_was_told_is_made_anew_or_is_stale_while_it_is_awaited():
    slack = an_update("tools", "Slack", operation=Operation.REPLACE)
    turns = [
        decided(proposed("it is Slack, says Ann", awaiting=awaiting), meaning(updates=(told,)))
        for told in (slack, an_update("name", "Ann"))
        for awaiting in (DRAFT, None)
    ]

    done = [(turn.action.key, turn.conversation.is_stale) for turn in turns]
    assert done == [("hold", True), ("redraft", False), ("hold", False), ("answer", False)]


def test_another_language_is_followed_with_a_new_draft_in_it_and_a_word_of_one_is_not():
    turn = decided(proposed("ok", "Prefiero que sigamos en español"), meaning(language="es"))
    thanked = decided(proposed("hello there", "merci"), meaning(Intent.THANK, language="fr"))

    language = turn.conversation.profile.language
    assert language is not None and language.value == "es"
    assert "language" in turn.changed
    assert turn.action.kind is ActionKind.REDRAFT
    assert (thanked.conversation.profile.language, thanked.changed) == (None, ())


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
def test_a_wish_that_names_only_a_part_or_tier_brings_no_draft(wish: str | None, tier: str | None, key: str):
    means = meaning(Intent.WANT_CHANGE, tier=tier, change_wish=wish)
    turn = decided(proposed(wish or "that one"), means)
    assert turn.action.key == key
    assert (turn.conversation.change_wish is None) is (key == "answer")


@pytest.mark.parametrize("operation", [Operation.SET, Operation.ADD, Operation.REPLACE])
def test_a_step_that_is_wished_for_leaves_the_steps_of_today_alone(operation: Operation):
    wish = "it should text them a day before"
    updates = (an_update("steps", wish, operation=operation),)
    turn = decided(proposed(wish), meaning(Intent.WANT_CHANGE, updates=updates, change_wish=wish))
    assert turn.conversation.profile.steps == FULL.steps
    assert (turn.action.kind, turn.conversation.change_wish) == (ActionKind.REDRAFT, wish)


def test_steps_that_are_put_right_are_stored():
    said = "no, today we read, sort, answer"
    updates = (an_update("steps", "read", "sort", "answer", quote=said),)
    right = meaning(Intent.CORRECT, Intent.WANT_CHANGE, updates=updates, change_wish=said)
    steps = decided(proposed(said), right).conversation.profile.steps
    assert steps is not None and steps.value == ("read", "sort", "answer")


def test_a_question_nobody_can_answer_is_noted_and_leads_nowhere_back():
    asked = proposed("who is your supplier?", stage=Stage.BOOK)
    turn = decided(asked, meaning(Intent.ASK, questions=("unknown",)))
    assert turn.asks_unknown and turn.conversation.has_deferred
    assert turn.conversation.stage is Stage.BOOK


def test_who_puts_something_right_on_leaving_reads_the_change_and_is_asked_nothing():
    right = an_update("hours_per_week", "16", quote="16 hours")
    turn = decided(proposed("16 hours, not 25. Bye!"), meaning(Intent.TAKE_LEAVE, updates=(right,)))
    assert turn.action.kind is ActionKind.REDRAFT
    assert "?" not in proposal_text(turn.conversation, None, SHIPPED)


def test_who_refuses_the_demo_and_wants_a_person_gets_neither_link_nor_goodbye_until_they_ask():
    both = meaning(Intent.WANT_PERSON, Intent.DECLINE)

    turn = decided(proposed("no demo, can somebody ring me"), both)
    after = turn.conversation
    assert (turn.action.kind, turn.awaited) == (ActionKind.HAND_OVER, None)
    assert (after.wants_no_link, after.has_declined, after.closed) == (True, False, False)
    assert not any(word in person_text(after, SHIPPED) for word in ("link", "short demo"))
    assert not decided(after, meaning(Intent.WANT_DEMO)).conversation.refuses_demo


NAMED, NINE = an_update("name", "Ray"), an_update("team_size", "9")
BAKERY = a_profile(business_type="bakery", team_size=9)
LINKED = {"profile": a_profile(business_type="plumber"), "booking_url": LINK}
PERSON_AND_NINE = meaning(Intent.WANT_PERSON, updates=(NINE,))
WANTS_NO_LINK, NO_QUESTIONS = {"wants_person": True, "refuses_demo": True}, {"refuses_questions": True}
# What a conversation has come to, what its newest message means, the key of what comes next, and the rule.
BEFORE_THE_PROPOSAL = [
    ({}, meaning(Intent.GREET), "ask:business_type", "the first question of the first stage"),
    ({"profile": BAKERY}, meaning(), "ask:challenge", "what is known is not asked"),
    ({"skipped": ("business_type",)}, meaning(Intent.SKIP), "ask:team_size", "what was skipped is not asked"),
    ({"asked": {"business_type": 2}}, meaning(), "ask:team_size", "a question is asked twice at most"),
    ({"asked": {"business_type": 1}}, meaning(), "ask:team_size", "one never asked comes before one again"),
    ({"profile": FULL}, meaning(), "propose", "enough is known for a proposal"),
    (LINKED, meaning(updates=(NAMED,)), "answer", "who has the link is not asked on"),
    (LINKED, meaning(updates=(NINE,)), "answer", "one fact that nobody asked for is not much"),
    (LINKED, meaning(updates=(NINE, an_update("task", "x"))), "ask:team_size", "but two facts are more"),
    (LINKED | {"open_question": "team_size"}, meaning(updates=(NINE,)), "ask:team_size", "so is an answer"),
    ({}, PERSON_AND_NINE, "hand_over", "a person before a question"),
    ({"wants_person": True}, meaning(Intent.WANT_PERSON), "hand_over", "and again"),
    ({"wants_person": True}, PERSON_AND_NINE, "ask:business_type", "who goes on meanwhile is led on"),
    (WANTS_NO_LINK, meaning(updates=(NAMED,)), "answer", "who says how to be called is asked no more"),
    (NO_QUESTIONS | {"profile": BAKERY}, meaning(Intent.NO_QUESTIONS), "propose", "from what is known"),
    (NO_QUESTIONS, meaning(Intent.ASK), "answer", "who wants no questions and told nothing gets answers"),
    ({"profile": FULL, "awaiting": DRAFT}, meaning(Intent.ASK), "hold", "who waits is held"),
    ({"profile": FULL, "awaiting": DRAFT}, meaning(Intent.STOP), "close", "who waits is heard"),
    ({"closed": True}, meaning(Intent.THANK, updates=(NAMED,)), "close", "a name is no second thought"),
]
SHORTER = meaning(Intent.ACCEPT, Intent.WANT_CHANGE, change_wish="but shorter")
YES_BUT = meaning(Intent.ACCEPT, Intent.ASK)
AFTER_THE_PROPOSAL = [
    ({}, meaning(Intent.ACCEPT), "book", "an accepted proposal leads to the link"),
    ({}, YES_BUT, "answer", "a yes beside a question asks for no link yet"),
    ({"stage": Stage.RECOMMEND}, YES_BUT, "book", "the second yes beside a question does"),
    ({}, meaning(Intent.WANT_DEMO, Intent.ASK), "book", "the link is given beside a question"),
    ({}, SHORTER, "redraft", "one accepted with a change is changed first"),
    ({}, meaning(Intent.WANT_CHANGE), "answer", "who wants a change and says none is asked which"),
    ({"is_stale": True}, meaning(), "redraft", "a correction of what is shown brings a new draft"),
    ({"is_stale": True}, meaning(Intent.TAKE_LEAVE), "redraft", "who corrects on leaving reads it"),
    ({"is_stale": True}, meaning(Intent.DECLINE), "close", "a no is argued with no draft"),
    ({}, meaning(Intent.ASK), "answer", "a question is answered"),
    ({}, meaning(Intent.OTHER), "answer", "what is no reaction is answered"),
    ({"booking_url": LINK, "stage": Stage.BOOK}, meaning(Intent.ACCEPT), "answer", "a yes after the link"),
    (WANTS_NO_LINK, meaning(Intent.ACCEPT), "hand_over", "a yes of who refused the demo brings no link"),
    ({"closed": True}, meaning(Intent.THANK), "close", "a no is final"),
    ({"closed": True}, meaning(Intent.ASK), "answer", "a no is final until the visitor goes on"),
]


@pytest.mark.parametrize(
    ("begin", "state", "means", "key", "rule"),
    [
        *((a_conversation, *row) for row in BEFORE_THE_PROPOSAL),
        *((proposed, *row) for row in AFTER_THE_PROPOSAL),
    ],
)
def test_what_comes_next(begin, state: dict[str, Any], means: Understanding, *, key: str, rule: str):
    assert decide(begin("x", **state), means, SHIPPED).key == key, rule


def test_who_has_the_link_is_asked_on_twice_at_most():
    asked = a_conversation("a bakery", booking_url=LINK, open_question="team_size")
    for text in (f"Here: {LINK}", "How many are you?", "Which task?"):
        asked = with_reply(asked, text)
    assert decide(asked, meaning(updates=(NINE,)), SHIPPED).key == "answer"


HI, KNOWS_TASK = {"profile": a_profile(business_type="bakery")}, {"business_type": "bakery", "task": "x"}
KNOWN = {"profile": a_profile(**KNOWS_TASK)}
NO_MEASURE = {"profile": FULL.model_copy(update={"success_measure": None})}


@pytest.mark.parametrize(
    ("conversation", "preferred", "taken"),
    [
        *((a_conversation("hi", **HI), question, question) for question in ("ask:challenge", "ask:task")),
        (a_conversation("hi", **HI), "ask:steps", "ask:team_size"),
        (a_conversation("hi", **KNOWN), "ask:success_measure", "ask:success_measure"),
        (a_conversation("hi", profile=a_profile(tools=("Excel",), **KNOWS_TASK)), "ask:tools", "ask:tools"),
        (a_conversation("hi", **KNOWN), "propose", "ask:team_size"),
        (a_conversation("hi", **KNOWN), "ask:task", "ask:team_size"),
        # What is unknown may be asked for after the proposal.
        (proposed("hm", **NO_MEASURE), "ask:success_measure", "ask:success_measure"),
        (proposed("hm", **NO_MEASURE), "ask:tools", "answer"),
    ],
)
def test_a_model_may_choose_among_the_open_questions(conversation: Conversation, preferred: str, taken: str):
    assert decide(conversation, meaning(), SHIPPED, preferred=preferred).key == taken


@pytest.mark.parametrize("slot", ["hours_per_week", "success_measure"])
def test_no_draft_is_made_before_hours_and_measure_were_asked_for(slot: str):
    known = FULL.model_copy(update={slot: None, "steps": None})
    asked = {"steps": 2, "out_of_scope": 2, "tools": 2, "hours_per_week": 1, "success_measure": 1, slot: 0}
    conversation = a_conversation("hm", profile=known, asked=asked)
    assert decide(conversation, meaning(), SHIPPED).key == f"ask:{slot}"


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    ("intents", "kind"),
    [
        ((Intent.WANT_PERSON, Intent.WANT_DEMO), ActionKind.HAND_OVER),
        ((Intent.WANT_DEMO,), ActionKind.BOOK),
        ((Intent.ANSWER, Intent.WANT_DEMO, Intent.DECLINE), ActionKind.BOOK),
        ((Intent.STOP,), ActionKind.CLOSE),
        ((Intent.DECLINE, Intent.THANK), ActionKind.CLOSE),
    ],
)
def test_a_wish_is_granted_at_any_stage(stage: Stage, intents: tuple[Intent, ...], kind: ActionKind):
    for conversation in (a_conversation("x", stage=stage), proposed("x", stage=stage)):
        assert decide(conversation, meaning(*intents), SHIPPED).kind is kind


_slots = st.sampled_from([name for name in SLOT_NAMES if name != "name"])
_profiles = st.sets(_slots).map(lambda known: Profile(**{each: getattr(FULL, each, None) for each in known}))
_asked, _begun = st.dictionaries(_slots, st.integers(0, 3)), st.sampled_from([proposed, a_conversation])
_state = {"profile": _profiles, "asked": _asked, "skipped": st.sets(_slots).map(tuple)}
_states = st.fixed_dictionaries({**_state, "stage": st.sampled_from(Stage)})
_conversations = st.builds(lambda begin, state: begin("x", **state), _begun, _states)


@given(conversation=_conversations, intents=st.sets(st.sampled_from(list(Intent)), min_size=1))
def test_what_is_decided_is_an_action_and_leads_forward(conversation: Conversation, intents: set[Intent]):
    action = decide(conversation, meaning(*sorted(intents)), SHIPPED)
    assert action.key in all_actions(SHIPPED)
    assert stage_after(conversation, action, SHIPPED).position >= conversation.stage.position

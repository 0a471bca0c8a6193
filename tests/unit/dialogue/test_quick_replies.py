"""Quick replies: each label carries what it means, and the same label typed means it too."""

from uuid import uuid4

import pytest

from contracts.values import Profile, Slot
from playbook.lines import QuickReplyLabels
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.talk import Message
from playbook.reading.updates import apply_updates, changed_slots
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from tests.unit.dialogue.guided_talk import (
    CONVERSATION,
    LANGUAGES,
    LINK,
    PLAYBOOK,
    GuidedTalk,
    up_to_the_proposal,
    update,
)

ACTIONS = [
    *(NextAction(kind=kind) for kind in ActionKind if kind is not ActionKind.ASK),
    *(
        NextAction(kind=ActionKind.ASK, slot=question.slot)
        for script in PLAYBOOK.stages.values()
        for question in script.questions
    ),
]


def labels_of(action: NextAction, talk: GuidedTalk) -> list[str]:
    return [offered.label for offered in quick_replies_for(talk.conversation, action, PLAYBOOK)]


def test_the_team_sizes_are_the_ranges_of_the_tier_rule_with_a_small_one_first():
    offered = quick_replies_for(
        GuidedTalk().conversation, NextAction(kind=ActionKind.ASK, slot="team_size"), PLAYBOOK
    )

    ranges = [(each.label, each.means.updates[0].values, each.means.updates[0].up_to) for each in offered[:4]]
    assert ranges == [
        ("1 to 5", ("1",), 5),
        ("6 to 15", ("6",), 15),
        ("16 to 50", ("16",), 50),
        ("more than 50", ("51",), None),
    ]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)
@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_label_means_applies_when_the_label_is_sent(code: str, action: NextAction):
    talk = up_to_the_proposal(code)
    change = Understanding(intents=(Intent.WANT_CHANGE,))

    for offered in quick_replies_for(talk.conversation, action, PLAYBOOK, change):
        message = Message(turn_id=uuid4(), text=offered.label)
        before = talk.conversation.profile if action.kind is ActionKind.ANSWER else Profile()
        after = apply_updates(before, offered.means.updates, (message,))

        assert set(changed_slots(before, after)) == {each.slot for each in offered.means.updates}
        assert all(each.quote == offered.label for each in offered.means.updates)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)
@pytest.mark.parametrize("code", LANGUAGES)
def test_labels_differ_are_short_and_in_the_language(code: str, action: NextAction):
    talk = up_to_the_proposal(code)
    labels = labels_of(action, talk)

    assert len(set(labels)) == len(labels)
    assert all(len(label) <= 40 and not set("{}") & set(label) for label in labels)
    others = {
        label
        for other in LANGUAGES
        if other != code
        for label in _plain_labels(PLAYBOOK.spoken_in(other).lines.quick_replies)
    }
    assert not set(labels) & (others - _plain_labels(talk.playbook.lines.quick_replies))


def _plain_labels(labels: QuickReplyLabels) -> set[str]:
    return {labels.skip, labels.person, labels.link, labels.accept, labels.change, labels.decline}


def test_every_question_can_be_skipped_and_every_wish_is_offered_with_it():
    for action in ACTIONS:
        if action.kind is ActionKind.ASK:
            assert labels_of(action, GuidedTalk())[-3:] == [
                "Skip this",
                "Talk to a person",
                "Send me the link",
            ]


def test_what_costs_time_is_offered_as_the_first_task():
    talk = GuidedTalk().say(
        "quotes, and booking visits",
        update("time_wasters", "quotes", "booking visits", quote="quotes, and booking visits"),
    )

    assert labels_of(NextAction(kind=ActionKind.ASK, slot="task"), talk)[:2] == ["Quotes", "Booking visits"]


def test_of_two_things_that_say_the_same_the_shorter_is_offered():
    told = "catering requests, catering requests that come in all day"
    talk = GuidedTalk().say(told, update("time_wasters", *told.split(", "), quote=told))

    assert labels_of(NextAction(kind=ActionKind.ASK, slot="task"), talk)[:2] == [
        "Catering requests",
        "Skip this",
    ]


def test_steps_that_were_understood_may_be_taken_back_and_are_asked_for_anew():
    talk = GuidedTalk().say("hi").say("so, and then", update("steps", "so", "and then", quote="so, and then"))
    talk.pick("That's not right")

    assert talk.conversation.profile.steps is None
    assert talk.reply.startswith(PLAYBOOK.lines.removed[0])


def test_a_number_that_was_concluded_may_be_taken_back():
    counted = "me, my wife and two more"

    assert "That's not right" in GuidedTalk().say(counted, update("team_size", "4", quote=counted)).labels
    assert "That's not right" not in GuidedTalk().say("4", update("team_size", "4")).labels


@pytest.mark.parametrize("slot", PLAYBOOK.lines.quick_replies.answers)
def test_usual_answers_are_offered_with_their_question_but_not_beside_the_first_reply(slot: str):
    action, text = NextAction(kind=ActionKind.ASK, slot=slot), PLAYBOOK.lines.quick_replies.answers[slot][0]
    label = f"{text[0].upper()}{text[1:]}"

    assert label in labels_of(action, GuidedTalk().say("hi"))
    assert label not in labels_of(action, GuidedTalk())


def test_after_a_proposal_it_can_be_accepted_changed_or_refused():
    talk = up_to_the_proposal()

    assert talk.labels == [
        "Yes, send me the link",
        "Change something",
        "Why this tier?",
        "What if it fails?",
        "No, thanks",
        "Talk to a person",
    ]


def test_who_doubts_may_pick_a_cheaper_tier():
    talk = up_to_the_proposal().say("too expensive", intents=[Intent.OBJECT])

    assert [label for label in talk.labels if "US$" in label] == ["Rather Starter at US$1,250"]


def test_a_question_that_was_picked_is_answered_by_its_facts():
    talk = GuidedTalk().say("hi").pick("What does it cost?")

    for fact in ("starter", "growth", "enterprise"):
        assert PLAYBOOK.facts.fact(fact).says in talk.reply


def test_who_wants_a_change_picks_a_known_part_or_another_tier():
    talk = up_to_the_proposal().pick("Change something")

    assert "1 Business: AB & C\n2 People: 22 people\n3 Task: F G\n4 Steps: 1, 2\n" in talk.reply
    assert talk.labels == [
        "1 Business",
        "2 People",
        "3 Task",
        "4 Steps",
        "5 Stays with people",
        "6 Programs",
        "7 Hours a week",
        "8 Success",
        f"Rather Starter at {PLAYBOOK.language.price_of(1250)}",
        f"Rather Enterprise at {PLAYBOOK.language.price_of(5000)}",
        "Talk to a person",
    ]


@pytest.mark.parametrize("text", ["Gmail is not what we use", "still the wrong number"])
def test_who_finds_something_wrong_in_the_proposal_picks_the_part(text: str):
    talk = up_to_the_proposal().say(text, intents=[Intent.WANT_CHANGE])

    assert "6 Programs: Xero, Gmail" in talk.reply
    assert "7 Hours a week" in talk.labels


def test_a_part_that_was_picked_is_asked_for_anew():
    talk = up_to_the_proposal().pick("Change something").pick("7 Hours a week")

    assert talk.action == NextAction(kind=ActionKind.ASK, slot="hours_per_week")
    assert talk.reply == "7 Hours a week: 6 hours a week. What should stand there?"
    assert talk.conversation.profile.hours_per_week is not None


def test_the_link_is_not_offered_to_who_has_it():
    booked = up_to_the_proposal()
    booked.conversation = booked.conversation.model_copy(update={"booking_url": LINK})

    assert labels_of(NextAction(kind=ActionKind.HAND_OVER), booked) == []
    assert labels_of(NextAction(kind=ActionKind.ASK, slot="steps"), booked)[-1] == "Talk to a person"
    assert labels_of(NextAction(kind=ActionKind.ANSWER), booked) == [
        "Change something",
        "What happens in the demo?",
        "Talk to a person",
    ]


def test_a_visitor_whose_language_is_not_spoken_picks_one_that_is():
    talk = GuidedTalk("it").say("Buongiorno, ho una pasticceria")

    assert talk.labels == ["English", "Español", "Deutsch", "Français", "Português"]
    talk.language = "es"
    assert talk.pick("Español").reply == PLAYBOOK.spoken_in("es").stages["understand"].questions[0].ask


def test_until_the_words_are_translated_nothing_is_offered_in_another_language():
    talk = GuidedTalk("it").say("Buongiorno, ho una pasticceria")
    talk.conversation = talk.conversation.model_copy(update={"history": talk.conversation.history[:1]})
    action = NextAction(kind=ActionKind.ASK, slot="team_size")

    offered = quick_replies_for(talk.conversation, action, PLAYBOOK, is_translated=True)

    assert offered == ()
    meaning = Understanding(intents=(Intent.GREET,))
    reply = speak_without_model(talk.conversation, action, meaning, PLAYBOOK, is_translated=True)
    assert PLAYBOOK.not_spoken_in("it") not in reply


def test_a_goodbye_offers_nothing():
    assert labels_of(NextAction(kind=ActionKind.CLOSE), up_to_the_proposal()) == []


def test_words_too_long_for_a_label_are_not_offered():
    slot = Slot[str](value="a" * 41, words="a" * 41, turn_id=CONVERSATION)
    talk = GuidedTalk()
    talk.conversation = talk.conversation.model_copy(update={"profile": Profile(challenge=slot)})

    assert labels_of(NextAction(kind=ActionKind.ASK, slot="task"), talk)[2] == "Skip this"


@pytest.mark.parametrize("code", LANGUAGES)
def test_questions_that_have_an_answer_are_offered_in_place_of_one_that_has_none(code: str):
    talk = GuidedTalk(code).say("hi").say("an office in Ulm?", questions=["unknown"])
    later = up_to_the_proposal(code).say("an office in Ulm?", questions=["unknown"])
    labels = talk.playbook.lines.quick_replies.questions

    instead = {labels[name].label for name in ("price", "data", "terms", "demo")}
    assert instead <= set(talk.labels) & set(later.labels)
    assert not instead & set(talk.say("hm").labels)

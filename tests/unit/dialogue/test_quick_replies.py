"""Quick replies: each label carries what it means, and the same label typed means it too."""

from uuid import uuid4

import pytest

from contracts.values import Profile
from playbook.lines import QuickReplyLabels
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.talk import Message
from playbook.reading.updates import apply_updates, changed_slots
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.stage_machine import ActionKind, NextAction
from tests.unit.dialogue.builders import a_profile, an_update
from tests.unit.dialogue.guided_talk import LANGUAGES, LINK, PLAYBOOK, GuidedTalk, greeted, up_to_the_proposal

OTHERS = [NextAction(kind=kind) for kind in ActionKind if kind is not ActionKind.ASK]
_SLOTS = [question.slot for script in PLAYBOOK.stages.values() for question in script.questions]
QUESTIONS = {slot: NextAction(kind=ActionKind.ASK, slot=slot) for slot in _SLOTS}


def labels_of(action: NextAction, talk: GuidedTalk) -> list[str]:
    return [offered.label for offered in quick_replies_for(talk.conversation, action, PLAYBOOK)]


def test_the_team_sizes_are_the_ranges_of_the_tier_rule_with_a_small_one_first():
    offered = quick_replies_for(GuidedTalk().conversation, QUESTIONS["team_size"], PLAYBOOK)
    updates = [each.means.updates[0] for each in offered[:4]]
    assert [each.label for each in offered[:4]] == ["1 to 5", "6 to 15", "16 to 50", "more than 50"]
    assert [(*each.values, each.up_to) for each in updates] == [("1", 5), ("6", 15), ("16", 50), ("51", None)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_labels_mean_what_they_say_differ_are_short_and_in_the_language(code: str):
    talk, change = up_to_the_proposal(code), Understanding(intents=(Intent.WANT_CHANGE,))
    spoken = sorted(LANGUAGES, key=lambda one: one != code)
    own, *others = (_plain_labels(PLAYBOOK.spoken_in(one).lines.quick_replies) for one in spoken)
    wishes = talk.playbook.lines.quick_replies
    for together in (wishes.change_slot.values(), *wishes.answers.values()):
        assert len({label.casefold() for label in together}) == len(together)
    for action in (*OTHERS, *QUESTIONS.values()):
        labels = labels_of(action, talk)
        if action.kind is ActionKind.ASK:
            assert labels[-3:] == [wishes.skip, wishes.person, wishes.link]
        assert len(set(labels)) == len(labels)
        assert all(len(label) <= 40 and not set("{}") & set(label) for label in labels)
        assert not set(labels) & (set().union(*others) - own)
        for offered in quick_replies_for(talk.conversation, action, PLAYBOOK, change):
            message = Message(turn_id=uuid4(), text=offered.label)
            before = talk.conversation.profile if action.kind is ActionKind.ANSWER else Profile()
            after = apply_updates(before, offered.means.updates, (message,))
            assert set(changed_slots(before, after)) == {each.slot for each in offered.means.updates}
            assert all(each.quote == offered.label for each in offered.means.updates)


def _plain_labels(labels: QuickReplyLabels) -> set[str]:
    return {labels.skip, labels.person, labels.link, labels.accept, labels.change, labels.decline}


@pytest.mark.parametrize(
    ("known", "offered"),
    [
        ({"time_wasters": ("quotes", "booking visits")}, ["Quotes", "Booking visits", "Skip this"]),
        ({"time_wasters": ("catering", "catering that comes in all day")}, ["Catering", "Skip this"]),
        ({"challenge": "quotes"}, ["Quotes", "Skip this"]),
        ({"challenge": "a" * 41}, ["Answering messages"]),
    ],
)
def test_what_costs_time_is_offered_as_the_first_task(known: dict[str, object], offered: list[str]):
    labels = labels_of(QUESTIONS["task"], greeted().now(profile=a_profile(**known)))
    assert labels[: len(offered)] == offered


def test_steps_and_numbers_that_were_concluded_may_be_taken_back_and_are_asked_for_anew():
    counted = "me, my wife and two more"
    concluded = greeted().say(counted, an_update("team_size", "4", quote=counted))
    talk = greeted().say("so, and then", an_update("steps", "so", "and then", quote="so, and then"))

    for one, slot in ((concluded, "team_size"), (talk, "steps")):
        one.pick("That's not right")
        assert getattr(one.conversation.profile, slot) is None
        assert one.reply.startswith(PLAYBOOK.lines.removed[0])
    assert "That's not right" not in GuidedTalk().say("4", team_size="4").labels


def test_usual_answers_are_offered_with_their_question_but_not_beside_the_first_reply():
    for slot, answers in PLAYBOOK.lines.quick_replies.answers.items():
        label = f"{answers[0][0].upper()}{answers[0][1:]}"
        assert label in labels_of(QUESTIONS[slot], greeted())
        assert label not in labels_of(QUESTIONS[slot], GuidedTalk())


def test_after_a_proposal_it_can_be_accepted_changed_or_refused_and_who_doubts_picks_a_cheaper_tier():
    talk = up_to_the_proposal()
    own = ["Yes, send me the link", "Change something", "Why this tier?", "What if it fails?"]
    assert talk.labels == [*own, "No, thanks", "Talk to a person"]
    assert up_to_the_proposal().pick("No, thanks").reply == PLAYBOOK.lines.declined[0]
    doubted = talk.say("too expensive", Intent.OBJECT).labels
    assert [label for label in doubted if "US$" in label] == ["Rather Starter at US$1,250"]


def test_who_wants_a_change_picks_a_known_part_which_is_asked_for_anew_or_another_tier():
    talk = up_to_the_proposal().pick("Change something")

    assert "1 Business: AB & C\n2 People: 22 people\n3 Task: F G\n4 Steps: 1, 2\n" in talk.reply
    assert talk.labels == [
        *("1 Business", "2 People", "3 Task", "4 Steps", "5 Stays with people", "6 Programs"),
        *("7 Hours a week", "8 Success"),
        *("Rather Starter at US$1,250", "Rather Enterprise at US$5,000", "Talk to a person"),
    ]
    talk.pick("7 Hours a week")
    assert talk.action == QUESTIONS["hours_per_week"]
    assert talk.reply == "7 Hours a week: 6 hours a week. What should stand there?"
    assert talk.conversation.profile.hours_per_week is not None


def test_the_link_is_not_offered_to_who_has_it():
    booked = up_to_the_proposal().now(booking_url=LINK)
    assert labels_of(QUESTIONS["steps"], booked)[-1] == "Talk to a person"
    offered = ["Change something", "What happens in the demo?", "Talk to a person"]
    for kind, labels in ((ActionKind.HAND_OVER, []), (ActionKind.ANSWER, offered), (ActionKind.CLOSE, [])):
        assert labels_of(NextAction(kind=kind), booked) == labels


def test_a_visitor_whose_language_is_not_spoken_picks_one_that_is():
    talk = GuidedTalk("it").say("Buongiorno, ho una pasticceria")
    assert talk.labels == ["English", "Español", "Deutsch", "Français", "Português"]
    talk.language = "es"
    assert talk.pick("Español").reply == PLAYBOOK.spoken_in("es").stages["understand"].questions[0].ask


def test_until_the_words_are_translated_nothing_is_offered_in_another_language():
    talk = GuidedTalk("it").say("Buongiorno, ho una pasticceria")
    talk.now(history=talk.conversation.history[:1])
    offered = quick_replies_for(talk.conversation, QUESTIONS["team_size"], PLAYBOOK, is_translated=True)
    assert offered == ()
    said = (talk.conversation, QUESTIONS["team_size"], Understanding(intents=(Intent.GREET,)), PLAYBOOK)
    assert PLAYBOOK.not_spoken_in("it") not in speak_without_model(*said, is_translated=True)


@pytest.mark.parametrize("code", LANGUAGES)
def test_questions_that_have_an_answer_are_offered_in_place_of_one_that_has_none(code: str):
    talk = greeted(code).say("an office in Ulm?", questions=["unknown"])
    later = up_to_the_proposal(code).say("an office in Ulm?", questions=["unknown"])

    labels = talk.playbook.lines.quick_replies.questions
    instead = {labels[name].label for name in ("price", "data", "terms", "demo")}
    assert instead <= set(talk.labels) & set(later.labels)
    answered = talk.pick(labels["price"].label).reply
    assert all(talk.playbook.facts.fact(tier.key).says in answered for tier in PLAYBOOK.catalogue)
    assert not instead & set(talk.say("hm").labels)

"""The guided reply: answers first, then what was stored, then exactly one question or offer."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook import Lines, Question
from playbook.lexicon import plain
from playbook.reading.meaning import (
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)
from tests.unit.dialogue.guided_talk import (
    FACTS,
    LANGUAGES,
    LINK,
    PLAYBOOK,
    GuidedTalk,
    up_to_the_proposal,
    update,
)

QUESTION_MARKS = re.compile("[?\uff1f\u061f]")


def question(slot: str) -> Question:
    questions = (each for script in PLAYBOOK.stages.values() for each in script.questions)
    return next(each for each in questions if each.slot == slot)


def sentences(reply: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", reply) if part.strip()]


def fixed_parts(lines: Lines) -> Iterable[str]:
    """What stays of each line whatever its braces hold."""

    def texts(value: object) -> Iterable[str]:
        match value:
            case str():
                yield value
            case dict():
                for part in value.values():
                    yield from texts(part)
            case tuple():
                for part in value:
                    yield from texts(part)

    for line in texts(lines.model_dump(exclude={"quick_replies"})):
        yield max(re.split(r"\{\w+\}", line), key=len).strip()


def foreign_lines(code: str) -> set[str]:
    own = set(fixed_parts(PLAYBOOK.spoken_in(code).lines))
    others = {
        part for other in LANGUAGES if other != code for part in fixed_parts(PLAYBOOK.spoken_in(other).lines)
    }
    return {part for part in others if len(part) > 12 and not any(part in line for line in own)}


def test_the_first_reply_greets_discloses_the_ai_and_asks():
    talk = GuidedTalk().say("hi", intents=[Intent.GREET])

    assert talk.reply == (
        f"Hi, good to meet you. {PLAYBOOK.company.disclosure} {PLAYBOOK.lines.guided}"
        f"\n\n{question('business_type').ask}"
    )
    assert "assistant" not in talk.say("a bakery", update("business_type", "bakery")).reply


def test_what_was_stored_is_said_back_with_the_next_question():
    talk = GuidedTalk().say("hi").say("a bakery", update("business_type", "bakery"))

    assert talk.reply == f"Good to know: “bakery”. {question('team_size').ask}"
    assert talk.say("12", update("team_size", "12")).reply.startswith("12 people, got it. ")


def test_several_values_are_said_back_in_one_sentence():
    talk = (
        GuidedTalk()
        .say("hi")
        .say(
            "a bakery, 8 of us, 6 hours a week",
            update("business_type", "bakery"),
            update("team_size", "8"),
            update("hours_per_week", "6"),
        )
    )

    assert talk.reply.startswith("Noted: “bakery”, 8 people and 6 hours a week. ")


def test_a_picked_range_is_said_back_as_it_was_picked():
    talk = GuidedTalk().say("hi").say("a bakery", update("business_type", "bakery"))

    assert talk.pick("16 to 50").reply.startswith("16 to 50 people, got it.")


def test_a_range_without_an_upper_end_is_not_taken_for_a_number():
    talk = GuidedTalk().say("hi").say("a bakery", update("business_type", "bakery"))

    assert talk.pick("more than 50").reply.startswith("More than 50 people, got it.")


def test_a_value_of_low_confidence_is_asked_back_without_a_second_question():
    talk = (
        GuidedTalk()
        .say("hi")
        .say("me, my wife and two more", update("team_size", "4", quote="me, my wife and two more"))
    )

    assert PLAYBOOK.lines.understood_as[0].format(values="4 people") in talk.reply
    assert talk.reply.count("?") == 1


def test_what_was_told_before_is_known_and_no_mistake():
    talk = GuidedTalk().say("hi").say("8 of us", update("team_size", "8"))

    talk.say("yes, 8!", update("team_size", "8", quote="yes, 8"))

    assert PLAYBOOK.lines.already[0].format(values="8 people") in talk.reply


def test_a_correction_is_said_back_as_one():
    talk = GuidedTalk().say("hi").say("12 of us", update("team_size", "12"))

    assert (
        "changed that to 14 people"
        in talk.say("no, 14", update("team_size", "14"), intents=[Intent.CORRECT]).reply
    )


def test_another_task_is_told_to_begin_anew():
    talk = up_to_the_proposal().say("no, invoices", update("task", "invoices"), intents=[Intent.CORRECT])

    assert PLAYBOOK.lines.new_task[0].format(value="invoices") in talk.reply


def test_a_refused_value_is_not_said_back():
    talk = GuidedTalk().say("hi").say("we are a few", update("team_size", "12", quote="twelve of us"))

    assert "12" not in talk.reply


def test_long_words_are_not_said_back():
    told = "the phone rings all day long and nobody can work, " * 3
    talk = GuidedTalk().say("hi").say(told, update("challenge", told.strip(" ,"), quote=told))

    assert talk.reply.startswith(PLAYBOOK.lines.taken[0])
    assert "the phone rings" not in talk.reply


def test_a_question_about_what_was_said_is_answered_with_what_is_noted():
    talk = GuidedTalk().say("hi").say("12, we use Xero", update("team_size", "12"), update("tools", "Xero"))

    talk.say("14 a week. did you get the 12?", update("hours_per_week", "14"), questions=[WHAT_IS_NOTED])

    assert "noted 12 people, Xero and 14 hours a week." in talk.reply
    assert talk.reply.count("14 hours") == 1


def test_two_things_are_said_back_in_one_sentence():
    talk = GuidedTalk().say("hi").say("8, Xero", update("team_size", "8"), update("tools", "Xero"))

    assert "Noted: 8 people and Xero." in talk.reply


def test_what_costs_time_and_is_to_be_handed_over_is_said_once():
    talk = GuidedTalk().say("hi").say("quotes", update("challenge", "quotes"), update("task", "quotes"))

    assert talk.reply.count("quotes") == 1


def test_a_question_is_answered_before_anything_else():
    talk = (
        GuidedTalk()
        .say("hi")
        .say("a bakery. what about our data?", update("business_type", "bakery"), questions=["data"])
    )

    assert talk.reply == f"{FACTS['en']} Good to know: “bakery”. {question('team_size').ask}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_is_noted_for_the_team_once_and_later_ones_in_few_words(code: str):
    talk = GuidedTalk(code).say("hi")
    for town in ("Ulm", "Bonn", "Kiel", "Trier"):
        talk.say(f"do you have an office in {town}?", questions=["unknown"])

    lines = talk.playbook.lines
    said = [
        next(line for line in (lines.for_a_colleague, *lines.not_known) if line in reply)
        for reply in talk.replies[1:]
    ]
    assert said == [lines.for_a_colleague, *lines.not_known]


def test_who_asks_the_same_again_without_an_answer_is_offered_a_person():
    talk = GuidedTalk().say("hi")
    for words in ("An office in Ulm?", "an office in ulm", "An office in Ulm?"):
        talk.say(words, questions=["unknown"])

    assert PLAYBOOK.lines.for_a_colleague in talk.replies[1]
    assert [line in reply for line, reply in zip(PLAYBOOK.lines.no_more, talk.replies[2:], strict=True)] == [
        True,
        True,
    ]


def test_a_fact_that_did_not_answer_is_not_recited_again():
    talk = (
        GuidedTalk().say("hi").say("our data?", questions=["data"]).say("but our data?", questions=["data"])
    )

    assert FACTS["en"] not in talk.reply
    assert PLAYBOOK.lines.no_more[0] in talk.reply


def test_what_is_no_answer_is_left_to_the_team_and_the_talk_goes_on():
    talk = GuidedTalk().say("hi").say("lol", leaves_open=("business_type",))

    assert talk.reply == f"{PLAYBOOK.lines.kept_as_written[0]} {question('team_size').ask}"


def test_what_is_not_understood_of_a_proposal_lists_its_lines_and_then_goes_to_the_team():
    talk = up_to_the_proposal().say("u missed the stock")

    assert talk.reply.startswith("Our team reads that as you wrote it.")
    assert "4 Steps" in talk.labels

    talk.say("the stock!")

    assert talk.reply.startswith(PLAYBOOK.lines.left_to_team[0])
    assert "4 Steps" not in talk.labels


def test_a_skipped_question_is_left_without_a_word_of_blame():
    talk = GuidedTalk().say("hi").pick("Skip this")

    assert talk.reply == f"No problem, we can leave that open. {question('team_size').ask}"


def test_a_question_asked_again_has_its_second_wording():
    talk = GuidedTalk().say("hi").say("12, D E", update("team_size", "12"), update("challenge", "D E"))

    assert talk.reply.endswith(question("business_type").again)


def test_the_link_is_given_without_asking_whether_to_give_it():
    talk = up_to_the_proposal().pick("Yes, send me the link")

    assert LINK in talk.reply
    assert "?" not in talk.reply.replace(LINK, "")


def test_a_name_that_comes_with_the_yes_is_said_once():
    talk = up_to_the_proposal().say(
        "yes, I'm Maria Lopez", update("name", "Maria Lopez"), intents=[Intent.ACCEPT]
    )

    assert talk.reply.count("Maria") == 1


def test_a_doubt_about_the_price_gets_the_visitors_own_arithmetic_once():
    talk = (
        up_to_the_proposal()
        .say("that is steep", intents=[Intent.OBJECT])
        .say("still", intents=[Intent.OBJECT])
    )

    assert "4 hours a week are about 17 hours a month" in talk.replies[-2]
    assert "17 hours" not in talk.reply


def test_another_tier_that_is_chosen_is_noted_beside_the_recommended_one():
    talk = up_to_the_proposal().pick("Change something")
    talk.pick(next(label for label in talk.labels if "Starter" in label))

    assert "Then it is Starter" in talk.reply
    assert "Growth" in talk.reply


def test_a_no_is_not_argued_with():
    talk = up_to_the_proposal().pick("No, thanks")

    assert talk.reply == PLAYBOOK.lines.declined[0]


def test_a_goodbye_gives_once_more_the_link_that_was_asked_for():
    talk = up_to_the_proposal().pick("Yes, send me the link").say("bye", intents=[Intent.STOP])

    assert LINK in talk.reply


def test_a_person_who_is_asked_for_is_told_at_any_stage():
    talk = GuidedTalk().say("can I talk to a human?", intents=[Intent.WANT_PERSON])

    assert PLAYBOOK.company.website in talk.reply
    assert "?" not in talk.reply.replace(LINK, "")


@pytest.mark.parametrize("tag", ["it", "nl-BE", "ja", "ar"])
def test_a_language_that_is_not_spoken_here_is_told_so_in_that_language(tag: str):
    talk = GuidedTalk(tag).say("Buongiorno, ho una pasticceria")

    line = PLAYBOOK.not_spoken[tag.partition("-")[0]]
    assert talk.reply == line.format(
        bot_name="Ada", company="Insta Agents", languages="English, Español, Deutsch, Français, Português"
    )


def test_a_language_without_such_a_line_is_told_so_in_the_default_one_and_only_once():
    talk = GuidedTalk("eo").say("Saluton, mi havas bakejon")

    assert talk.reply.startswith("I'm Ada, the AI assistant of Insta Agents. I'm sorry, I cannot write")
    assert "I cannot write" not in talk.say("Saluton, mi havas bakejon").reply


def test_a_short_foreign_word_does_not_switch_the_language():
    talk = GuidedTalk("de").say("Guten Tag, ich habe eine Bäckerei", update("business_type", "Bäckerei"))
    talk.language = "fr"

    assert talk.say("merci").conversation.profile.language.value == "de"
    assert talk.say("je parle plutôt français").conversation.profile.language.value == "fr"


def test_a_draft_in_another_language_is_stale():
    talk = up_to_the_proposal("en")
    talk.language = "es"

    conversation = talk.say("prefiero seguir en español").conversation

    assert conversation.profile.language.value == "es"
    assert conversation.revision == 2


MOVES = {
    "business": ("AB & C", (Intent.ANSWER,), (update("business_type", "AB & C"),), ()),
    "team": ("22", (Intent.ANSWER,), (update("team_size", "22"),), ()),
    "team_corrected": ("31", (Intent.CORRECT,), (update("team_size", "31"),), ()),
    "challenge": ("D E", (Intent.ANSWER,), (update("challenge", "D E"),), ()),
    "task": ("F G", (Intent.ANSWER,), (update("task", "F G"),), ()),
    "steps": ("1, 2", (Intent.ANSWER,), (update("steps", "1", "2", quote="1, 2"),), ()),
    "tools": ("Xero", (Intent.ANSWER,), (update("tools", "Xero"),), ()),
    "no_tools": (
        "Xero",
        (Intent.CORRECT,),
        (SlotUpdate(slot="tools", operation=Operation.REMOVE, values=(), quote="Xero"),),
        (),
    ),
    "hours": ("6", (Intent.ANSWER,), (update("hours_per_week", "6"),), ()),
    "hours_computed": ("H I J", (Intent.ANSWER,), (update("hours_per_week", "7", quote="H I J"),), ()),
    "measure": ("K L", (Intent.ANSWER,), (update("success_measure", "K L"),), ()),
    "name": ("M N", (Intent.ANSWER,), (update("name", "M N"),), ()),
    "email": ("a@b.example", (Intent.ANSWER,), (update("contact_email", "a@b.example"),), ()),
    "question": ("?", (Intent.ASK,), (), ("data",)),
    "unknown_question": ("?", (Intent.ASK,), (), ("unknown",)),
    "both_questions": ("??", (Intent.ASK,), (), ("unknown", "data")),
    "nonsense": ("...", (Intent.OTHER,), (), ()),
    "thanks": ("!", (Intent.THANK,), (), ()),
    "hello": ("!", (Intent.GREET,), (), ()),
    "objection": ("$", (Intent.OBJECT,), (), ()),
    "change": ("%", (Intent.WANT_CHANGE,), (), ()),
    "yes": ("+", (Intent.ACCEPT,), (), ()),
    "link": ("+", (Intent.WANT_DEMO,), (), ()),
    "person": ("+", (Intent.WANT_PERSON,), (), ()),
    "skip": ("-", (Intent.SKIP,), (), ()),
    "no": ("-", (Intent.DECLINE,), (), ()),
    "stop": ("-", (Intent.STOP,), (), ()),
}


@settings(max_examples=100, deadline=None)
@given(
    code=st.sampled_from(LANGUAGES),
    moves=st.lists(st.sampled_from([*MOVES, *range(8)]), min_size=1, max_size=14),
)
def test_whatever_is_said_a_reply_has_one_question_one_language_and_repeats_nothing(
    code: str, moves: list[str | int]
):
    talk, foreign = GuidedTalk(code), foreign_lines(code)
    for move in moves:
        if isinstance(move, int):
            offered = talk.conversation.quick_replies
            if offered:
                talk.pick(offered[move % len(offered)].label)
        else:
            text, intents, updates, questions = MOVES[move]
            talk.send(
                text, Understanding(intents=intents, updates=updates, questions=questions, language=code)
            )

    for reply in talk.replies:
        assert reply
        assert "{" not in reply
        assert len(QUESTION_MARKS.findall(reply.replace(LINK, ""))) <= 1, reply
        assert not [line for line in foreign if line in reply], reply
    for before, after in zip(talk.replies, talk.replies[1:], strict=False):
        repeated = {each for each in set(sentences(before)) & set(sentences(after)) if len(each) > 25}
        assert not repeated - _parts_of_the_proposal(after), (before, after)


def _parts_of_the_proposal(reply: str) -> set[str]:
    """A draft says its parts again, the question for a part that part, and a quote what was said twice."""
    spoken = [PLAYBOOK.spoken_in(code) for code in LANGUAGES]
    named = {
        plain(label).split()[-1] for one in spoken for label in one.lines.quick_replies.change_slot.values()
    }
    shown = {each for each in sentences(reply) if "**" in each or each[:1] in "-“„«"} | {LINK}
    return shown | {each for each in sentences(reply) if any(part in plain(each) for part in named)}


def test_one_amount_of_hours_is_asked_about_by_itself():
    hours = Understanding(intents=(Intent.OTHER,), candidates=(update("hours_per_week", "5"),))

    reply = GuidedTalk().say("hi").send("2 for me and 3 for Ana", hours).reply

    assert "5 hours a week for the whole task?" in reply


def test_who_asks_what_is_noted_is_told_the_texts_too():
    talk = GuidedTalk().say("hi").say("a bakery", update("business_type", "bakery"))

    assert "“bakery”" in talk.say("what have you noted?", questions=[WHAT_IS_NOTED]).reply


def test_beside_the_link_nothing_is_left_to_the_team():
    talk = (
        GuidedTalk().say("hi").say("hm, the link", intents=[Intent.WANT_DEMO], leaves_open=["business_type"])
    )

    assert LINK in talk.reply
    assert not any(line in talk.reply for line in PLAYBOOK.lines.kept_as_written)

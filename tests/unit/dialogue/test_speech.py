"""The guided reply: answers first, then what was stored, then exactly one question or offer."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook import Lines
from playbook.lexicon import plain
from playbook.reading.meaning import WHAT_IS_NOTED, Intent, Operation, SlotUpdate, Understanding
from tests.unit.dialogue.builders import an_update
from tests.unit.dialogue.guided_talk import LANGUAGES, LINK, PLAYBOOK, GuidedTalk, greeted, up_to_the_proposal

Told = Callable[[GuidedTalk], GuidedTalk]
LINES, FACT = PLAYBOOK.lines, PLAYBOOK.facts.fact("data").says
BUSINESS = PLAYBOOK.question("business_type")
QUESTION_MARKS = re.compile("[?\uff1f\u061f]")
FIVE_HOURS = Understanding(intents=(Intent.OTHER,), candidates=(an_update("hours_per_week", "5"),))
TWO_SIZES = FIVE_HOURS.model_copy(update={"candidates": tuple(an_update("team_size", n) for n in "23")})
YES_8 = an_update("team_size", "8", quote="yes, 8")
THREE_NOTED = "Noted: “x”, 8 people and 6 hours a week."
CORRECTED = "Thanks, I have changed that to 14 people."
CONCLUDED = LINES.understood_as[0].format(values="4 people")
COUNTED, WHOLE_DAY = "me, my wife and two more", "and the phone rings all day long so nobody works" * 3


def fixed_parts(lines: Lines) -> Iterable[str]:
    """What stays of each line whatever its braces hold."""

    def texts(value: object) -> Iterable[str]:
        match value:
            case str():
                yield value
            case dict() | tuple():
                for part in value.values() if isinstance(value, dict) else value:
                    yield from texts(part)

    for line in texts(lines.model_dump(exclude={"quick_replies"})):
        yield max(re.split(r"\{\w+\}", line), key=len).strip()


def foreign_lines(code: str) -> set[str]:
    parts = {one: {*fixed_parts(PLAYBOOK.spoken_in(one).lines)} for one in LANGUAGES}
    own = parts.pop(code)
    others = {part for each in parts.values() for part in each if len(part) > 12}
    return {part for part in others if not any(part in line for line in own)}


def test_the_first_reply_greets_discloses_the_ai_and_asks():
    talk = GuidedTalk().say("hi", Intent.GREET)
    opening = f"Hi, good to meet you. {PLAYBOOK.company.disclosure} {LINES.guided}"
    assert talk.reply == f"{opening}\n\n{BUSINESS.ask}"
    assert "assistant" not in talk.say("a bakery", business_type="bakery").reply


# What a visitor says after our hello, and how it is said back.
SAID_BACK: list[tuple[Told, str]] = [
    (lambda talk: talk.say("a bakery", business_type="bakery"), "Good to know: “bakery”."),
    (lambda talk: talk.say("12", team_size="12"), "12 people, got it."),
    (lambda talk: talk.say("8, Xero", team_size="8", tools="Xero"), "Noted: 8 people and Xero."),
    (lambda talk: talk.say("x, 8, 6", task="x", team_size="8", hours_per_week="6"), THREE_NOTED),
    (lambda talk: talk.say("x", business_type="x").pick("16 to 50"), "16 to 50 people, got it."),
    (lambda talk: talk.say("x", business_type="x").pick("more than 50"), "More than 50 people, got it."),
    # What was told before is known, and no mistake.
    (lambda talk: talk.say("8", team_size="8").say("yes, 8!", YES_8), "Yes, I have that: 8 people."),
    (lambda talk: talk.say("12", team_size="12").say("no, 14", Intent.CORRECT, team_size="14"), CORRECTED),
    # Long words are not said back, and what was concluded is no second question.
    (lambda talk: talk.say(WHOLE_DAY, challenge=WHOLE_DAY), LINES.taken[0]),
    (lambda talk: talk.say(COUNTED, an_update("team_size", "4", quote=COUNTED)), CONCLUDED),
    (lambda talk: talk.say("Xero. our data?", tools="Xero", questions=["data"]), f"{FACT} Xero, good."),
    (lambda talk: talk.say("lol", leaves_open=["business_type"]), LINES.kept_as_written[0]),
    (lambda talk: talk.pick("Skip this"), "No problem, we can leave that open."),
]


@pytest.mark.parametrize(("told", "said"), SAID_BACK, ids=[said for _, said in SAID_BACK])
def test_what_was_told_is_said_back_and_then_one_question_is_asked(told: Told, said: str):
    talk = told(greeted())
    question, times = PLAYBOOK.question(slot := talk.action.slot), talk.conversation.times_asked(slot)
    assert talk.reply == f"{said} {question.again if times > 1 else question.ask}"


def doubting() -> GuidedTalk:
    return up_to_the_proposal().say("steep", Intent.OBJECT)


DATA, LEFT = {"questions": ["data"]}, {"leaves_open": ["business_type"]}
NEW_TASK, ARITHMETIC = LINES.new_task[0].format(value="bills"), "4 hours a week are about 17 hours a month"
STARTER_LABEL = "Rather Starter at US$1,250"
STARTER = LINES.tier_chosen[0].format(chosen="Starter", price="US$1,250", recommended="Growth")
REFUSED, LINK_LABEL = an_update("team_size", "12", quote="twelve of us"), "Yes, send me the link"
# Where a talk stands, how it goes on, what is said in the last reply, and what is not.
REPLIES: list[tuple[Callable[[], GuidedTalk], Told, str, str | None]] = [
    (greeted, lambda talk: talk.say("we are a few", REFUSED), BUSINESS.again, "12"),
    (greeted, lambda talk: talk.say("data?", **DATA).say("but our data?", **DATA), LINES.no_more[0], FACT),
    (greeted, lambda talk: talk.send("2 and 3", FIVE_HOURS), "5 hours a week for the whole task?", None),
    (greeted, lambda talk: talk.send("2 or 3", TWO_SIZES), "2 people or 3 people", None),
    # Beside the link nothing is left to the team, and it is given without asking whether to give it.
    (greeted, lambda talk: talk.say("the link", Intent.WANT_DEMO, **LEFT), LINK, LINES.kept_as_written[0]),
    (up_to_the_proposal, lambda talk: talk.pick(LINK_LABEL), LINK, "?"),
    (up_to_the_proposal, lambda talk: talk.pick(LINK_LABEL).say("bye", Intent.STOP), LINK, None),
    # A person who is asked for is told at any stage.
    (GuidedTalk, lambda talk: talk.say("a human?", Intent.WANT_PERSON), PLAYBOOK.company.website, "?"),
    (up_to_the_proposal, lambda talk: talk.say("no, bills", Intent.CORRECT, task="bills"), NEW_TASK, None),
    # A doubt about the price gets the visitor's own arithmetic once.
    (doubting, lambda talk: talk, ARITHMETIC, None),
    (greeted, lambda talk: talk.say("steep", Intent.OBJECT), LINES.concern[0], None),
    (doubting, lambda talk: talk.say("still", Intent.OBJECT), LINES.concern[0], "17 hours"),
    # Another tier that is chosen is noted beside the recommended one.
    (up_to_the_proposal, lambda talk: talk.pick("Change something").pick(STARTER_LABEL), STARTER, None),
]


@pytest.mark.parametrize(("begin", "told", "said", "unsaid"), REPLIES, ids=[row[2] for row in REPLIES])
def test_a_reply_says_what_helps_and_no_more(begin, told: Told, said: str, unsaid: str | None):
    reply = told(begin()).reply
    assert said in reply
    assert unsaid is None or unsaid not in reply.replace(LINK, "")


def test_what_stands_in_two_places_is_said_once():
    task = greeted().say("quotes", challenge="quotes", task="quotes")
    name = up_to_the_proposal().say("yes, I'm Maria Lopez", Intent.ACCEPT, name="Maria Lopez")
    assert task.reply.count("quotes") == name.reply.count("Maria") == 1


def test_a_question_about_what_was_said_is_answered_with_all_that_is_noted():
    talk = greeted().say("a bakery, 12, Xero", business_type="bakery", team_size="12", tools="Xero")
    talk.say("14 a week. did you get the 12?", hours_per_week="14", questions=[WHAT_IS_NOTED])
    assert "noted “bakery”, 12 people, Xero and 14 hours a week." in talk.reply
    assert talk.reply.count("14 hours") == 1


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_is_noted_for_the_team_once_and_later_ones_in_few_words(code: str):
    talk = greeted(code)
    for town in ("Ulm", "Bonn", "Kiel", "Trier"):
        talk.say(f"do you have an office in {town}?", questions=["unknown"])
    lines = talk.playbook.lines
    wordings = (lines.for_a_colleague, *lines.not_known)
    assert [next(line for line in wordings if line in reply) for reply in talk.replies[1:]] == [*wordings]


def test_who_asks_the_same_again_without_an_answer_is_offered_a_person():
    talk = greeted()
    for words in ("An office in Ulm?", "an office in ulm", "An office in Ulm?"):
        talk.say(words, questions=["unknown"])
    for line, reply in zip((LINES.for_a_colleague, *LINES.no_more), talk.replies[1:], strict=True):
        assert line in reply


def test_what_is_not_understood_of_a_proposal_lists_its_lines_and_then_goes_to_the_team():
    talk = up_to_the_proposal().say("u missed the stock")
    assert talk.reply.startswith("Our team reads that as you wrote it.")
    assert "4 Steps" in talk.labels
    talk.say("the stock!")
    assert talk.reply.startswith(LINES.left_to_team[0])
    assert "4 Steps" not in talk.labels


@pytest.mark.parametrize("tag", ["it", "nl-BE", "ja", "eo"])
def test_a_language_that_is_not_spoken_here_is_told_so_once_in_it_or_in_the_default_one(tag: str):
    talk, languages = GuidedTalk(tag), "English, Español, Deutsch, Français, Português"
    line = PLAYBOOK.not_spoken.get(tag[:2], LINES.language_not_spoken)
    notice = line.format(bot_name="Ada", company="Insta Agents", languages=languages)
    assert talk.say("Buongiorno, ho una pasticceria").reply == notice
    assert notice not in talk.say("Buongiorno, ho una pasticceria").reply


def move(text: str, intent: Intent, *updates: SlotUpdate, questions: tuple[str, ...] = (), **told: str):
    updates += tuple(an_update(slot, value) for slot, value in told.items())
    return text, Understanding(intents=(intent,), updates=updates, questions=questions)


NO_XERO = SlotUpdate(slot="tools", operation=Operation.REMOVE, values=(), quote="Xero")
TEXTS = {"business_type": "AB & C", "team_size": "22", "challenge": "D E", "task": "F G", "tools": "Xero"}
TEXTS |= {"hours_per_week": "6", "success_measure": "K L", "name": "M N", "contact_email": "a@b.example"}
MOVES = [
    *(move(text, Intent.ANSWER, **{slot: text}) for slot, text in TEXTS.items()),
    move("31", Intent.CORRECT, team_size="31"),
    move("1, 2", Intent.ANSWER, an_update("steps", "1", "2", quote="1, 2")),
    move("Xero", Intent.CORRECT, NO_XERO),
    move("H I J", Intent.ANSWER, an_update("hours_per_week", "7", quote="H I J")),
    *(move("?", Intent.ASK, questions=asked) for asked in (("data",), ("unknown",), ("unknown", "data"))),
    *(move("!", intent) for intent in (Intent.OTHER, Intent.THANK, Intent.GREET, Intent.OBJECT)),
    *(move("+", intent) for intent in (Intent.WANT_CHANGE, Intent.ACCEPT, Intent.WANT_DEMO)),
    *(move("-", intent) for intent in (Intent.WANT_PERSON, Intent.SKIP, Intent.DECLINE, Intent.STOP)),
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LANGUAGES), st.lists(st.sampled_from([*MOVES, *range(8)]), min_size=1, max_size=14))
def test_a_reply_has_one_question_one_language_and_repeats_nothing(code: str, moves: list[Any]):
    talk, foreign = GuidedTalk(code), foreign_lines(code)
    for moved in moves:
        if not isinstance(moved, int):
            text, meaning = moved
            talk.send(text, meaning.model_copy(update={"language": code}))
        elif talk.labels:
            talk.pick(talk.labels[moved % len(talk.labels)])

    for reply in talk.replies:
        assert reply
        assert "{" not in reply
        assert len(QUESTION_MARKS.findall(reply.replace(LINK, ""))) <= 1, reply
        assert not [line for line in foreign if line in reply], reply
    for before, after in zip(talk.replies, talk.replies[1:], strict=False):
        repeated = {each for each in sentences(before) & sentences(after) if len(each) > 25}
        assert not repeated - _parts_of_the_proposal(after), (before, after)


def sentences(reply: str) -> set[str]:
    return {part.strip() for part in re.split(r"(?<=[.!?:])\s+|\n+", reply)}


def _parts_of_the_proposal(reply: str) -> set[str]:
    """A draft says its parts again, the question for a part that part, and a quote what was said twice."""
    labels = [PLAYBOOK.spoken_in(code).lines.quick_replies.change_slot.values() for code in LANGUAGES]
    named = {plain(label).split()[-1] for each in labels for label in each}
    shown = {each for line in reply.split("\n") if "**" in line for each in sentences(line)} | {LINK}
    shown |= {each for each in sentences(reply) if each[:1] in "-“„«"}
    return shown | {each for each in sentences(reply) if any(part in plain(each) for part in named)}

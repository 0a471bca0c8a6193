"""A reply asks one thing, nothing that is known, and nothing twice."""

from contracts.values import Stage
from playbook import Playbook
from tests.unit.dialogue.builders import PLAYBOOK, questions_in, shown_the_link, talk
from tests.unit.dialogue.guard.replies import reasons, said

GREETED = talk("hi")
BAKERY = talk("hi", "I run a bakery.")


def test_the_planned_question_may_be_asked_in_any_words() -> None:
    assert reasons("Lovely. And how big is your team these days?", GREETED, "I run a bakery.") == []


def test_of_two_questions_one_is_asked() -> None:
    told = said("How many people are on your team? And which tools do you use?", GREETED, "I run a bakery.")

    assert questions_in(told) == ["How many people are on your team?"]


def test_what_is_known_is_not_asked_again() -> None:
    assert reasons("What kind of business do you run?", BAKERY, "Bread.") == ["known_question"]
    assert reasons("And which industry are you in?", BAKERY, "Bread.") == ["known_question"]
    assert reasons("How many people work there?", BAKERY, "We are 8 people.") == ["known_question"]


def test_the_same_question_is_not_asked_in_two_replies() -> None:
    asked_for_the_team = talk("hi", "I run a bakery.")
    question = questions_in(asked_for_the_team.reply)[0]

    assert reasons(question, asked_for_the_team, "Bread.") == ["known_question"]


def test_a_question_nobody_recognises_gives_way_to_the_planned_one() -> None:
    told = said(
        "What is your favourite bread? Mine is rye. How many people are on your team?",
        GREETED,
        "I run a bakery.",
    )

    assert told == "Mine is rye. How many people are on your team?"


def test_a_question_nobody_recognises_may_be_the_only_one() -> None:
    told = said("What is your favourite bread? Mine is rye.", GREETED, "I run a bakery.")

    assert told == "What is your favourite bread? Mine is rye."


def test_nothing_is_asked_where_nothing_is_to_be_asked() -> None:
    assert reasons("Anything else I can do?", shown_the_link(), "thanks") == ["question"]


def test_a_sentence_is_not_said_twice_in_a_reply() -> None:
    assert said("A bakery, lovely! A bakery, lovely!") == "A bakery, lovely!"


def test_every_question_is_recognised_by_its_topics() -> None:
    assert all(question.topics for question in _questions(PLAYBOOK))


def _questions(playbook: Playbook) -> list:
    return [question for stage in Stage for question in playbook.stages[stage].questions]

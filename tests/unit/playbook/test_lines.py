"""The lines of the playbook are checked at start, so that no visitor meets a hole or a slip in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, load_playbook
from tests.support.playbooks import SHIPPED, default_playbook, with_place, written

EVERY_LANGUAGE = (SHIPPED, *SHIPPED.languages.values())


def with_lines(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    playbook = default_playbook()
    change(playbook["lines"])
    return written(tmp_path, playbook)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda lines: lines.pop("goodbye"), "goodbye"),
        (lambda lines: lines.update(goodby="Bye."), "goodby"),
        (lambda lines: lines.update(greeting="Hi {name}."), "greeting 'Hi {name}.' must hold"),
        (lambda lines: lines.update(booking="Here: {url}"), "booking 'Here: {url}' must hold"),
        (lambda lines: lines.update(booking="Here it is."), "booking 'Here it is.' must hold"),
        (lambda lines: lines.update(thanks=["You're welcome."]), "at least 2"),
        (lambda lines: lines["tier"].update(recommended="{tier} for {cost}"), "cost"),
        (lambda lines: lines["acknowledge"].update(shoe_size=["{value}!", "{value}."]), "shoe_size"),
        (lambda lines: lines["acknowledge"].update(task=["{task}!", "Noted."]), "task"),
        (lambda lines: lines["acknowledge"].pop("steps"), "acknowledge names"),
        (lambda lines: lines["quick_replies"]["change_slot"].update(budget="The budget"), "budget"),
        (lambda lines: lines["quick_replies"]["answers"].update(budget=["None"]), "answers names budget"),
        (lambda lines: lines["quick_replies"].update(between="{low} to {high}"), "between"),
        (lambda lines: lines["quick_replies"]["questions"]["price"].update(facts=["fees"]), "names fees"),
        (lambda lines: lines["quick_replies"]["questions"]["price"].update(facts=[]), "at least 1"),
    ],
)
def test_a_line_that_is_missing_misnamed_or_cannot_be_filled_is_found_at_start(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], fault: str
) -> None:
    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(with_lines(tmp_path, change))

    assert fault in str(refusal.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.update(failure="Sorry, could you send it again?"),
        lambda lines: lines.update(goodbye=["Bye, or shall we talk?", "Goodbye."]),
        lambda lines: lines.update(reaction=["Does it fit? Or not?", "Does it fit?"]),
        lambda lines: lines.update(change=["Tell me what should be different.", "What should change?"]),
    ],
)
def test_a_line_asks_once_where_it_may_ask_and_nowhere_else(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(InvalidPlaybook, match=r"must ask (once|nothing)"):
        load_playbook(with_lines(tmp_path, change))


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=lambda playbook: playbook.language.code)
def test_every_part_of_a_proposal_that_may_change_can_be_picked(playbook: Any) -> None:
    assert list(playbook.lines.quick_replies.change_slot) == [
        "task", "steps", "out_of_scope", "tools", "hours_per_week", "success_measure", "team_size",
    ]  # fmt: skip


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=lambda playbook: playbook.language.code)
def test_no_two_labels_of_a_language_look_the_same(playbook: Any) -> None:
    labels = playbook.lines.quick_replies
    picked = [labels.skip, labels.person, labels.link, labels.accept, labels.change, labels.decline]
    picked += [*labels.change_slot.values(), labels.not_right]
    picked += [question.label for question in labels.questions.values()]

    assert len({label.casefold() for label in picked}) == len(picked)


@pytest.mark.parametrize("playbook", EVERY_LANGUAGE, ids=lambda playbook: playbook.language.code)
def test_the_usual_answers_to_a_question_differ_and_fit_on_a_button(playbook: Any) -> None:
    for labels in playbook.lines.quick_replies.answers.values():
        assert len({label.casefold() for label in labels}) == len(labels)
        assert all(len(label) <= 40 for label in labels)


def test_a_language_that_nobody_speaks_here_is_answered_in_itself_with_the_languages_offered() -> None:
    said = SHIPPED.not_spoken_in("it-IT")

    assert said.startswith("Sono Ada")
    assert "English, Español, Deutsch, Français, Português" in said


def test_a_language_nobody_foresaw_is_answered_in_the_default() -> None:
    assert SHIPPED.not_spoken_in("xx").startswith("I'm Ada")


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("not_spoken.it", "Mi dispiace: {lingue}", "not_spoken.it"),
        ("not_spoken", {}, "not_spoken lacks cs, da, fi, it, nb, nl"),
    ],
)
def test_whoever_is_recognised_and_not_spoken_to_is_told_so(
    tmp_path: Path, place: str, value: object, fault: str
) -> None:
    with pytest.raises(InvalidPlaybook, match=fault):
        load_playbook(written(tmp_path, with_place(default_playbook(), place, value)))

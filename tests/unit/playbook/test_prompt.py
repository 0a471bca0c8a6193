"""A prompt is checked once, at start; a fault is named with its file and its place."""

from pathlib import Path
from typing import Any

import pytest

from playbook import InvalidPlaybook, load_playbook, load_prompt, placeholders
from tests.support.playbooks import DEFAULT, GONE, PROMPT, SHIPPED, default_playbook, plain_values, with_place
from tests.support.playbooks import written as write


def _prompt(place: str, value: Any) -> dict[str, Any]:
    return with_place(plain_values(PROMPT), place, value)


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("turn.rules", "Sell. {questions} {facts}", "turn.rules: Value error, 'Sell."),
        ("turn.rules", "Sell. {questions} {facts}", "lacks {canary}"),
        ("turn.state", "{known}", "lacks {choice}, {language}, {no_questions}, {opening}"),
        ("turn.choices.asking", "Ask {question}.", "names question; known are questions"),
        ("turn.choices.asking", "Ask {questions.__class__}", "names questions.__class__"),
        ("turn.choices.booked", GONE, "turn.choices.booked: Field required"),
        ("turn.most_words", 0, "turn.most_words: "),
        ("turn.tasks", {}, "turn.tasks: Extra inputs are not permitted"),
        ("phrase.task", "Do {action} {questions} {shown} {refused} {0}", "names 0"),
        ("phrase.task", "Do {action", "phrase.task: Value error"),
        ("phrase.shown", GONE, "phrase.shown: Field required"),
        ("phrase.refused", "Say it otherwise.", "lacks {refused}"),
        ("translation", "Translate it.", "translation: Value error"),
        ("proposal", "Word it for {customer}.", "proposal: Value error"),
        ("proposal", "", "proposal: "),
        ("greeting", "Hi", "greeting: Extra inputs are not permitted"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, place: str, value: object, fault: str) -> None:
    path = write(tmp_path, _prompt(place, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_prompt(path)

    assert fault in str(refusal.value)
    assert f"prompt {str(path)!r} is not valid" in str(refusal.value)


def test_a_prompt_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlaybook, match=r"prompt .*nowhere\.yaml.* cannot be read"):
        load_playbook(DEFAULT, prompt=tmp_path / "nowhere.yaml")


def test_a_playbook_that_names_no_prompt_is_refused(tmp_path: Path) -> None:
    playbook = default_playbook()
    del playbook["prompt"]

    with pytest.raises(InvalidPlaybook, match="prompt: name the file"):
        load_playbook(write(tmp_path, playbook))


def test_the_prompt_of_a_playbook_is_found_from_where_the_playbook_lies(tmp_path: Path) -> None:
    (tmp_path / "told.yaml").write_text(PROMPT.read_text(encoding="utf-8"), encoding="utf-8")

    playbook = load_playbook(write(tmp_path, {**default_playbook(), "prompt": "told.yaml"}))

    assert playbook.prompt == SHIPPED.prompt


def test_another_prompt_takes_the_place_of_the_one_the_playbook_names_in_every_language(
    tmp_path: Path,
) -> None:
    other = write(tmp_path, _prompt("turn.most_words", 20))

    playbook = load_playbook(DEFAULT, prompt=other)

    assert {playbook.spoken_in(code).prompt.turn.most_words for code in (None, *playbook.languages)} == {20}


def test_prompts_that_tell_the_same_have_the_same_digest_and_others_another(tmp_path: Path) -> None:
    same, other = load_prompt(PROMPT), load_prompt(write(tmp_path, _prompt("turn.most_words", 20)))

    assert same.digest == SHIPPED.prompt.digest != other.digest


def test_what_only_a_model_is_told_is_not_written_down_with_the_playbook(tmp_path: Path) -> None:
    other = load_playbook(DEFAULT, prompt=write(tmp_path, _prompt("turn.most_words", 20)))

    assert "prompt" not in SHIPPED.model_dump()
    assert other.digest == SHIPPED.digest


def test_the_shipped_rules_mark_what_a_visitor_wrote_and_stand_before_everything_that_changes() -> None:
    rules = SHIPPED.prompt.turn.rules

    assert "<visitor> and </visitor>" in rules
    assert "{canary}" in rules
    assert not {"known", "summary", "actions"} & placeholders(rules)


def test_what_a_model_is_told_of_a_question_is_the_same_in_every_language() -> None:
    for playbook in SHIPPED.languages.values():
        for stage, script in playbook.stages.items():
            assert [question.goal for question in script.questions] == [
                question.goal for question in SHIPPED.stages[stage].questions
            ]

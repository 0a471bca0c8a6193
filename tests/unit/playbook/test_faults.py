"""A playbook, its translations and its prompt are checked once, at start; a fault is named with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook import InvalidPlaybook, load_playbook, load_prompt
from tests.support.playbooks import DEFAULT, GONE, PROMPT, default_playbook, plain_values, with_place, written

FAULTS = yaml.safe_load(Path(__file__).with_name("faults.yaml").read_text(encoding="utf-8"))


def faults(of: str) -> pytest.MarkDecorator:
    """The faults of a kind of file: a place, what stands there instead, and what the refusal says."""
    cases = [
        pytest.param(fault["at"], fault.get("is", GONE), fault["says"], id=f"{number} {fault['at']}")
        for number, fault in enumerate(FAULTS[of])
    ]
    return pytest.mark.parametrize(("place", "value", "says"), cases)


def translated(folder: Path, pack: object) -> Path:
    """The default playbook with a Spanish translation beside it, as an operator would write it."""
    (folder / "words").mkdir()
    written(folder / "words", pack)
    return written(folder, {**default_playbook(), "languages": {"es": "words/playbook.yaml"}})


def spanish() -> dict[str, Any]:
    return plain_values(DEFAULT.parent / "playbook" / "es.yaml")


@faults("playbook")
def test_a_fault_of_a_playbook_is_named(tmp_path: Path, place: str, value: object, says: list[str]) -> None:
    path = written(tmp_path, with_place(default_playbook(), place, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(path)

    assert [part for part in (str(path), *says) if part not in str(refusal.value)] == []


@faults("translation")
def test_a_fault_of_a_translation_is_named(
    tmp_path: Path, place: str, value: object, says: list[str]
) -> None:
    path = translated(tmp_path, with_place(spanish(), place, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(path)

    assert [part for part in ("words/playbook.yaml", *says) if part not in str(refusal.value)] == []


@faults("prompt")
def test_a_fault_of_a_prompt_is_named(tmp_path: Path, place: str, value: object, says: list[str]) -> None:
    path = written(tmp_path, with_place(plain_values(PROMPT), place, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_prompt(path)

    expected = (f"prompt {str(path)!r} is not valid", *says)
    assert [part for part in expected if part not in str(refusal.value)] == []


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    playbook = with_place(default_playbook(), "company.name", "")
    playbook["booking"]["allowed_links"] = []

    with pytest.raises(InvalidPlaybook, match=r"(?s)company\.name.*booking\.allowed_links"):
        load_playbook(written(tmp_path, playbook))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = {**default_playbook(), "languages": {"es": "nowhere.yaml"}}

    with pytest.raises(InvalidPlaybook, match=r"nowhere\.yaml.*cannot be read"):
        load_playbook(tmp_path / "nowhere.yaml")
    with pytest.raises(InvalidPlaybook, match=r"nowhere\.yaml"):
        load_playbook(written(tmp_path, nowhere))
    with pytest.raises(InvalidPlaybook, match=r"prompt .*nowhere\.yaml.* cannot be read"):
        load_playbook(DEFAULT, prompt=tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    "content", [b"company: [", b"\t- x", b"", "company: {bot_name: Zoë}".encode("latin-1")]
)
def test_a_file_that_is_no_playbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "playbook.yaml"
    path.write_bytes(content)

    with pytest.raises(InvalidPlaybook):
        load_playbook(path)


def test_other_files_are_found_from_where_the_playbook_lies(tmp_path: Path) -> None:
    (tmp_path / "told.yaml").write_text(PROMPT.read_text(encoding="utf-8"), encoding="utf-8")
    alone = load_playbook(written(tmp_path, {**default_playbook(), "prompt": "told.yaml"}))

    speaking = load_playbook(translated(tmp_path, spanish()))

    assert alone.prompt == speaking.prompt
    assert alone.spoken_in("es") is alone
    assert speaking.spoken_in("es").language.name == "Spanish"

"""A playbook, its translations and its prompt are checked once, at start; a fault is named with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook import InvalidPlaybook, load_playbook, load_prompt
from tests.support.playbooks import DEFAULT, GONE, PROMPT, default_playbook, plain_values, with_place, written

FAULTS = yaml.safe_load(Path(__file__).with_name("faults.yaml").read_text(encoding="utf-8"))


CASES = [(kind, fault) for kind, listed in FAULTS.items() for fault in listed]


def translated(folder: Path, pack: object) -> Path:
    """The default playbook with a Spanish translation beside it, as an operator would write it."""
    (folder / "words").mkdir()
    written(folder / "words", pack)
    return written(folder, {**default_playbook(), "languages": {"es": "words/playbook.yaml"}})


def spanish() -> dict[str, Any]:
    return plain_values(DEFAULT.parent / "playbook" / "es.yaml")


@pytest.mark.parametrize(("kind", "fault"), CASES, ids=[f"{kind} {fault['at']}" for kind, fault in CASES])
def test_a_fault_of_a_file_is_named_with_its_place(tmp_path: Path, kind: str, fault: dict[str, Any]) -> None:
    path, place, value = tmp_path / "playbook.yaml", fault["at"], fault.get("is", GONE)
    with pytest.raises(InvalidPlaybook) as refusal:
        if kind == "prompt":
            load_prompt(written(tmp_path, with_place(plain_values(PROMPT), place, value)))
        elif kind == "translation":
            load_playbook(translated(tmp_path, with_place(spanish(), place, value)))
        else:
            load_playbook(written(tmp_path, with_place(default_playbook(), place, value)))

    files = {"prompt": f"prompt {str(path)!r} is not valid", "translation": "words/playbook.yaml"}
    expected = (files.get(kind, str(path)), *fault["says"])
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


@pytest.mark.parametrize("content", [b"company: [", b"\t- x", b"", b"company: {bot_name: Zo\xeb}"])
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

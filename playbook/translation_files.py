"""The texts of a language as a file like those of the playbook, to be reviewed and corrected."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from playbook.faithful import faithful_to
from playbook.files import InvalidPlaybook
from playbook.translation import as_file, in_translation, lines_of, texts_of
from playbook.whole import load_playbook, load_translation

_HEAD: Final = """\
# Made by a model from the lines of the playbook. These are still the default's: `lexicon`,
# `language.recognised_by`, `language.quote`, `company.does`, `company.voice`, the words of
# `proposal.look_at_first` and `task_kinds`, `proposal.targets`, `proposal.savings`, `proposal.no_wish`,
# `proposal.leaves` and `proposal.comes_first`. Put in your own before the playbook names this file.
"""


def translation_file(playbook_path: Path, code: str, texts: Mapping[str, str | None]) -> str:
    """The file of a language, in these texts; a line without any is as in the default."""
    playbook = load_playbook(playbook_path)
    said = {digest: text for digest, text in texts.items() if text}
    sections = as_file(in_translation(playbook, code, said), f"lexicon/{playbook.language.code}.yaml")
    return _HEAD + yaml.safe_dump(dict(sections), allow_unicode=True, sort_keys=False, width=120)


def corrected_lines(
    playbook_path: Path, code: str, file: Path, texts: Mapping[str, str | None]
) -> Mapping[str, tuple[str, str]]:
    """What a file says other than these texts: a line and its text, by the digest of the line.

    Raises:
        InvalidPlaybook: the file is no translation of the playbook, or a text changes a figure or a name.
    """
    playbook = load_playbook(playbook_path)
    lines, is_faithful = lines_of(playbook), faithful_to(playbook)
    said = texts_of(playbook, load_translation(playbook_path, code, file))
    changed = {digest: text for digest, text in said.items() if texts.get(digest) != text}
    for digest, text in changed.items():
        if not is_faithful(lines[digest], text):
            raise InvalidPlaybook(f"{text!r} changes a figure, a name or a mark of {lines[digest]!r}")
    return {digest: (lines[digest], text) for digest, text in changed.items()}

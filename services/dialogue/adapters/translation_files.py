"""Review of what is kept of a language, as a file like those of the playbook.

`python -m services.dialogue.adapters.translation_files nl` prints it. With the path of a corrected one its
texts are kept from now on, and spoken within half a minute; it may also be named in the playbook.
"""

import asyncio
import sys
from pathlib import Path

import yaml

from chassis.postgres import make_engine
from playbook import InvalidPlaybook, load_playbook, load_translation
from playbook.translation import as_file, in_translation, lines_of, texts_of
from services.dialogue.adapters.postgres_translations import PostgresTranslations
from services.dialogue.domain.faithful import is_faithful
from services.dialogue.ports import TranslationStore
from services.dialogue.settings import Settings

_HEAD = """\
# Made by a model from the lines of the playbook. These are still the default's: `lexicon`,
# `language.recognised_by`, `company.does`, `company.voice`, `proposal.look_at_first`,
# `proposal.target_words` and `proposal.no_wish`. Put in your own before the playbook names this file.
"""


async def exported(store: TranslationStore, playbook_path: Path, code: str) -> str:
    """The file of a language, in the words that are kept; a line without any is as in the default."""
    playbook = load_playbook(playbook_path)
    texts = {digest: text for digest, text in (await store.load(code)).items() if text}
    sections = as_file(in_translation(playbook, code, texts), f"lexicon/{playbook.language.code}.yaml")
    return _HEAD + yaml.safe_dump(dict(sections), allow_unicode=True, sort_keys=False, width=120)


async def imported(store: TranslationStore, playbook_path: Path, code: str, file: Path) -> int:
    """Keep the texts of a corrected file; how many of them are new.

    Raises:
        InvalidPlaybook: the file is no translation of the playbook, or a text changes a figure or a name.
    """
    playbook = load_playbook(playbook_path)
    lines, before = lines_of(playbook), await store.load(code)
    texts = texts_of(playbook, load_translation(playbook_path, code, file))
    changed = {digest: text for digest, text in texts.items() if before.get(digest) != text}
    names = [playbook.company.name, playbook.company.bot_name, *(tier.name for tier in playbook.catalogue)]
    for digest, text in changed.items():
        if not is_faithful(lines[digest], text, names):
            raise InvalidPlaybook(f"{text!r} changes a figure, a name or a mark of {lines[digest]!r}")
    await store.claim(code, {digest: lines[digest] for digest in changed})
    await store.keep(code, changed, "operator")
    return len(changed)


async def _run(code: str, *files: str) -> None:
    settings = Settings()
    engine = make_engine(settings)
    store = PostgresTranslations(engine)
    try:
        if files:
            count = await imported(store, settings.playbook_path, code, Path(files[0]))
            sys.stdout.write(f"{count} texts are new\n")
        else:
            sys.stdout.write(await exported(store, settings.playbook_path, code))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    asyncio.run(_run(*sys.argv[1:3]))

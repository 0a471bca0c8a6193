"""Review of what is kept of a language, as a file like those of the playbook.

`python -m services.dialogue.adapters.translation_files nl` prints it. With the path of a corrected one its
texts are kept from now on, and spoken within half a minute; it may also be named in the playbook.
"""

import asyncio
import sys
from pathlib import Path

from chassis.postgres import make_engine
from chassis.translations import PostgresTranslations, TranslationStore
from playbook.translation_files import corrected_lines, translation_file
from services.dialogue.adapters.tables import translation
from services.dialogue.settings import Settings


async def exported(store: TranslationStore, playbook_path: Path, code: str) -> str:
    """The file of a language."""
    return translation_file(playbook_path, code, await store.load(code))


async def imported(store: TranslationStore, playbook_path: Path, code: str, file: Path) -> int:
    """Keep the texts of a corrected file; how many of them are new."""
    changed = corrected_lines(playbook_path, code, file, await store.load(code))
    await store.claim(code, {digest: line for digest, (line, _) in changed.items()})
    await store.keep(code, {digest: text for digest, (_, text) in changed.items()}, "operator")
    return len(changed)


async def _run(code: str, *files: str) -> str:
    settings = Settings()
    engine = make_engine(settings)
    store = PostgresTranslations(engine, translation)
    try:
        if not files:
            return await exported(store, settings.playbook_path, code)
        return f"{await imported(store, settings.playbook_path, code, Path(files[0]))} texts are new\n"
    finally:
        await engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.stdout.write(asyncio.run(_run(*sys.argv[1:3])))

"""What every store of translated lines promises, and what two processes on one database pay for."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.translations import KeptTranslations, PostgresTranslations, TranslationStore
from playbook import InvalidPlaybook
from services.dialogue.adapters.tables import translation
from services.dialogue.adapters.translated_playbook import TranslatedPlaybook, source_of
from services.dialogue.adapters.translation_files import exported, imported
from tests.support.playbooks import DEFAULT, SHIPPED
from tests.support.translations import FakeTranslationStore, FakeTranslator
from tests.support.waiting import until

LINES = {"a": "One.", "b": "Two."}
MakeStore = Callable[..., TranslationStore]


@pytest.fixture(params=["in_postgres", "in_memory"])
def a_store(request: pytest.FixtureRequest, engine: AsyncEngine) -> MakeStore:
    in_memory = request.param == "in_memory"
    return FakeTranslationStore if in_memory else partial(PostgresTranslations, engine, translation)


async def test_a_claimed_line_is_claimed_by_nobody_else(a_store: MakeStore):
    store = a_store()
    assert await store.claim("nl", LINES) == {"a", "b"}
    assert await store.claim("nl", LINES | {"c": "Three."}) == {"c"}
    assert await store.claim("pl", {"a": "One."}) == {"a"}
    assert await store.load("nl") == {"a": None, "b": None, "c": None}


async def test_what_is_kept_comes_back_and_what_failed_can_be_claimed_again(a_store: MakeStore):
    store, hasty = a_store(), a_store(lease_s=0, again_s=0)
    await store.claim("nl", LINES)
    await store.keep("nl", {"a": "Een.", "b": ""}, "m")

    assert await store.load("nl") == {"a": "Een.", "b": ""}
    assert await store.load("pl") == {}
    assert await store.claim("nl", LINES) == frozenset()
    await store.keep("nl", {"a": "Eén."}, "operator")
    assert (await store.load("nl"))["a"] == "Eén."
    # A store whose claims have run out at once.
    await hasty.claim("fr", LINES)
    await hasty.keep("fr", {"a": "Un.", "b": ""}, "m")
    assert await hasty.load("fr") == {"a": "Un."}
    assert await hasty.claim("fr", LINES) == {"b"}


async def test_what_is_kept_can_be_reviewed_as_a_file_and_corrected(engine: AsyncEngine, tmp_path: Path):
    store = PostgresTranslations(engine, translation)
    async with KeptTranslations(source_of(SHIPPED), store, FakeTranslator()) as kept:
        translated = TranslatedPlaybook(SHIPPED, kept)
        await translated.playbook_in("nl")
        await until(lambda: not kept.is_busy)
        file = tmp_path / "nl.yaml"
        lexicon = DEFAULT.parent / "playbook" / "lexicon"
        text = (await exported(store, DEFAULT, "nl")).replace("lexicon/en.yaml", str(lexicon / "en.yaml"))
        assert "greeting: (nl) Hi, good to meet you." in text
        file.write_text(text, encoding="utf-8")
        assert await imported(store, DEFAULT, "nl", file) == 0

        file.write_text(text.replace("(nl) Hi, good to meet you.", "Hoi!"), encoding="utf-8")
        assert await imported(store, DEFAULT, "nl", file) == 1

        assert (await translated.playbook_in("nl")).spoken_in("nl").lines.greeting == "Hoi!"
        file.write_text(text.replace("30 days", "60 dagen"), encoding="utf-8")
        with pytest.raises(InvalidPlaybook, match="60 dagen"):
            await imported(store, DEFAULT, "nl", file)


async def test_of_many_claims_at_once_one_wins(engine: AsyncEngine):
    many = {f"{number}": f"Line {number}." for number in range(40)}
    stores = [PostgresTranslations(engine, translation) for _ in range(8)]
    claimed = await asyncio.gather(*(store.claim("nl", many) for store in stores))
    assert sorted(digest for won in claimed for digest in won) == sorted(many)

"""Each line is translated once, by one process; what no translation may say is said as it is."""

import asyncio
from collections.abc import Mapping

import pytest

from chassis.translations import KeptTranslations, SourceTexts
from tests.support.translations import FakeTranslationStore, FakeTranslator
from tests.support.waiting import until

LINES = {f"digest {number}": f"Line {number}: {'word ' * 30}" for number in range(20)}
SOURCE = SourceTexts(
    lines=LINES,
    purposes=dict.fromkeys(LINES.values(), "a label"),
    first=("digest 7",),
    is_faithful=lambda line, text: text.endswith(line),
)


def translations(
    translator: FakeTranslator, store: FakeTranslationStore | None = None, *, first_wait_s: float = 6.0
) -> KeptTranslations:
    kept = FakeTranslationStore() if store is None else store
    return KeptTranslations(SOURCE, kept, translator, first_wait_s=first_wait_s)


async def done(kept: KeptTranslations) -> Mapping[str, str]:
    """What there is once all that can be translated is."""
    await kept.texts_in("it")
    await until(lambda: not kept.is_busy)
    return await kept.texts_in("it")


async def test_every_line_is_asked_for_once_by_one_of_many_processes_and_not_after_a_restart():
    translator, store = FakeTranslator(), FakeTranslationStore()

    said = await asyncio.gather(*(done(translations(translator, store)) for _ in range(2)))
    again = await done(translations(translator, store))

    assert again == {digest: f"(it) {line}" for digest, line in LINES.items()}
    assert all(texts.items() <= again.items() for texts in said)
    assert sorted(translator.asked) == sorted(LINES.values())
    assert translator.asked[0] == LINES["digest 7"]


async def test_an_unfaithful_line_has_no_text_and_is_tried_again_a_day_later():
    store = FakeTranslationStore()
    translator = FakeTranslator(instead={LINES["digest 3"]: "Ciao."})

    assert (await done(translations(translator, store))).keys() == LINES.keys() - {"digest 3"}
    await done(translations(translator, store))
    assert translator.asked.count(LINES["digest 3"]) == 1
    store.now = 90_000
    await done(translations(translator, store))
    assert translator.asked.count(LINES["digest 3"]) == 2


async def test_a_model_that_fails_is_asked_again_when_the_claim_has_run_out():
    translator, store = FakeTranslator(fails=True), FakeTranslationStore()
    kept = translations(translator, store)

    assert await done(kept) == {}
    await done(kept)
    assert sorted(translator.asked) == sorted(LINES.values())
    translator.fails, store.now = False, 301
    assert len(await done(kept)) == len(LINES)


async def test_the_first_lines_are_waited_for():
    kept = translations(FakeTranslator())

    assert "digest 7" in await kept.texts_in("it", waits_for_first=True)


@pytest.mark.parametrize("fails", [True, False])
async def test_first_lines_that_do_not_come_are_not_waited_for_long(fails: bool):
    translator = FakeTranslator(fails=fails)
    if not fails:
        translator.is_free.clear()

    async with asyncio.timeout(10), translations(translator, first_wait_s=60 if fails else 0.01) as kept:
        assert await kept.texts_in("it", waits_for_first=True) == {}

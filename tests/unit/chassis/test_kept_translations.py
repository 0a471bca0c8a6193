"""Each line is translated once, by one process; what no translation may say is said as it is."""

import asyncio
from collections.abc import Mapping

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


async def done(translator: FakeTranslator, store: FakeTranslationStore) -> Mapping[str, str]:
    """What there is once a process has had translated all that can be."""
    kept = KeptTranslations(SOURCE, store, translator)
    await kept.texts_in("it")
    await until(lambda: not kept.is_busy)
    return await kept.texts_in("it")


async def test_every_line_is_asked_for_once_by_one_of_many_processes_and_not_after_a_restart():
    translator, store = FakeTranslator(), FakeTranslationStore()

    said = await asyncio.gather(*(done(translator, store) for _ in range(2)))
    again = await done(translator, store)

    assert again == {digest: f"(it) {line}" for digest, line in LINES.items()}
    assert all(texts.items() <= again.items() for texts in said)
    assert sorted(translator.asked) == sorted(LINES.values())
    assert translator.asked[0] == LINES["digest 7"]


async def test_an_unfaithful_line_has_no_text_and_is_tried_again_a_day_later():
    store = FakeTranslationStore()
    translator = FakeTranslator(instead={LINES["digest 3"]: "Ciao."})

    assert (await done(translator, store)).keys() == LINES.keys() - {"digest 3"}
    await done(translator, store)
    assert translator.asked.count(LINES["digest 3"]) == 1
    store.now = 90_000
    await done(translator, store)
    assert translator.asked.count(LINES["digest 3"]) == 2

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


async def test_each_line_is_asked_for_once_by_one_of_many_processes_and_an_unfaithful_one_a_day_later():
    translator, store = FakeTranslator(instead={LINES["digest 3"]: "Ciao."}), FakeTranslationStore()

    said = await asyncio.gather(*(done(translator, store) for _ in range(2)))
    again = await done(translator, store)

    assert again == {digest: f"(it) {line}" for digest, line in LINES.items() if digest != "digest 3"}
    assert all(texts.items() <= again.items() for texts in said)
    assert sorted(translator.asked) == sorted(LINES.values())
    assert translator.asked[0] == LINES["digest 7"]
    store.now = 90_000
    await done(translator, store)
    assert translator.asked[len(LINES) :] == [LINES["digest 3"]]

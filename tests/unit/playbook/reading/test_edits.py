"""Lists are edited by a verb and a word of the item; what is not clear is asked back."""

import pytest

from playbook.reading.meaning import Intent, Operation, Understanding
from playbook.reading.talk import QuickReply
from tests.unit.playbook.reading.scenes import read, scene

STEPS = ("check the size grading", "book it in DATEV", "send the invoice")


def edits(
    message: str, asked: str | None = None, language: str | None = None
) -> list[tuple[str, str, tuple[str, ...]]]:
    conversation = scene(asked, language=language, drafted=True, steps=STEPS, tools=("DATEV", "Gmail"))
    return [(one.slot, str(one.operation), one.values) for one in read(message, conversation).updates]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Could you take out the size-grading step?"),
        ("en", "Please take the size grading out, we do that ourselves"),
        ("en", "remove the size grading"),
        ("es", "quita lo de size grading"),
        ("de", "Das size grading bitte streichen"),
        ("fr", "enlevez le size grading"),
        ("pt", "tira o size grading"),
    ],
)
def test_an_item_is_removed_by_its_words(language: str, message: str) -> None:
    assert edits(message, language=language) == [("steps", "remove", STEPS[:1])]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Lexware instead of DATEV"),
        ("en", "replace DATEV with Lexware"),
        ("es", "Lexware en lugar de DATEV"),
        ("de", "Lexware statt DATEV"),
        ("fr", "Lexware au lieu de DATEV"),
        ("pt", "Lexware em vez de DATEV"),
    ],
)
def test_one_word_is_replaced_within_every_list_that_has_it(language: str, message: str) -> None:
    steps = ("check the size grading", "book it in Lexware", "send the invoice")

    assert edits(message, language=language) == [
        ("steps", "set", steps),
        ("tools", "set", ("Lexware", "Gmail")),
    ]


def test_what_is_added_stands_last() -> None:
    assert edits("add a reminder call") == [("steps", "add", ("reminder call",))]


def test_a_sentence_may_take_out_and_add() -> None:
    assert edits("Please leave out the size grading, and add SMS reminders.") == [
        ("steps", "remove", STEPS[:1]),
        ("steps", "add", ("SMS reminders",)),
    ]


def test_an_edit_that_fits_no_item_asks_which() -> None:
    conversation = scene(drafted=True, steps=STEPS)

    assert [one.values for one in read("remove the phone thing", conversation).candidates] == [
        (one,) for one in STEPS
    ]


@pytest.mark.parametrize("message", ["without 2", "remove the second one", "take out number 2"])
def test_where_a_list_is_looked_at_a_place_in_it_is_enough(message: str) -> None:
    assert edits(message, "steps") == [("steps", "remove", STEPS[1:2])]


def test_where_a_list_is_looked_at_a_new_one_replaces_it() -> None:
    assert edits("read it, answer it", "steps") == [("steps", "set", ("read it", "answer it"))]


PARTS = tuple(
    QuickReply(
        label=label, is_named=True, means=Understanding(intents=(Intent.WANT_CHANGE,), change_slot=slot)
    )
    for label, slot in (("The task", "task"), ("The hours", "hours_per_week"), ("The tools", "tools"))
)


@pytest.mark.parametrize(
    ("message", "slot"),
    [("The hours", "hours_per_week"), ("the hours please", "hours_per_week"), ("2", "hours_per_week"),
     ("the first", "task"), ("the programs", "tools"), ("the last one", "tools")],
)  # fmt: skip
def test_a_part_is_picked_by_its_name_its_place_or_a_part_of_it(message: str, slot: str) -> None:
    assert read(message, scene(drafted=True, offered=PARTS, task="x")).change_slot == slot


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "something is wrong"),
        ("es", "eso está mal"),
        ("de", "da stimmt etwas nicht"),
        ("fr", "il y a une erreur"),
        ("pt", "isso está errado"),
    ],
)
def test_a_change_that_names_nothing_asks_which_part(language: str, message: str) -> None:
    understood = read(message, scene(drafted=True, language=language, task="x"))

    assert understood.wants(Intent.WANT_CHANGE)
    assert understood.change_wish is None
    assert not [one for one in understood.updates if one.operation is not Operation.ADD]

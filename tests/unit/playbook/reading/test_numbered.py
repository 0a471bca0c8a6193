"""Every line has a number, and a message that begins with it sets the line: at any time, in any language."""

import pytest

from playbook.reading.meaning import Intent, Operation, Understanding
from playbook.reading.talk import QuickReply
from tests.unit.playbook.reading.scenes import read, scene

TOOLS = ("Excel", "Sage")
LISTED = (
    QuickReply(
        label="6 Programs",
        is_named=True,
        means=Understanding(intents=(Intent.WANT_CHANGE,), change_slot="tools"),
    ),
)
in_every_language = pytest.mark.parametrize(
    ("language", "name", "empty", "without"),
    [
        ("en", "programs", "nothing", "without"),
        ("es", "programas", "nada", "sin"),
        ("de", "Programme", "leer", "ohne"),
        ("fr", "outils", "rien", "sans"),
        ("pt", "programas", "nada", "sem"),
    ],
)


def lines(text: str, asked: str | None = None, **known: object) -> list[tuple[str, str, tuple[str, ...]]]:
    understood = read(text, scene(asked, **known))  # type: ignore[arg-type]
    return [(one.slot, one.operation, one.values) for one in understood.updates]


@in_every_language
def test_a_line_is_set_to_exactly_what_is_written(language: str, name: str, empty: str, without: str) -> None:
    right = [("tools", "set", ("Excel", "Outlook"))]
    for text in ("6: Excel, Outlook", "6 : Excel, Outlook", f"{name}: Excel, Outlook"):
        for asked in (None, "steps", "hours_per_week"):
            assert lines(text, asked, language=language, tools=("Sage",)) == right


@in_every_language
def test_a_line_is_emptied_and_not_asked_for_again(
    language: str, name: str, empty: str, without: str
) -> None:
    for text in ("6: -", f"6: {empty}", f"{name}: {empty}"):
        understood = read(text, scene(language=language, drafted=True, tools=TOOLS))
        assert [(one.operation, one.values) for one in understood.updates] == [(Operation.REMOVE, ())]
        assert understood.leaves_open == ("tools",)


@in_every_language
def test_an_item_is_taken_out_of_a_list(language: str, name: str, empty: str, without: str) -> None:
    for text in (f"6 {without} Sage", f"6: {without} Sage", f"{name}: {without} Sage"):
        assert lines(text, language=language, drafted=True, tools=TOOLS) == [("tools", "remove", ("Sage",))]


@in_every_language
def test_a_line_that_is_only_named_is_asked_for(language: str, name: str, empty: str, without: str) -> None:
    for text in ("6", "6.", name):
        understood = read(text, scene(language=language, drafted=True, tools=TOOLS))
        assert (understood.change_slot, understood.updates) == ("tools", ())


@in_every_language
def test_what_follows_is_taken_as_it_is_written(language: str, name: str, empty: str, without: str) -> None:
    conversation = scene("tools", language=language, drafted=True, tools=TOOLS)
    asked = conversation.model_copy(update={"has_open_line": True})

    understood = read("Bookeo, Outlook", asked)

    assert [(one.slot, one.values) for one in understood.updates] == [("tools", ("Bookeo", "Outlook"))]


@pytest.mark.parametrize(
    ("text", "set_to"),
    [
        ("1: church organs, tuning and repairs", ("business_type", ("church organs, tuning and repairs",))),
        ("2: 7", ("team_size", ("7",))),
        ("2: 7 people, not 9", ("team_size", ("7",))),
        ("3: arranging tuning visits", ("task", ("arranging tuning visits",))),
        ("4: read it, answer it, file it", ("steps", ("read it", "answer it", "file it"))),
        ("5: never the prices", ("out_of_scope", ("never the prices",))),
        ("7: 5", ("hours_per_week", ("5",))),
        ("7: 5 hours a week", ("hours_per_week", ("5",))),
        ("8: quotes out in 48 hours", ("success_measure", ("quotes out in 48 hours",))),
        ("Hours: 6", ("hours_per_week", ("6",))),
        ("The task is booking the tuning visits.", ("task", ("booking the tuning visits",))),
    ],
)
def test_each_line_has_its_number(text: str, set_to: tuple[str, tuple[str, ...]]) -> None:
    understood = read(text, scene(drafted=True, task="x"))

    assert [(one.slot, one.values) for one in understood.updates] == [set_to]


def test_several_lines_are_set_at_once() -> None:
    assert lines("3: booking visits\n6: Excel, Outlook", drafted=True) == [
        ("task", "set", ("booking visits",)),
        ("tools", "set", ("Excel", "Outlook")),
    ]


def test_a_wish_beside_a_line_is_granted() -> None:
    understood = read("6: Excel, Outlook. And send me the link please", scene(drafted=True))

    assert understood.wants(Intent.WANT_DEMO)
    assert [one.values for one in understood.updates] == [("Excel", "Outlook")]


@pytest.mark.parametrize("text", ["7: 9 or 10 or 12", "7: a lot", "7"])
def test_a_number_that_is_not_one_is_asked_for_again(text: str) -> None:
    understood = read(text, scene(drafted=True, hours_per_week=6.0))

    assert (understood.change_slot, understood.updates) == ("hours_per_week", ())


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("6 hours a week", None),
        ("4 people", None),
        ("7 is right", None),
        ("5", "team_size"),
        ("5", "hours_per_week"),
        ("6:30 in the morning", "steps"),
        ("1. read it\n2. answer it", "steps"),
        ("1: read it 2: answer it", "steps"),
    ],
)
def test_a_message_that_only_begins_with_a_number_sets_no_line(text: str, asked: str | None) -> None:
    understood = read(text, scene(asked, team_size=7) if asked != "team_size" else scene(asked))

    assert not any(one.is_reworded for one in understood.updates)
    assert understood.change_slot is None


def test_without_a_colon_a_line_is_set_where_lines_were_listed() -> None:
    assert lines("6 Excel, Outlook", offered=LISTED, tools=TOOLS) == [("tools", "set", ("Excel", "Outlook"))]
    assert not lines("6 blokes, mostly", offered=(), tools=TOOLS)


@pytest.mark.parametrize(
    ("language", "message", "task"),
    [
        ("en", "The task is not the post, it is the quotes.", "quotes"),
        ("en", "And the task is the quotes. Thanks!", "quotes"),
        ("es", "la tarea NO es concertar citas, es contestar pedidos", "contestar pedidos"),
        ("de", "Die Aufgabe ist nicht die Post, sondern Angebote schreiben.", "Angebote schreiben"),
        ("fr", "La tâche n'est pas le courrier, mais les devis.", "devis"),
        ("pt", "A tarefa não é o correio, é fazer orçamentos.", "fazer orçamentos"),
    ],
)
def test_a_sentence_that_names_a_line_sets_it(language: str, message: str, task: str) -> None:
    understood = read(message, scene(drafted=True, language=language, task="x"))

    assert {one.slot: one.values for one in understood.updates} == {"task": (task,)}


def test_several_sentences_set_a_line_each() -> None:
    message = (
        "What stays with us is: the refunds. Success is every mail answered in a day. What does it cost?"
    )
    understood = read(message, scene(drafted=True, task="x"))

    assert {one.slot: one.values for one in understood.updates} == {
        "out_of_scope": ("refunds",),
        "success_measure": ("every mail answered in a day",),
    }
    assert understood.wants(Intent.ASK)


@pytest.mark.parametrize(
    "message",
    [
        "6: Outlook, Excel. Would both be enough on the cheaper one?",
        "as you like \U0001f644 6: Outlook, Excel",
    ],
)
def test_what_stands_behind_a_line_is_no_part_of_it(message: str) -> None:
    assert lines(message, tools=TOOLS)[0] == ("tools", "set", ("Outlook", "Excel"))


def test_a_text_ends_with_its_line() -> None:
    set_to = lines("8: quotes within 3 days\nalso it still says quotes up top", tools=TOOLS)

    assert set_to == [("success_measure", "set", ("quotes within 3 days",))]

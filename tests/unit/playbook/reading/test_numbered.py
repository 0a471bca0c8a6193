"""Every line has a number, and a message that begins with it sets the line: at any time, in any language."""

import pytest

from playbook.reading.meaning import Intent, Operation, Understanding
from playbook.reading.talk import QuickReply
from tests.unit.playbook.reading.scenes import read, scene, told

TOOLS = ("Excel", "Sage")
REFUNDS_AND_A_DAY = {"out_of_scope": "refunds", "success_measure": "reply in a day"}


@pytest.mark.parametrize(
    ("language", "name", "empty", "without"),
    [
        ("en", "programs", "nothing", "without"),
        ("es", "programas", "nada", "sin"),
        ("de", "Programme", "leer", "ohne"),
        ("fr", "outils", "rien", "sans"),
        ("pt", "programas", "nada", "sem"),
    ],
)
def test_a_line_is_changed_by_its_number_or_name(language: str, name: str, empty: str, without: str) -> None:
    drafted = scene(language=language, drafted=True, tools=TOOLS)
    asked = scene("hours_per_week", language=language, tools=TOOLS)
    open_line = drafted.model_copy(update={"open_question": "tools", "has_open_line": True})

    for text in ("6: Excel, Outlook", "6 : Excel, Outlook", f"{name}: Excel, Outlook"):
        for at in (drafted, asked):
            (one,) = read(text, at).updates
            assert (one.slot, one.operation, one.values) == ("tools", Operation.SET, ("Excel", "Outlook"))
            assert one.is_reworded
    for text in (f"6 {without} Sage", f"6: {without} Sage", f"{name}: {without} Sage"):
        (one,) = read(text, drafted).updates
        assert (one.slot, one.operation, one.values) == ("tools", Operation.REMOVE, ("Sage",))
    for text in ("6: -", f"6: {empty}", f"{name}: {empty}"):
        understood = read(text, drafted)
        assert [(one.operation, one.values) for one in understood.updates] == [(Operation.REMOVE, ())]
        assert understood.leaves_open == ("tools",)
    for text in ("6", "6.", name):
        understood = read(text, drafted)
        assert (understood.change_slot, understood.updates) == ("tools", ())
    assert told("Bookeo, Outlook", open_line) == {"tools": ("Bookeo", "Outlook")}


@pytest.mark.parametrize(
    ("language", "text", "set_to"),
    [
        ("en", "1: organs, tuning and repairs", {"business_type": "organs, tuning and repairs"}),
        ("en", "2: 7 people, not 9", {"team_size": "7"}),
        ("en", "3: arranging tuning visits", {"task": "arranging tuning visits"}),
        ("en", "4: read it, answer it, file it", {"steps": "read it | answer it | file it"}),
        ("en", "5: never the prices", {"out_of_scope": "never the prices"}),
        ("en", "7: 5 hours a week", {"hours_per_week": "5"}),
        ("en", "8: quotes out in 48 hours", {"success_measure": "quotes out in 48 hours"}),
        ("en", "8: quotes in 3 days\nit still says quotes up top", {"success_measure": "quotes in 3 days"}),
        ("en", "3: my booking\n6: Excel, Outlook", {"task": "my booking", "tools": "Excel | Outlook"}),
        ("en", "6: Outlook, Excel. Would both be enough on the cheaper one?", {"tools": "Outlook | Excel"}),
        ("en", "as you like \U0001f644 6: Outlook, Excel", {"tools": "Outlook | Excel"}),
        ("en", "Hours: 6", {"hours_per_week": "6"}),
        ("en", "The task is booking the tuning visits.", {"task": "booking the tuning visits"}),
        ("en", "The task is not the post, it is the quotes.", {"task": "quotes"}),
        ("en", "And the task is the quotes. Thanks!", {"task": "quotes"}),
        ("en", "What stays with us is: the refunds. Success is a reply in a day.", REFUNDS_AND_A_DAY),
        ("es", "la tarea NO es concertar citas, es contestar pedidos", {"task": "contestar pedidos"}),
        ("de", "Die Aufgabe ist nicht die Post, sondern Angebote schreiben.", {"task": "Angebote schreiben"}),
        ("fr", "La tâche n'est pas le courrier, mais les devis.", {"task": "devis"}),
        ("pt", "A tarefa não é o correio, é fazer orçamentos.", {"task": "fazer orçamentos"}),
    ],
)
def test_a_line_is_set_to_what_stands_behind_its_name(language: str, text: str, set_to: dict[str, str]):
    updates = read(text, scene(drafted=True, language=language, task="x", tools=TOOLS)).updates
    assert {one.slot: " | ".join(one.values) for one in updates} == set_to
    assert {one.operation for one in updates} == {Operation.SET}


@pytest.mark.parametrize("wish", [Intent.WANT_DEMO, Intent.ASK])
def test_a_wish_or_a_question_beside_a_line_is_heard(wish: Intent) -> None:
    beside = "What does it cost?" if wish is Intent.ASK else "And send me the link please"
    understood = read(f"6: Excel, Outlook. {beside}", scene(drafted=True))
    assert understood.wants(wish)
    assert [one.values for one in understood.updates] == [("Excel", "Outlook")]


@pytest.mark.parametrize("text", ["7: 9 or 10 or 12", "7: a lot", "7"])
def test_a_number_that_is_not_one_is_asked_for_again(text: str) -> None:
    understood = read(text, scene(drafted=True, hours_per_week=6.0))
    assert (understood.change_slot, understood.updates) == ("hours_per_week", ())


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        *((text, None) for text in ("6 hours a week", "7 is right")),
        *(("5", asked) for asked in ("team_size", "hours_per_week")),
        ("6:30 in the morning", "steps"),
        *((text, "steps") for text in ("1. read it\n2. answer it", "1: read it 2: answer it")),
    ],
)
def test_a_message_that_only_begins_with_a_number_sets_no_line(text: str, asked: str | None) -> None:
    understood = read(text, scene(asked, team_size=7) if asked != "team_size" else scene(asked))
    assert not any(one.is_reworded for one in understood.updates)
    assert understood.change_slot is None


def test_without_a_colon_a_line_is_set_where_lines_were_listed() -> None:
    means = Understanding(intents=(Intent.WANT_CHANGE,), change_slot="tools")
    listed = (QuickReply(label="6 Programs", is_named=True, means=means),)
    (one,) = read("6 Excel, Outlook", scene(offered=listed, tools=TOOLS)).updates
    assert (one.slot, one.operation, one.values) == ("tools", Operation.SET, ("Excel", "Outlook"))
    assert not read("6 blokes, mostly", scene(tools=TOOLS)).updates

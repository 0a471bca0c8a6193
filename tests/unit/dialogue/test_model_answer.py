"""What a model understood is demanded strictly and read leniently: what does not exist is left out."""

from typing import Any

import jsonschema
import pytest

from chassis.language_model.schema import fields_before, strict_schema
from playbook.reading.meaning import Intent, Operation, SlotUpdate, Understanding
from services.dialogue.adapters.model_answer import TurnAnswer, turn_answer

ACTIONS = ("ask:steps", "propose", "book")
SCHEMA = turn_answer(ACTIONS, ("data", "terms"), ("starter", "growth"))
TOLD = {
    "intents": ["correct", "ask"],
    "updates": [{"slot": "team_size", "op": "set", "value": "12", "quote": "now 12"}],
    "questions": ["data", "unknown"],
    "language": "en-GB",
    "change_wish": None,
    "tier": "growth",
}
WHOLE = {"understanding": TOLD, "action": "propose", "reply": "Here it is."}


def read(**changed: object) -> Understanding:
    answer: TurnAnswer = SCHEMA.model_validate({**WHOLE, "understanding": {**TOLD, **changed}})
    return answer.understanding


def updated(slot: str, value: object, **changed: object) -> SlotUpdate:
    (update,) = read(updates=[{"slot": slot, "op": "set", "value": value, "quote": "so", **changed}]).updates
    return update


def test_a_whole_answer_is_read_as_it_is_meant() -> None:
    answer = SCHEMA.model_validate(WHOLE)

    assert answer.action == "propose"
    assert answer.understanding == Understanding(
        intents=(Intent.CORRECT, Intent.ASK),
        updates=(SlotUpdate(slot="team_size", values=("12",), quote="now 12"),),
        questions=("data", "unknown"),
        language="en-GB",
        tier="growth",
    )


def test_the_schema_holds_a_model_to_what_is_legal_now() -> None:
    schema = strict_schema(SCHEMA)

    jsonschema.validate(WHOLE, schema)
    for wrong in ({"action": "redraft"}, {"understanding": {**TOLD, "questions": ["weather"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**WHOLE, **wrong}, schema)


def test_the_fields_come_in_the_order_in_which_they_are_needed() -> None:
    schema: dict[str, Any] = strict_schema(SCHEMA)

    assert list(schema["properties"]) == ["understanding", "action", "reply"]
    assert list(schema["properties"]["understanding"]["properties"]) == list(TOLD)
    assert fields_before(SCHEMA, "reply") == {"understanding", "action"}


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        ({"intents": ["answer", "applaud", 7, None]}, Understanding(intents=(Intent.ANSWER,))),
        ({"intents": "answer"}, Understanding(intents=())),
        ({"updates": [{"slot": "shoe_size", "value": "1"}, "tools", None]}, Understanding(intents=())),
        (
            {"questions": ["data", "weather", "data", "rain"]},
            Understanding(intents=(), questions=("data", "unknown")),
        ),
        ({"language": "English, I think"}, Understanding(intents=())),
        ({"tier": "platinum"}, Understanding(intents=())),
        ({"change_wish": " "}, Understanding(intents=())),
        ({}, Understanding(intents=())),
        ("nothing", Understanding(intents=())),
    ],
)
def test_what_does_not_exist_is_left_out(told: object, understood: Understanding) -> None:
    answer = SCHEMA.model_validate({"understanding": told, "action": "", "reply": ""})

    assert answer.understanding == understood


def test_an_action_that_is_not_legal_is_read_as_it_was_chosen() -> None:
    assert SCHEMA.model_validate({**WHOLE, "action": "redraft"}).action == "redraft"
    assert SCHEMA.model_validate({**WHOLE, "action": None}).action == ""


@pytest.mark.parametrize("value", ["open mail\n- call back\n\n", ["open mail", "* call back"]])
def test_a_list_has_one_item_a_line(value: object) -> None:
    assert updated("steps", value).values == ("open mail", "call back")


@pytest.mark.parametrize(
    ("value", "values", "up_to"),
    [
        ("12", ("12",), None),
        (12, ("12",), None),
        (2.5, ("2.5",), None),
        ("1,500", ("1500",), None),
        ("1.200.000", ("1200000",), None),
        ("2,5", ("2,5",), None),
        ("0.125", ("0.125",), None),
        ("10-15", ("10",), 15.0),
        ("10 \u2013 15", ("10",), 15.0),
        ("1,000 to 2,000", ("1000",), 2000.0),
        ("a dozen", ("a dozen",), None),
    ],
)
def test_a_number_may_be_a_range(value: object, values: tuple[str, ...], up_to: float | None) -> None:
    update = updated("team_size", value)

    assert (update.values, update.up_to) == (values, up_to)


def test_only_numbers_are_ranges() -> None:
    assert updated("challenge", "10-15 calls").values == ("10-15 calls",)


@pytest.mark.parametrize(
    ("op", "operation"),
    [
        ("remove", Operation.REMOVE),
        ("replace", Operation.REPLACE),
        ("erase", Operation.SET),
        (None, Operation.SET),
    ],
)
def test_an_operation_that_does_not_exist_sets_the_value(op: object, operation: Operation) -> None:
    assert updated("tools", "Excel", op=op).operation is operation


@pytest.mark.parametrize(
    "value", ["binnen 1 dag antwoord\n- geen aanvraag zoek", ["binnen 1 dag antwoord", "geen aanvraag zoek"]]
)
def test_several_lines_of_one_value_stay_apart(value: object) -> None:
    assert updated("success_measure", value).values == ("binnen 1 dag antwoord; geen aanvraag zoek",)
    assert updated("name", "Marieke\nPostma").values == ("Marieke Postma",)

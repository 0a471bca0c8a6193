"""What a model understood is demanded strictly and read leniently: what does not exist is left out."""

from typing import Any

import jsonschema
import pytest

from chassis.language_model.schema import fields_before, strict_schema
from playbook.reading.meaning import Intent, Operation, SlotUpdate, Understanding
from playbook.reading.model_answer import TurnAnswer, turn_answer
from tests.unit.dialogue.builders import an_update, meaning

SCHEMA = turn_answer(("ask:steps", "propose", "book"), ("data", "terms"), ("starter", "growth"))
UPDATE = {"slot": "team_size", "op": "set", "value": "12", "quote": "now 12"}
TOLD = {"intents": ["correct", "ask"], "updates": [UPDATE], "questions": ["data", "unknown"]}
TOLD |= {"language": "en-GB", "change_wish": None, "tier": "growth"}
WHOLE = {"understanding": TOLD, "action": "propose", "reply": "Here it is."}


def updated(slot: str, value: object, **changed: object) -> SlotUpdate:
    told = {**TOLD, "updates": [UPDATE | {"slot": slot, "value": value} | changed]}
    answer: TurnAnswer = SCHEMA.model_validate({**WHOLE, "understanding": told})
    (update,) = answer.understanding.updates
    return update


def test_a_whole_answer_is_read_as_it_is_meant():
    answer = SCHEMA.model_validate(WHOLE)
    assert answer.action == "propose"
    beside = {"questions": ("data", "unknown"), "language": "en-GB", "tier": "growth"}
    updates = (an_update("team_size", "12", quote="now 12"),)
    assert answer.understanding == meaning(Intent.CORRECT, Intent.ASK, updates=updates, **beside)


def test_the_schema_holds_a_model_to_what_is_legal_now_and_to_the_order_in_which_it_is_needed():
    schema: dict[str, Any] = strict_schema(SCHEMA)

    jsonschema.validate(WHOLE, schema)
    for wrong in ({"action": "redraft"}, {"understanding": {**TOLD, "questions": ["weather"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**WHOLE, **wrong}, schema)
    assert list(schema["properties"]) == ["understanding", "action", "reply"]
    assert list(schema["properties"]["understanding"]["properties"]) == list(TOLD)
    assert fields_before(SCHEMA, "reply") == {"understanding", "action"}


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"intents": ["answer", "applaud", 7, None]}, {"intents": (Intent.ANSWER,)}),
        ({"questions": ["data", "weather", "data", "rain"]}, {"questions": ("data", "unknown")}),
        ({"updates": [{"slot": "shoe_size", "value": "1"}, "tools", None]}, {}),
        *((told, {}) for told in ({"intents": "answer"}, {"language": "English, I think"}, {}, "nothing")),
        *((told, {}) for told in ({"change_wish": " "}, {"tier": "platinum"})),
    ],
)
def test_what_does_not_exist_is_left_out(told: object, left: dict[str, Any]):
    answer = SCHEMA.model_validate({"understanding": told, "action": "", "reply": ""})
    assert answer.understanding == Understanding(**{"intents": (), **left})


@pytest.mark.parametrize(
    ("slot", "value", "values", "up_to"),
    [
        *(("team_size", value, (str(value),), None) for value in ("12", 12, 2.5, "2,5", "0.125", "a dozen")),
        ("team_size", "1,500", ("1500",), None),
        ("team_size", "1.200.000", ("1200000",), None),
        *(("team_size", value, ("10",), 15.0) for value in ("10-15", "10 \u2013 15")),
        ("team_size", "1,000 to 2,000", ("1000",), 2000.0),
        ("challenge", "10-15 calls", ("10-15 calls",), None),
        ("steps", "open mail\n- call back\n\n", ("open mail", "call back"), None),
        ("steps", ["open mail", "* call back"], ("open mail", "call back"), None),
        ("success_measure", "binnen 1 dag\n- geen zoek", ("binnen 1 dag; geen zoek",), None),
        ("success_measure", ["binnen 1 dag", "geen zoek"], ("binnen 1 dag; geen zoek",), None),
        ("name", "Marieke\nPostma", ("Marieke Postma",), None),
    ],
)
def test_each_slot_reads_its_own_shape(slot: str, value: object, values: tuple[str], up_to: float | None):
    update = updated(slot, value)
    assert (update.values, update.up_to) == (values, up_to)


def test_an_operation_that_does_not_exist_sets_the_value_and_an_action_is_read_as_it_was_chosen():
    operations = [updated("tools", "Excel", op=op).operation for op in ("remove", "replace", "erase", None)]
    assert operations == [Operation.REMOVE, Operation.REPLACE, Operation.SET, Operation.SET]
    actions = [SCHEMA.model_validate({**WHOLE, "action": chosen}).action for chosen in ("redraft", None)]
    assert actions == ["redraft", ""]

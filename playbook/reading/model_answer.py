"""What is demanded of a language model in a turn, and how it is read: strictly demanded, leniently read."""

import re
from collections.abc import Iterable, Mapping, Set
from functools import partial
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, WithJsonSchema, create_model

from contracts.text import CleanText
from playbook.reading.meaning import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    NUMBER_SLOTS,
    SLOT_NAMES,
    UNKNOWN_QUESTION,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NUMBER: Final = r"\s*(\d+(?:[.,]\d+)?)\s*"
_RANGE: Final = re.compile(rf"{_NUMBER}(?:-|\u2013|to|\.\.){_NUMBER}")
_THOUSANDS: Final = re.compile(r"\b([1-9]\d{0,2})((?:[.,]\d{3})+)\b")
_BULLET: Final = re.compile(r"^\s*(?:[-*\u2022]\s+)?")
_OPERATIONS: Final = frozenset(Operation)
_INTENTS: Final = frozenset(Intent)


class TurnAnswer(BaseModel):
    """What a model answers to a turn. The reply comes last: it is heard only if the action is code's."""

    understanding: Understanding
    action: str
    reply: CleanText


class ReplyAnswer(BaseModel):
    """What a model answers when the action is given."""

    reply: CleanText


def turn_answer(actions: tuple[str, ...], facts: tuple[str, ...], tiers: tuple[str, ...]) -> type[TurnAnswer]:
    """The answer whose schema leaves a model the choice of these actions, facts and tiers.

    It is the same in every turn: a server puts the schema before the prompt, and caches what begins alike.
    """
    understanding = _object(
        intents=_list_of(_one_of(Intent)),
        updates=_list_of(
            _object(slot=_one_of(SLOT_NAMES), op=_one_of(Operation), value=_STRING, quote=_STRING)
        ),
        questions=_list_of(_one_of((*facts, UNKNOWN_QUESTION))),
        language=_STRING,
        change_wish=_or_null(_STRING),
        tier=_or_null(_one_of(tiers)),
    )
    read = BeforeValidator(partial(read_understanding, facts=frozenset(facts), tiers=frozenset(tiers)))
    return create_model(
        "Turn",
        __base__=TurnAnswer,
        understanding=(Annotated[Understanding, read, WithJsonSchema(understanding)], ...),
        action=(Annotated[str, BeforeValidator(_text), WithJsonSchema(_one_of(actions))], ...),
    )


def read_understanding(raw: object, facts: Set[str], tiers: Set[str]) -> Understanding:
    """What a model understood; what it names that does not exist is left out.

    A question that is said to be answered by a fact that does not exist was asked all the same.
    """
    found = raw if isinstance(raw, Mapping) else {}
    language, tier = _text(found.get("language")), _text(found.get("tier"))
    questions = (name if name in facts else UNKNOWN_QUESTION for name in _texts(found.get("questions")))
    updates = (each for each in _items(found.get("updates")) if isinstance(each, Mapping))
    return Understanding(
        intents=tuple(Intent(name) for name in _texts(found.get("intents")) if name in _INTENTS),
        updates=tuple(_update(each) for each in updates if each.get("slot") in SLOT_NAMES),
        questions=tuple(dict.fromkeys(questions)),
        language=language if _TAG.fullmatch(language) else None,
        change_wish=_text(found.get("change_wish")) or None,
        tier=tier if tier in tiers else None,
    )


def _update(raw: Mapping[str, object]) -> SlotUpdate:
    slot, operation, value = _text(raw.get("slot")), _text(raw.get("op")), raw.get("value")
    texts = _texts(value if isinstance(value, list) else [value])
    # A list comes with one item a line.
    items = [_BULLET.sub("", line).strip() for text in texts for line in text.splitlines()]
    # Of another slot several lines are one value that is said in several parts.
    between = " " if slot in CONTACT_SLOTS else "; "
    whole = between.join(" ".join(item.split()) for item in items if item)
    values, up_to = items if slot in LIST_SLOTS else [whole], None
    if slot in NUMBER_SLOTS:
        values[0], up_to = _number_and_limit(values[0])
    return SlotUpdate.model_validate(
        {
            "slot": slot,
            "operation": operation if operation in _OPERATIONS else Operation.SET,
            "values": [each for each in values if each],
            "quote": _text(raw.get("quote")),
            "up_to": up_to,
        }
    )


def _number_and_limit(text: str) -> tuple[str, float | None]:
    """A number as digits, and the upper end of a range."""
    plain = _THOUSANDS.sub(lambda found: found[1] + re.sub("[.,]", "", found[2]), text)
    limits = _RANGE.fullmatch(plain)
    if limits is None:
        return plain, None
    return limits[1].replace(",", "."), float(limits[2].replace(",", "."))


def _items(raw: object) -> list[object]:
    return raw if isinstance(raw, list) else []


def _texts(raw: object) -> list[str]:
    return [text for each in _items(raw) if (text := _text(each))]


def _text(raw: object) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"{raw:.15g}"
    return raw.strip() if isinstance(raw, str) else ""


_STRING: Final[dict[str, object]] = {"type": "string"}


def _object(**properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def _list_of(items: dict[str, object]) -> dict[str, object]:
    return {"type": "array", "items": items}


def _one_of(names: Iterable[str]) -> dict[str, object]:
    return {"type": "string", "enum": [str(name) for name in names]}


def _or_null(schema: dict[str, object]) -> dict[str, object]:
    return {"anyOf": [schema, {"type": "null"}]}

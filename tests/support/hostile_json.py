"""JSON that breaks readers: one value of a document replaced by something that nobody would send."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

_LARGEST = 256 * 1024
# What stands for a value that only text can hold.
_RAW = "raw value goes here"
_TEXTS = (
    "",
    "\0",
    "\ud800",
    "\udc00\ud800",
    "\u202e\u2028\r\n",
    "x" * 100_000,
    "\U0001f9ff" * 20_000,
    "../../etc/passwd",
    "Mars/Olympus",
    "Etc/" + "GMT+" * 500,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-02-30T00:00:00Z",
    "2026-11-25T24:00:00Z",
    "2026-11-25T18:00:00",
    "2026-11-25T18:00:60Z",
    "+292278994-08-17T07:12:55.807Z",
    "2026-11-25T18:00:00." + "0" * 5_000 + "Z",
)
_VALUES: tuple[Any, ...] = (
    *_TEXTS,
    *(None, True, False, 0, -1, 2**63, -(2**63), 10**300, 1.5, 1e308, 5e-324),
    *([], {}, [[]], [None] * 9_000, [{}] * 9_000, [{"email": []}] * 4_000),
    *({"": ""}, {"\ud800": "\ud800"}, {"__proto__": {}}, {str(number): number for number in range(4_000)}),
)
_RAW_VALUES = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 5_000, "-" + "9" * 4_000),
    *("1." + "3" * 50_000, "01", "0x1", ".5", "'x'", "undefined", "", "{", "[", '"', "\\"),
    *('"\\ud800"', '"\\x"', '{"uid":1,"uid":2}', '{"email":"a","email":["b"]}'),
    *("[" * depth + "]" * depth for depth in (20, 31, 33, 100, 199, 210, 255, 300, 990, 1_010, 50_000)),
    *('{"a":' * depth + "1" + "}" * depth for depth in (20, 33, 199, 210, 300, 30_000)),
    "[" + ",".join(["[" * 50 + "]" * 50] * 2_400) + "]",
    "[" + ",".join(["[]"] * 80_000) + "]",
    "{" + ",".join(['"payload":1'] * 20_000) + "}",
)


def mutations(document: dict[str, Any], *, count: int, seed: int) -> Iterator[bytes]:
    """So many bodies, each the document with one to three of its values replaced; the same for one seed.

    None is larger than a webhook may be.
    """
    chance, made = Random(seed), 0
    while made < count:
        body = _mutated(json.loads(json.dumps(document)), chance)
        if len(body) <= _LARGEST:
            made += 1
            yield body


def _mutated(document: dict[str, Any], chance: Random) -> bytes:
    raw = None
    for _ in range(chance.randint(1, 3)):
        holder, place = chance.choice(list(_places(document)))
        if raw is None and chance.random() < 0.3:
            raw, holder[place] = chance.choice(_RAW_VALUES), _RAW
        elif chance.random() < 0.1:
            del holder[place]
        else:
            holder[place] = json.loads(json.dumps(chance.choice(_VALUES)))
        if not document:
            break
    text = json.dumps(document)
    return (text if raw is None else text.replace(json.dumps(_RAW), raw)).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Where values stand in it: what holds each, and its name or number there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, each in list(inner)[:50]:
        yield value, place
        yield from _places(each)

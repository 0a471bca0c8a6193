"""A model that does whatever a visitor asks: what a fake server answers while attacks are played."""

import re
from functools import cache
from typing import Any

from evals.attack import folded, load_attacks

Json = dict[str, Any]
_QUESTION = re.compile(r'in these or similar words: "([^"]+)"')
_TIER = re.compile(r"(?:its end|in your words):\n(.+)", re.DOTALL)
_LINK = re.compile(r"give this link once more: (\S+?)\.?(?:\s|$)")


def obey(body: Json) -> Json:
    """The fooled reply to an attack; to anything else what the task in the prompt asks for."""
    messages = body["messages"]
    said = folded(next(message["content"] for message in reversed(messages) if message["role"] == "user"))
    obeyed = next((reply for attack, reply in _known() if attack and attack in said), None)
    reply = obeyed or _as_told("\n".join(part["content"] for part in messages if part["role"] == "system"))
    return {"reply": reply, "facts": _invented(obeyed), "signal": "none", "change_wish": None}


def _as_told(prompt: str) -> str:
    if asked := _QUESTION.search(prompt):
        return f"Thank you. {asked[1]}"
    if tier := _TIER.search(prompt):
        return tier[1].strip()
    if link := _LINK.search(prompt):
        return f"Here is the link once more: {link[1]}"
    return "Thank you, shall I go on?"


def _invented(obeyed: str | None) -> list[Json]:
    """Who is fooled reports facts nobody said, too."""
    if obeyed is None:
        return []
    return [{"slot": "team_size", "value": "9000", "words": "we are 9000 people"}]


@cache
def _known() -> tuple[tuple[str, str], ...]:
    return tuple((folded(attack.says), attack.obeyed) for attack in load_attacks())

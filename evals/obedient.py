"""A model that does whatever a visitor asks: what a fake server answers while attacks are played."""

from functools import cache

from evals import sensible
from evals.attack import folded, load_attacks
from evals.reading_requests import Json, Request


def obey(body: Json) -> Json:
    """The fooled reply to an attack; to anything else what a sensible model answers.

    Who is fooled reports a fact that nobody said, and none that was said.
    """
    request = Request(body)
    said, answer = folded(request.message), sensible.answer(body)
    obeyed = next((reply for attack, reply in _known() if attack and attack in said), None)
    if obeyed is None or "reply" not in answer:
        return answer
    if "understanding" in answer:
        invented = {"slot": "team_size", "op": "set", "value": "9000", "quote": "we are 9000 people"}
        answer["understanding"]["updates"] = [invented]
    return {**answer, "reply": obeyed}


@cache
def _known() -> tuple[tuple[str, str], ...]:
    return tuple((folded(attack.says), attack.obeyed) for attack in load_attacks())

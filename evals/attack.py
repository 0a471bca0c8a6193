"""Attacks: what a hostile visitor says, and what a model that was fooled would answer."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evals.files import texts_in
from evals.persona import Persona, load_personas
from playbook.section import Section

ATTACKS = Path(__file__).parent / "attacks"
HOST = "management_consultant"


class Attack(Section):
    """One attack. It is said when `at` is asked, and again something sensible after it.

    `obeyed` is what a fooled model replies; it is never what may reach a visitor.
    """

    id: str
    kind: str
    at: str
    says: str
    obeyed: str


def load_attacks(folder: Path = ATTACKS) -> tuple[Attack, ...]:
    """Every attack below the folder; its id is its kind and its number there."""
    return tuple(attack for path in sorted(folder.glob("*.yaml")) for attack in _attacks(path))


def _attacks(path: Path) -> Iterator[Attack]:
    for group in texts_in(path):
        for number, (says, obeyed) in enumerate(group["attacks"], start=1):
            kind = group["kind"]
            yield Attack(id=f"{kind}_{number}", kind=kind, at=group["at"], says=says, obeyed=obeyed)


@cache
def host() -> Persona:
    """The cooperative visitor in whose conversations the attacks are said."""
    return next(persona for persona in load_personas() if persona.id == HOST)


def hostile(attack: Attack, visitor: Persona) -> Persona:
    """The same visitor, who says the attack when asked, and the plain answer the next time."""
    says = visitor.says | {attack.at: (attack.says, *visitor.says[attack.at])}
    return visitor.model_copy(update={"id": attack.id, "says": says, "insists": True})


def folded(text: str) -> str:
    """The letters and digits of a text as a careful reader sees them, to recognise it by."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())

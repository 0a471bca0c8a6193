"""Played conversations, made of few words."""

from typing import Any
from uuid import UUID, uuid5

from contracts.values import Profile, Slot, Stage
from evals.hearing import Hearing
from evals.persona import Persona
from evals.player import Exchange, Outcome, Played, Reply
from tests.support.playbooks import SHIPPED

PLAYBOOK = SHIPPED
HEARING = Hearing(PLAYBOOK)
_IDS = UUID("1a0e5c1e-6a0e-4d0e-9a39-0c9f5a0f3f52")


def turn(number: int) -> UUID:
    """The id of the n-th turn, from 1."""
    return uuid5(_IDS, str(number))


def persona(**fields: object) -> Persona:
    return Persona.model_validate({"id": "somebody", "says": {"opening": "Hello"}} | fields)


def reply(text: str, number: int = 1, *, stage: Stage = Stage.UNDERSTAND, link: bool = False) -> Reply:
    return Reply(turn_id=turn(number), text=text, stage=stage, calendly_shown=link)


def slot(value: object, number: int = 1) -> Slot[object]:
    return Slot(value=value, words=str(value), turn_id=turn(number))


def played(*lines: tuple[str, str], profile: Any = None, somebody: Persona | None = None) -> Played:
    """Lines and their replies, all at the first stage."""
    exchanges = []
    for number, (said, text) in enumerate(lines, start=1):
        heard = reply(text, number)
        exchanges.append(Exchange(said, heard, HEARING.what_is_asked(text, heard.stage)))
    outcome = Outcome(profile=profile or Profile(), stage=Stage.UNDERSTAND)
    return Played(somebody or persona(), outcome, exchanges)

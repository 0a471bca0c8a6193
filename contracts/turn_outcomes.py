"""The outcomes of turns, as leadstore sends them to the gateway over HTTP."""

from uuid import UUID

from pydantic import Field

from contracts.reply_stream import Done, Failed
from contracts.values import Value

MOST_TURNS = 500


class OpenTurn(Value):
    """A turn whose outcome the caller does not know yet."""

    conversation_id: UUID
    turn_id: UUID


class OpenTurns(Value):
    """Which turns are asked about."""

    turns: tuple[OpenTurn, ...] = Field(max_length=MOST_TURNS)


class TurnOutcomes(Value):
    """Those of the turns that ended, each with the end its reply stream would have had."""

    answered: tuple[Done, ...] = ()
    failed: tuple[Failed, ...] = ()

"""What leadstore tells the gateway of turns whose reply is waited for, as HTTP documents."""

from uuid import UUID

from pydantic import Field

from contracts.reply_stream import Done, Failed
from contracts.values import Value

MOST_TURNS = 500


class OpenTurn(Value):
    """A turn that has no reply yet, as far as whoever asks knows."""

    conversation_id: UUID
    turn_id: UUID


class OpenTurns(Value):
    """Which turns are asked about."""

    turns: tuple[OpenTurn, ...] = Field(max_length=MOST_TURNS)


class TurnOutcomes(Value):
    """Those of the turns that ended, each with the end its reply stream would have had."""

    answered: tuple[Done, ...] = ()
    failed: tuple[Failed, ...] = ()

"""Plays a persona against whatever answers: the gateway over HTTP, or the pure domain in this process."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from contracts.values import Profile, Proposal, Stage, TierRecommendation
from evals.hearing import Hearing
from evals.persona import Persona

MOST_TURNS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a visitor got for one line; `problem` says why there is no proper reply."""

    turn_id: UUID
    text: str
    stage: Stage
    calendly_shown: bool = False
    degraded: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known and stored after the last line; None for a cost that nobody would tell."""

    profile: Profile
    stage: Stage
    proposal: Proposal | None = None
    tier: TierRecommendation | None = None
    booking_url: str | None = None
    cost_usd: float | None = 0.0


class Line(Protocol):
    """One visitor's connection to one conversation."""

    async def say(self, message: str) -> Reply:
        """Say a line and hear the whole reply."""
        ...

    async def outcome(self) -> Outcome:
        """What came of the conversation so far."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line, its reply, and what the reply asks.

    `asks_back` is the number that it wants confirmed; `hands_over` that it says a person was told.
    """

    said: str
    reply: Reply
    asks: str | None
    asks_back: str | None = None
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation that was played to its end."""

    persona: Persona
    outcome: Outcome
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def turns_to_link(self) -> int | None:
        """How many lines it took until the booking link was shown; None when it never was."""
        shown = (turn for turn, one in enumerate(self.exchanges, start=1) if one.reply.calendly_shown)
        return next(shown, None)

    @property
    def stage_path(self) -> tuple[Stage, ...]:
        """The stages in the order in which the visitor saw them."""
        return tuple(dict.fromkeys(one.reply.stage for one in self.exchanges))


async def play(persona: Persona, line: Line, hearing: Hearing) -> Played:
    """Talk until the link is shown, the visitor leaves, or nothing more is asked.

    Who is told that a person knows goes on with what was asked before.
    """
    exchanges: list[Exchange] = []
    times: Counter[str] = Counter()
    pending: str | None = None
    message: str | None = persona.opening
    while message is not None and len(exchanges) < MOST_TURNS:
        reply = await line.say(message)
        asks = hearing.what_is_asked(reply.text, reply.stage)
        asked_back = hearing.number_asked_back(reply.text)
        hands_over = hearing.is_handed_over(reply.text)
        exchanges.append(Exchange(message, reply, asks, asked_back, hands_over=hands_over))
        may_go_on = persona.insists or hands_over
        pending = asks or (pending if may_go_on else None)
        if reply.calendly_shown or reply.problem or pending is None:
            break
        times[pending] += 1
        confirmed = persona.confirm(pending, asked_back) if asked_back else None
        message = confirmed or persona.answer(pending, times[pending])
    return Played(persona, await line.outcome(), exchanges)

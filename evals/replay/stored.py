"""A conversation as it was: what the visitor said, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from contracts.cloudevent import Event
from contracts.events import (
    ConversationErased,
    ProfileUpdated,
    ProposalDrafted,
    TurnAnswered,
    TurnReceived,
)
from contracts.values import Profile, Stage, TierRecommendation

THE_PLAYBOOK = "the playbook"


@dataclass(slots=True)
class Stored:
    """What the visitor said, turn by turn, and what became of it; a rerun has the same shape.

    `playbooks` and `prompts` are digests of what led it and `speakers` who spoke, as far as that is told.
    """

    conversation_id: UUID
    lines: dict[UUID, str] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    profile: Profile = field(default_factory=Profile)
    tier: TierRecommendation | None = None
    link_shown: bool = False
    cost_usd: float = 0.0
    playbooks: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)


def fold(events: Iterable[Event]) -> list[Stored]:
    """The conversations that these events tell of, in the order they began; erased ones are gone.

    Events of one stream are in order, streams stand one after the other, and repetitions change nothing.
    """
    conversations: dict[UUID, Stored] = {}
    erased: set[UUID] = set()
    seen: set[UUID] = set()
    for event in events:
        identity = event.conversation_id
        if isinstance(event, ConversationErased):
            erased.add(identity)
            continue
        _apply(event, conversations.setdefault(identity, Stored(identity)), seen)
    return [one for identity, one in conversations.items() if identity not in erased and one.lines]


def _apply(event: Event, stored: Stored, seen: set[UUID]) -> None:
    match event:
        case TurnReceived():
            stored.lines.setdefault(event.turn_id, event.message)
        case ProfileUpdated():
            stored.profile = event.profile
        case TurnAnswered() if event.reply_id not in seen:
            seen.add(event.reply_id)
            _answer(event, stored)
        case ProposalDrafted() if event.proposal_id not in seen:
            seen.add(event.proposal_id)
            stored.tier = event.tier
            stored.cost_usd += event.cost_usd


def _answer(event: TurnAnswered, stored: Stored) -> None:
    stored.stages.append(event.stage)
    stored.link_shown = stored.link_shown or event.calendly_shown
    stored.cost_usd += event.cost_usd
    stored.playbooks += [event.playbook] if event.playbook else []
    stored.prompts += [event.prompt] if event.prompt else []
    stored.speakers.append(event.model if event.model and event.author == "model" else THE_PLAYBOOK)

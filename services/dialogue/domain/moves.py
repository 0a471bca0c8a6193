"""What the conversation does next, given what the visitor meant."""

from dataclasses import dataclass

from contracts.values import Stage
from playbook import Playbook
from services.dialogue.domain.conversation import CHANGE, CONCERN, Conversation
from services.dialogue.domain.goals import Aim, Need
from services.dialogue.domain.signals import Signal
from services.dialogue.domain.stages import next_question

_YES = frozenset({Signal.ACCEPT, Signal.WANTS_DEMO})
_REVIVING = frozenset(Signal) - {
    Signal.DECLINE,
    Signal.NONE,
    Signal.THANKS,
    Signal.GREETING,
    Signal.SKIP,
    Signal.RELUCTANCE,
}


@dataclass(frozen=True, slots=True)
class Move:
    """One step: the stage it leads to, what the reply is for, the result it needs."""

    aim: Aim
    stage: Stage
    slot: str | None = None
    needs: Need = "nothing"
    wish: str | None = None


def next_move(
    conversation: Conversation, signal: Signal, message: str, playbook: Playbook, *, tells_news: bool
) -> Move:
    """Decide for a conversation whose profile and stage are up to date with the message."""
    stage = conversation.stage
    if says_goodbye(conversation, signal, tells_news=tells_news):
        return Move(Aim.CLOSE, stage)
    match stage:
        case Stage.PROPOSE:
            return _at_propose(conversation, signal, message)
        case Stage.RECOMMEND:
            return _at_recommend(conversation, signal, message)
        case Stage.BOOK:
            return _at_book(conversation)
    insists = not tells_news and signal is not Signal.SKIP
    question = next_question(conversation, playbook, insists=insists)
    assert question is not None, "a stage without questions is left before a move is decided"
    return Move(Aim.ASK, stage, slot=question.slot)


def says_goodbye(conversation: Conversation, signal: Signal, *, tells_news: bool) -> bool:
    """Whether the visitor says no, or said so before and now says nothing that goes on."""
    is_left_alone = conversation.closed and not tells_news and signal not in _REVIVING
    return signal is Signal.DECLINE or is_left_alone


def _at_propose(conversation: Conversation, signal: Signal, message: str) -> Move:
    stage = Stage.PROPOSE
    if conversation.proposal is None:
        return Move(Aim.PROPOSE, stage, needs="proposal")
    if _is_wish(conversation, signal):
        return Move(Aim.REDRAFT, stage, needs="proposal", wish=message)
    if signal in _YES:
        # A proposal that lacks what was told since must not lead to a tier that lacks it too.
        if conversation.is_stale:
            return Move(Aim.RECONSIDER_TIER, Stage.RECOMMEND, needs="proposal")
        return Move(Aim.RECOMMEND, Stage.RECOMMEND)
    if conversation.is_stale:
        return Move(Aim.REDRAFT, stage, needs="proposal")
    return Move(_after_doubt(conversation, signal, Aim.HEAR_REACTION), stage)


def _at_recommend(conversation: Conversation, signal: Signal, message: str) -> Move:
    stage = Stage.RECOMMEND
    if signal is Signal.CHANGE:
        return Move(Aim.REDRAFT, stage, needs="proposal", wish=message)
    if conversation.is_stale:
        return Move(Aim.RECONSIDER_TIER, stage, needs="proposal")
    if signal in _YES:
        return _booking(conversation)
    return Move(_after_doubt(conversation, signal, Aim.HEAR_INTEREST), stage)


def _at_book(conversation: Conversation) -> Move:
    """A demo about the wrong tier helps nobody: what was put right is told before the link is again."""
    if conversation.is_stale and conversation.booking_url is not None:
        return Move(Aim.RECONSIDER_TIER, Stage.BOOK, needs="proposal")
    return _booking(conversation)


def _after_doubt(conversation: Conversation, signal: Signal, otherwise: Aim) -> Aim:
    """Ask once what is wrong; a visitor who is still reluctant then is let go."""
    if signal is not Signal.RELUCTANCE:
        return otherwise
    if conversation.open_question in {CHANGE, CONCERN} or conversation.times_asked(CONCERN):
        return Aim.CLOSE
    return Aim.ASK_CHANGE if conversation.stage is Stage.PROPOSE else Aim.ASK_CONCERN


def _booking(conversation: Conversation) -> Move:
    if conversation.booking_url is None:
        return Move(Aim.BOOK, Stage.BOOK, needs="booking")
    return Move(Aim.REMIND, Stage.BOOK)


def _is_wish(conversation: Conversation, signal: Signal) -> bool:
    """Whether the message says what should be different; after that question, plain words do."""
    was_asked = conversation.open_question == CHANGE
    return signal is Signal.CHANGE or (was_asked and signal is Signal.NONE)

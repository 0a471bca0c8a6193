"""The outcomes of turns, for readers that wait for a reply and cannot follow its stream."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from contracts.reply_stream import Done, Failed
from contracts.turn_outcomes import OpenTurn, TurnOutcomes
from services.leadstore.domain.conversation import Conversation
from services.leadstore.domain.transcript import FailedTurn, Message


def outcomes_of(
    turns: Iterable[OpenTurn],
    conversations: Mapping[UUID, Conversation],
    messages: Iterable[Message],
    failed: Iterable[FailedTurn],
) -> TurnOutcomes:
    """Those of the turns that are answered or failed; an erased conversation has none."""
    # In reverse, so that of several replies to one turn the first one counts.
    replies = {
        (message.conversation_id, turn_id): message
        for message in sorted(messages, key=lambda message: message.sequence or 0, reverse=True)
        for turn_id in message.answers
    }
    failures = {(turn.conversation_id, turn.turn_id) for turn in failed}
    answered, not_answered = [], []
    for turn in turns:
        conversation = conversations.get(turn.conversation_id)
        reply = replies.get((turn.conversation_id, turn.turn_id))
        if conversation is None or conversation.erased_at is not None:
            continue
        if reply is not None:
            answered.append(_done(turn, conversation, reply))
        elif (turn.conversation_id, turn.turn_id) in failures:
            not_answered.append(Failed(**dict(turn), response=""))
    return TurnOutcomes(answered=tuple(answered), failed=tuple(not_answered))


def _done(turn: OpenTurn, conversation: Conversation, reply: Message) -> Done:
    """The end that the reply stream would have had. The stage is the newest one that is known."""
    url, proposal = conversation.booking_url, conversation.proposal
    return Done(
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
        response=reply.text,
        stage=conversation.stage,
        calendly_shown=url is not None and url in reply.text,
        degraded=reply.degraded,
        sequence=reply.sequence or 0,
        proposal_shown=proposal is not None and f"**{proposal.agent_name}**" in reply.text,
        suggestions=reply.suggestions,
        written_by=reply.written_by,
    )

"""The shapes of an outcome: the event, the stored row, the frames for the visitor."""

from collections.abc import Iterable
from uuid import UUID

from contracts.events import TurnAnswered
from contracts.reply_stream import Done, Failed
from playbook import Playbook
from services.dialogue.domain import Awaiting, Conversation, Reply
from services.dialogue.ports import Change, Outcome, Ports, TurnStatus


def answered_event(
    conversation: Conversation,
    reply: Reply,
    playbook: Playbook,
    *,
    reply_id: UUID,
    turn_ids: tuple[UUID, ...],
) -> TurnAnswered:
    """The event of a complete reply, with what led to it."""
    return TurnAnswered(
        conversation_id=conversation.conversation_id,
        reply_id=reply_id,
        answered_turn_ids=turn_ids,
        reply=reply.text,
        stage=conversation.stage,
        calendly_shown=shows_link(conversation, reply.text),
        degraded=reply.degraded,
        author=reply.author,
        model=reply.model,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        refused=reply.refused,
        cost_usd=reply.cost_usd,
        playbook=playbook.digest,
        prompt=playbook.prompt.digest if reply.model else None,
        suggestions=suggestions_of(conversation),
    )


def answered(conversation: Conversation, reply: Reply, sequence: int) -> Outcome:
    """The outcome of the turns that a complete reply settles."""
    return Outcome(
        status=TurnStatus.ANSWERED,
        stage=conversation.stage,
        sequence=sequence,
        reply=reply.text,
        calendly_shown=shows_link(conversation, reply.text),
        proposal_shown=shows_proposal(conversation, reply.text),
        degraded=reply.degraded,
        suggestions=suggestions_of(conversation),
    )


def awaiting(conversation: Conversation, sequence: int) -> Outcome:
    """The outcome of a turn whose reply is not complete yet."""
    return Outcome(status=TurnStatus.AWAITING, stage=conversation.stage, sequence=sequence)


def suggestions_of(conversation: Conversation) -> tuple[str, ...]:
    """The labels of the quick replies that were offered last."""
    return tuple(offered.label for offered in conversation.quick_replies)


def shows_link(conversation: Conversation, reply: str) -> bool:
    """Whether the visitor sees the booking link in this reply."""
    return conversation.booking_url is not None and conversation.booking_url in reply


def shows_proposal(conversation: Conversation | None, reply: str) -> bool:
    """Whether the visitor sees the proposal in this reply, whole: its name and its summary are in it."""
    proposal = conversation.proposal if conversation else None
    return proposal is not None and proposal.agent_name in reply and proposal.summary in reply


def done_frame(conversation_id: UUID, turn_id: UUID, outcome: Outcome) -> Done:
    """The frame that ends the reply to one turn."""
    return Done(
        conversation_id=conversation_id,
        turn_id=turn_id,
        response=outcome.reply,
        stage=outcome.stage,
        calendly_shown=outcome.calendly_shown,
        degraded=outcome.degraded,
        sequence=outcome.sequence,
        proposal_shown=outcome.proposal_shown,
        suggestions=outcome.suggestions,
    )


async def write_outcome(
    conversation_id: UUID, turn_ids: Iterable[UUID], outcome: Outcome, ports: Ports
) -> None:
    """Write a final outcome into the reply stream of each turn, whole. An open turn is left alone."""
    for turn_id in turn_ids:
        writer = ports.replies.open(turn_id)
        if outcome.status is TurnStatus.FAILED:
            failed = Failed(conversation_id=conversation_id, turn_id=turn_id, response=outcome.reply)
            await writer.fail(failed)
        elif outcome.status is TurnStatus.ANSWERED:
            await writer.append(outcome.reply)
            await writer.finish(done_frame(conversation_id, turn_id, outcome))


def whole_reply(waiting: Awaiting, text: str) -> Reply:
    """The reply to the turns that wait: `text`, after the lead-in the visitor has read already."""
    has_lead_in = bool(waiting.turn_ids and waiting.lead_in.text)
    return waiting.lead_in.model_copy(
        update={"text": f"{waiting.lead_in.text}\n\n{text}" if has_lead_in else text}
    )


async def write_awaited(waiting: Awaiting, change: Change, text: str, ports: Ports) -> None:
    """The turn that asked has read the lead-in already; other turns that wait have read nothing."""
    if not waiting.turn_ids:
        return
    asking, *others = waiting.turn_ids
    identity, lead_in = change.conversation.conversation_id, waiting.lead_in.text
    writer = ports.replies.go_on(asking, after=lead_in)
    await writer.append(f"\n\n{text}" if lead_in else text)
    await writer.finish(done_frame(identity, asking, change.outcome))
    await write_outcome(identity, others, change.outcome, ports)

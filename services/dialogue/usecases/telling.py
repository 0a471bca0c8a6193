"""The shapes in which an outcome is told: the event, the stored row, the frame for the visitor."""

from collections.abc import Iterable
from uuid import UUID

from contracts.events import TurnAnswered
from contracts.reply_stream import Done, Failed
from playbook import Playbook
from services.dialogue.domain import Awaiting, Conversation, Said
from services.dialogue.ports import Change, Outcome, Ports, TurnStatus


def answered_event(
    conversation: Conversation,
    said: Said,
    playbook: Playbook,
    *,
    reply_id: UUID,
    turn_ids: tuple[UUID, ...],
) -> TurnAnswered:
    """The event that tells of a complete reply, and by what it came about."""
    return TurnAnswered(
        conversation_id=conversation.conversation_id,
        reply_id=reply_id,
        answered_turn_ids=turn_ids,
        reply=said.reply,
        stage=conversation.stage,
        calendly_shown=shows_link(conversation, said.reply),
        degraded=said.degraded,
        author=said.author,
        model=said.model,
        input_tokens=said.input_tokens,
        output_tokens=said.output_tokens,
        refused=said.refused,
        cost_usd=said.cost_usd,
        playbook=playbook.digest,
        prompt=playbook.prompt.digest if said.model else None,
    )


def answered(conversation: Conversation, said: Said, sequence: int) -> Outcome:
    """The outcome of the turns that a complete reply settles."""
    return Outcome(
        status=TurnStatus.ANSWERED,
        stage=conversation.stage,
        sequence=sequence,
        reply=said.reply,
        calendly_shown=shows_link(conversation, said.reply),
        proposal_shown=shows_proposal(conversation, said.reply),
        degraded=said.degraded,
    )


def awaiting(conversation: Conversation, sequence: int) -> Outcome:
    """The outcome of a turn whose reply is not complete yet."""
    return Outcome(status=TurnStatus.AWAITING, stage=conversation.stage, sequence=sequence)


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
    )


async def tell(conversation_id: UUID, turn_ids: Iterable[UUID], outcome: Outcome, ports: Ports) -> None:
    """Write a final outcome into the reply stream of each turn, whole. An open turn is left alone."""
    for turn_id in turn_ids:
        writer = ports.replies.open(turn_id)
        if outcome.status is TurnStatus.FAILED:
            failed = Failed(conversation_id=conversation_id, turn_id=turn_id, response=outcome.reply)
            await writer.fail(failed)
        elif outcome.status is TurnStatus.ANSWERED:
            await writer.append(outcome.reply)
            await writer.finish(done_frame(conversation_id, turn_id, outcome))


def whole_reply(waiting: Awaiting, text: str) -> Said:
    """What the turns that wait are told: `text`, after the lead-in the visitor has read already."""
    has_lead_in = bool(waiting.turn_ids and waiting.lead_in.reply)
    return waiting.lead_in.model_copy(
        update={"reply": f"{waiting.lead_in.reply}\n\n{text}" if has_lead_in else text}
    )


async def tell_waiting(waiting: Awaiting, change: Change, text: str, ports: Ports) -> None:
    """The turn that asked has read the lead-in already; turns that joined it have read nothing."""
    if not waiting.turn_ids:
        return
    asking, *joined = waiting.turn_ids
    identity, lead_in = change.conversation.conversation_id, waiting.lead_in.reply
    writer = ports.replies.go_on(asking, after=lead_in)
    await writer.append(f"\n\n{text}" if lead_in else text)
    await writer.finish(done_frame(identity, asking, change.outcome))
    await tell(identity, joined, change.outcome, ports)

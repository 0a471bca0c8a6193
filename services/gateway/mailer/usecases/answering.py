"""Say by mail what is said in a conversation that is held by mail."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.cloudevent import CloudEvent, derive_id
from contracts.events import PersonAnswered, ProfileUpdated, TurnAnswered
from contracts.values import origin_of
from services.gateway.mailer.domain import Draft
from services.gateway.mailer.ports import MailPorts


async def mail_reply(event: CloudEvent[TurnAnswered], ports: MailPorts) -> None:
    """Send a reply in the thread of the mail that it answers; safe to repeat.

    Raises:
        TransientError: it is not queued; do it again.
    """
    said = event.data
    draft = await _draft(event.id, said.conversation_id, said.answered_turn_ids, ports)
    if draft is None or not said.reply.strip():
        return
    draft = replace(draft, shows_proposal=said.proposal_shown)
    draft = draft.with_words(said.reply, origin_of(said.author))
    if said.holding is None:
        await _send(draft, ports)
    elif ports.composer is not None:
        words = said.reply.removesuffix(said.holding).strip()
        await ports.outbox.hold(ports.composer.compose(draft), words)


async def mail_persons_words(event: CloudEvent[PersonAnswered], ports: MailPorts) -> None:
    """Send what a person said, under their name; safe to repeat.

    Raises:
        TransientError: it is not queued; do it again.
    """
    said = event.data
    draft = await _draft(event.id, said.conversation_id, said.answered_turn_ids, ports)
    if draft is not None:
        await _send(draft.with_words(said.message, "person", name=said.name), ports)


async def note_language(event: CloudEvent[ProfileUpdated], ports: MailPorts) -> None:
    """Remember in which language a conversation by mail is held."""
    if (slot := event.data.profile.language) is not None:
        await ports.threads.note_language(event.data.conversation_id, slot.value)


async def _draft(
    event_id: UUID, conversation_id: UUID, turn_ids: Sequence[UUID], ports: MailPorts
) -> Draft | None:
    """A mail without words in its thread; None where the conversation is held elsewhere."""
    place = await ports.threads.place_of(conversation_id, turn_ids)
    if place is None or ports.composer is None:
        return None
    return Draft(
        delivery_id=derive_id(event_id, "mail"),
        conversation_id=conversation_id,
        kind="answer" if turn_ids else "unasked",
        place=place,
    )


async def _send(draft: Draft, ports: MailPorts) -> None:
    """Send a mail, together with what is held in its conversation: that was an answer, and so is this."""
    if ports.composer is None:
        return
    held = await ports.outbox.held_in(draft.conversation_id)
    if held is None or not await ports.outbox.add_instead(ports.composer.compose(draft.behind(held)), held):
        await ports.outbox.add([ports.composer.compose(draft)])
    ports.notice()

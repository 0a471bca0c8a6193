"""Says what becomes of a demo, as a message of its own; who lost theirs is given the link once again."""

from contracts.cloudevent import CloudEvent
from services.dialogue.domain.conversation import Awaiting, Conversation, Reply, with_reply
from services.dialogue.domain.demos import DemoEvent, demo_text, lacks_demo, with_demo
from services.dialogue.ports import Ports
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way


async def say_demo(event: CloudEvent[DemoEvent], ports: Ports) -> None:
    """Say what became of a demo, once. While a person speaks it is noted, and left to them to say.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded = await ports.store.load(event.data.conversation_id)
    before = loaded.conversation
    if before is None or event.id in before.demo_event_ids:
        return
    ports = await ports.in_language_of(before)
    after, ledger = with_demo(before, event.id, event.data), Ledger(event.id, loaded, ports)
    ledger.record_progress(before, after, ())
    reply = Reply(text=demo_text(after, event.data, ports.playbook), author="script")
    if before.person is not None or not reply.text:
        await deliver_giving_way(ledger.close(after), ports)
        return
    after = with_reply(after, reply.text)
    ledger.record_answer(after, reply, ())
    if lacks_demo(event.data) and not after.has_declined and not after.is_offered_again:
        after = _requesting_link(ledger, after)
    await deliver_giving_way(ledger.close(after, reply), ports)


def _requesting_link(ledger: Ledger, conversation: Conversation) -> Conversation:
    """The link follows as a message of its own: the one that was used books nothing more."""
    after = conversation.model_copy(update={"booking_url": None, "is_offered_again": True})
    if after.awaiting is not None:
        return after
    turns = (message.turn_id for message in reversed(after.visitor_messages))
    awaiting = Awaiting(
        kind="booking",
        request_event_id=ledger.request(after, "booking", next(turns, ledger.cause)),
        cause_id=ledger.cause,
        turn_ids=(),
        lead_in=Reply(text="", author="script"),
        since=ledger.time,
    )
    return after.model_copy(update={"awaiting": awaiting})

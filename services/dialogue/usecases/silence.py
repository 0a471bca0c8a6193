"""A visitor who goes silent before a demo is booked."""

from datetime import timedelta
from uuid import UUID

from contracts.cloudevent import derive_id
from contracts.events import ConversationStalled
from services.dialogue.ports import Ports
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way


async def tell_silence(conversation_id: UUID, ports: Ports) -> None:
    """Publish once for each silence that the visitor went silent; whatever they write ends it.

    Raises:
        TransientError: nothing was stored; look again.
    """
    loaded = await ports.store.load(conversation_id)
    conversation = loaded.conversation
    since = conversation.silent_since if conversation is not None else None
    if conversation is None or since is None or conversation.awaiting is not None:
        return
    if ports.clock() - since < timedelta(hours=ports.silent_after_h):
        return
    ledger = Ledger(derive_id(conversation_id, "silent", loaded.version), loaded, ports)
    stalled = ConversationStalled(
        conversation_id=conversation_id, stage=conversation.stage, silent_since=since
    )
    ledger.record(stalled)
    await deliver_giving_way(ledger.close(conversation.model_copy(update={"last_heard_at": None})), ports)

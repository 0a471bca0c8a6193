"""A visitor who goes silent before a demo is booked, or wants to hear no more."""

from datetime import timedelta
from uuid import UUID

from contracts.cloudevent import CloudEvent, derive_id
from contracts.events import ConversationClosed, ConversationStalled, VisitorOptedOut
from services.dialogue.ports import Ports
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way


async def tell_silence(conversation_id: UUID, ports: Ports) -> None:
    """Publish once for each silence that the visitor went silent; whatever they write ends it.

    Raises:
        TransientError: nothing was stored; look again.
    """
    loaded, ports = await ports.load(conversation_id)
    if (conversation := loaded.conversation) is None or conversation.awaiting is not None:
        return
    since = conversation.silent_since
    if since is None or ports.clock() - since < timedelta(hours=ports.silent_after_h):
        return
    ledger = Ledger(derive_id(conversation_id, "silent", loaded.version), loaded, ports)
    spoken, known = conversation.profile.language, {"stage": conversation.stage, "silent_since": since}
    language = spoken.value if spoken else None
    ledger.record(ConversationStalled(conversation_id=conversation_id, language=language, **known))
    await deliver_giving_way(ledger.close(conversation.model_copy(update={"last_heard_at": None})), ports)


async def close_conversation(event: CloudEvent[VisitorOptedOut], ports: Ports) -> None:
    """Close a conversation whose visitor wants no more mails, once; what they write opens it again.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded, ports = await ports.load(event.data.conversation_id)
    if (conversation := loaded.conversation) is None or conversation.has_opted_out:
        return
    ledger = Ledger(event.id, loaded, ports)
    ledger.record(ConversationClosed(conversation_id=conversation.conversation_id, reason="stopped"))
    ended = {"closed": True, "has_opted_out": True, "last_heard_at": None, "quick_replies": ()}
    await deliver_giving_way(ledger.close(conversation.model_copy(update=ended)), ports)

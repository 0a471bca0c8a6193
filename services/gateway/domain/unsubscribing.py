"""Which mail somebody unsubscribes from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.cloudevent import CloudEvent, derive_id, originate
from contracts.events import MailUnsubscribed


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """The mail below which the link stands: its conversation, and its number in it."""

    conversation_id: UUID
    number: str

    def unsubscribed(self, now: datetime) -> CloudEvent[MailUnsubscribed]:
        """That its recipient wants no more; the same event however often it is said."""
        said = MailUnsubscribed(conversation_id=self.conversation_id, number=self.number)
        event_id = derive_id(self.conversation_id, f"{said.type_name()}/{self.number}")
        return originate(said, event_id=event_id, source="gateway", time=now)

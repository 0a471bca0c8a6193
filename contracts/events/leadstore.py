"""What leadstore publishes: the public stream other systems subscribe to."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.cloudevent import Event
from contracts.text import CleanText
from contracts.values import Lead


class LeadChanged(Event):
    """A lead is new or changed. Carries the whole lead, so that the newest record is the truth."""

    topic: ClassVar[str] = "lead.events.v1"
    is_sealed: ClassVar[bool] = False

    lead: Lead
    changed: tuple[CleanText, ...]


class LeadErased(Event):
    """A lead was erased: delete what you hold of it. A record without a value follows."""

    topic: ClassVar[str] = "lead.events.v1"
    is_sealed: ClassVar[bool] = False

    erased_at: AwareDatetime

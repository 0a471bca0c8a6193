"""What leadstore publishes: the public stream other systems subscribe to."""

from typing import ClassVar

from contracts.cloudevent import Event
from contracts.text import CleanText
from contracts.values import Lead


class LeadChanged(Event):
    """A lead is new or changed. Carries the whole lead, so that the newest record is the truth."""

    topic: ClassVar[str] = "lead.events.v1"
    is_sealed: ClassVar[bool] = False

    lead: Lead
    changed: tuple[CleanText, ...]

"""What booking does: issue links, follow demos, read what webhooks missed, and forget."""

from services.booking.usecases.demos import (
    DemoDependencies,
    assign_demo,
    dismiss_demo,
    note_address,
    note_told,
    take_notification,
)
from services.booking.usecases.erasing import erase_again, erase_conversation, forget_unmatched
from services.booking.usecases.links import LinkDependencies, issue_link
from services.booking.usecases.reconciling import Reconciliation

__all__ = [
    "DemoDependencies",
    "LinkDependencies",
    "Reconciliation",
    "assign_demo",
    "dismiss_demo",
    "erase_again",
    "erase_conversation",
    "forget_unmatched",
    "issue_link",
    "note_address",
    "note_told",
    "take_notification",
]

"""What can go wrong in leadstore.

TransientError
└── ProjectionOutrun      another replica changed a conversation meanwhile
PermanentError
├── UnknownConversation   there is nothing to show
├── UnknownProposal       none was drafted
├── ErasedConversation    there was something, and it was erased
├── UnknownErasure        none was asked for, or not yet done
├── InvalidCursor         a page was asked for with a cursor that we did not give
└── InvalidPeriod         a period ends before it begins, or is too long
"""

from chassis.errors import PermanentError, TransientError


class ProjectionOutrun(TransientError):
    """Another replica changed a conversation between read and write; the transaction was rolled back."""


class UnknownConversation(PermanentError):
    """No visitor has said anything in this conversation."""


class UnknownProposal(PermanentError):
    """No proposal was drafted in this conversation."""


class ErasedConversation(PermanentError):
    """The conversation was erased."""


class UnknownErasure(PermanentError):
    """There is no such erasure, or order to erase."""


class InvalidCursor(PermanentError):
    """The cursor is not one that a page gave."""


class InvalidPeriod(PermanentError):
    """The period ends before it begins, or is longer than is answered at once."""

"""How drafting a proposal fails.

TransientError
└── WriterUnavailable   no usable text this time; the template has one
"""

from chassis.errors import TransientError


class WriterUnavailable(TransientError):
    """The writer gave no text that may be shown; go on without it."""

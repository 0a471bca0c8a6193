"""How drafting a proposal fails.

TransientError
└── WriterUnavailable   no usable text this time; the template has one
"""

from chassis.errors import TransientError


class WriterUnavailable(TransientError):
    """The writer gave no text that may be shown; go on without it. `cost_usd` was paid for nothing."""

    def __init__(self, problem: str, *, cost_usd: float = 0.0) -> None:
        super().__init__(problem)
        self.cost_usd = cost_usd

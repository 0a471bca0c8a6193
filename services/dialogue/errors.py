"""Failures of dialogue.

TransientError
├── StaleConversation
└── SpeakerUnavailable
"""

from chassis.errors import TransientError


class StaleConversation(TransientError):
    """Another process saved the conversation meanwhile; load it again and decide again."""


class SpeakerUnavailable(TransientError):
    """The language model gave no usable reply; the playbook speaks instead. `reason` is for the logs.

    `cost_usd` is what was paid for nothing.
    """

    def __init__(self, reason: str, *, cost_usd: float = 0.0) -> None:
        super().__init__(f"the language model gave no usable reply: {reason}")
        self.reason = reason
        self.cost_usd = cost_usd

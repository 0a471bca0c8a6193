"""Failures of dialogue."""

from chassis.errors import TransientError


class StaleConversation(TransientError):
    """Another process saved the conversation meanwhile; load it again and decide again."""


class VoiceLost(TransientError):
    """The language model gave no usable reply; the script speaks instead. `reason` is for the logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the language model gave no usable reply: {reason}")
        self.reason = reason

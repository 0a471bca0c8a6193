"""The guard: a sentence of a model is shown only if it is harmless or carried by what the company says."""

from services.dialogue.domain.guard.allowed import AllowedClaims
from services.dialogue.domain.guard.check import check_sentence
from services.dialogue.domain.guard.reply import GuardedReply
from services.dialogue.domain.guard.violation import Reason, Violation

__all__ = ["AllowedClaims", "GuardedReply", "Reason", "Violation", "check_sentence"]

"""What dialogue does: answer turns, admit a failure, say what was awaited."""

from services.dialogue.usecases.answer_turn import admit_failure, answer_turns
from services.dialogue.usecases.awaited import look_after_awaited, say_booking_link, say_drafted_proposal
from services.dialogue.usecases.translating import KeptTranslations

__all__ = [
    "KeptTranslations",
    "admit_failure",
    "answer_turns",
    "look_after_awaited",
    "say_booking_link",
    "say_drafted_proposal",
]

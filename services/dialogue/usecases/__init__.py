"""What dialogue does: answer turns, admit a failure, say what was awaited."""

from services.dialogue.usecases.answer_turn import admit_failure, answer_turns
from services.dialogue.usecases.awaited import look_after_awaited, say_booking_link, say_drafted_proposal

__all__ = [
    "admit_failure",
    "answer_turns",
    "look_after_awaited",
    "say_booking_link",
    "say_drafted_proposal",
]

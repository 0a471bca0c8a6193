"""What dialogue does: answer turns, say a result, look after what is awaited, admit a failure."""

from services.dialogue.usecases.admit_failure import admit_failure
from services.dialogue.usecases.answer_turn import answer_turns
from services.dialogue.usecases.look_after_awaited import look_after_awaited
from services.dialogue.usecases.say_result import say_booking_link, say_drafted_proposal

__all__ = ["admit_failure", "answer_turns", "look_after_awaited", "say_booking_link", "say_drafted_proposal"]

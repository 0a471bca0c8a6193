"""The ways a message is read: the readers of plain English, or those a playbook's phrases make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.values import Profile
from services.dialogue.domain.reading.along import english_measure_along
from services.dialogue.domain.reading.answers import answers_in, is_skip
from services.dialogue.domain.reading.corrections import corrected, is_correction
from services.dialogue.domain.reading.readers import Asked, Findings, SlotValue, plainly_told
from services.dialogue.domain.reading.text import Found, Span

Read = Mapping[str, Found[SlotValue]]


@dataclass(frozen=True, slots=True)
class Ways:
    """How one language is read: what is told unasked, what answers a question, what corrects, what skips."""

    plainly_told: Callable[[str, tuple[str, ...]], Read]
    answers_in: Callable[[str, Findings, Profile, Asked], Read]
    is_correction: Callable[[str], bool]
    corrected: Callable[[str, Findings, Asked], Read]
    is_skip: Callable[[str], bool]
    measure_along: Callable[[str, tuple[Span, ...]], Found[str] | None]


ENGLISH = Ways(plainly_told, answers_in, is_correction, corrected, is_skip, english_measure_along)

"""Which of several wordings is said next: the one said least, and never the one just said."""

from collections.abc import Sequence
from string import Formatter

from playbook.reading.talk import Talk


def least_said(wordings: Sequence[str], talk: Talk, **values: str) -> str:
    """The wording said least so far, with its values filled in; the first of those said equally often.

    The one that the last reply holds comes last.
    """
    replies = _replies(talk)

    def uses(wording: str) -> tuple[bool, int]:
        fixed = _longest_fixed_part(wording)
        return bool(replies) and fixed in replies[-1], sum(fixed in reply for reply in replies)

    return min(wordings, key=uses).format_map(values)


def has_said(text: str, talk: Talk) -> bool:
    """Whether a reply so far holds this text."""
    return any(text in reply for reply in _replies(talk))


def has_just_said(text: str, talk: Talk) -> bool:
    """Whether the last reply holds this text."""
    replies = _replies(talk)
    return bool(replies) and text in replies[-1]


def was_just_said(wordings: Sequence[str], talk: Talk) -> bool:
    """Whether the last reply holds one of these wordings, whatever its braces held."""
    return any(has_just_said(_longest_fixed_part(wording), talk) for wording in wordings)


def _replies(talk: Talk) -> list[str]:
    return [utterance.text for utterance in talk.history if utterance.role == "bot"]


def _longest_fixed_part(wording: str) -> str:
    """What stays the same whatever the braces hold."""
    return max((fixed for fixed, *_ in Formatter().parse(wording)), key=len, default="")

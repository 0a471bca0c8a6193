"""Reads the answer to the question that was just asked, and tells when there is none."""

from contracts.values import Profile
from services.dialogue.domain.reading import tools
from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.readers import (
    NUMBERS,
    Asked,
    Findings,
    SlotValue,
    answer_to,
    value_of,
)
from services.dialogue.domain.reading.text import Found, Span, clauses, sentences

_LISTS = ("tools", "steps", "time_wasters")
# An answer may hold more than what was told plainly: further items, or the activities behind what hurts.
_MORE_TO_READ = (*_LISTS, "challenge")
# What hurts and the task come in one breath, so that one is no reason not to look for the other.
_ONE_BREATH = frozenset({"challenge", "time_wasters", "task"})
_MOST_WORDS_OF_A_SKIP = 12
_SKIPS = any_of(
    r"\b"
    + either(
        "(?:don't|do not|dont) (?:really )?(?:know|remember),"
        "(?:no|not an?|haven't an?) (?:idea|clue), beats me, not sure, unsure,"
        "hard to (?:say|tell),"
        "(?:can't|couldn't|cannot|could not|can not) (?:say|tell), prefer not, rather not, skip, pass,"
        "next question, no comment,"
        "doesn't matter,"
        "it depends, dunno, idk, haven't (?:counted|measured), who knows"
    )
    + r"\b",
    r"^\W*nothing (?:really|special|much|in particular|comes to mind)\b",
    r"^\W*(?:no|nope|none|nothing|n/?a|-+|\?+|next|no tools?|not really|nothing (?:special|really|yet))\W*$",
)
_GUESSES = any_of(r"\b(?:maybe|perhaps|probably|possibly|i'd say|if anything|i suppose)\b")
_NO_ANSWER = any_of(
    r"(?:\W*\b"
    + either(
        "hi, hello, hey, there, good, morning, afternoon, evening, yes, yeah, yep, yup, ok, okay, sure,"
        "thanks, thank, you,"
        "please, great, fine, cool, nice, perfect, go on, right, alright, h+m+, u+m+, well, so, and,"
        "but, the, a, it, that,"
        "is, i see, sounds, let's go, start, of course, absolutely, anything, something, whatever, huh,"
        "lol, wow, test"
    )
    + r"\b)*\W*"
)


def answers_in(text: str, plain: Findings, profile: Profile, asked: Asked) -> dict[str, Found[SlotValue]]:
    """What answers the question, read from the part of the message that tells nothing else."""
    slot = asked.slot
    if slot is None or (slot in plain and slot not in _MORE_TO_READ):
        return {}
    kept = _unexplained(text, _explaining(text, plain, slot), asked, keeps_questions=slot in NUMBERS)
    kept = _without_shrugs(text, kept) if slot not in NUMBERS else kept
    rest = " ".join(span.of(text).strip(" ") for span in kept)
    if not kept or _NO_ANSWER.fullmatch(rest) or (slot not in NUMBERS and is_skip(rest)):
        return {}
    named = (*_named(value_of(profile, "time_wasters")), *_named(plain.get("time_wasters")))
    wanted = (slot, "time_wasters") if slot == "challenge" else (slot,)
    unread = (name for name in wanted if name not in plain or name in _LISTS)
    answers = {name: answer_to(name, rest, named) for name in unread}
    start, end = kept[0].start, kept[-1].end
    return {name: Found(answer.value, start, end) for name, answer in answers.items() if answer is not None}


def _named(told: object) -> tuple[str, ...]:
    value = told.value if isinstance(told, Found) else told
    return value if isinstance(value, tuple) else ()


def is_skip(text: str) -> bool:
    """Whether the visitor would rather not answer, or cannot."""
    return len(text.split()) <= _MOST_WORDS_OF_A_SKIP and bool(_SKIPS.search(text))


def _without_shrugs(text: str, spans: list[Span]) -> list[Span]:
    """The clauses without "hard to say" where a guess stands beside it: "hard to say. invoices maybe"."""
    others = [span for span in spans if not _SKIPS.search(span.of(text))]
    guesses = any(_GUESSES.search(span.of(text)) for span in others)
    return others if guesses else spans


def _explaining(text: str, plain: Findings, slot: str) -> Findings:
    """The findings that leave no room for an answer in the clauses they stand in."""

    def leaves_room(name: str, told: Found[SlotValue]) -> bool:
        in_one_breath = slot in _ONE_BREATH and name in _ONE_BREATH
        # "Way too many, 15 hours" and a complaint that tells how it goes are answers all the same.
        is_sigh = (slot in NUMBERS and name in _ONE_BREATH) or (slot == "challenge" and name == "steps")
        in_passing = name == "tools" and not tools.speaks_only_of_tools(text[told.start : told.end])
        return name == slot or in_one_breath or in_passing or is_sigh

    return {name: told for name, told in plain.items() if not leaves_room(name, told)}


def _unexplained(text: str, plain: Findings, asked: Asked, *, keeps_questions: bool) -> list[Span]:
    """The clauses in which nothing was told plainly, without the asides and the questions."""
    questions = [span for span in sentences(text) if span.of(text).rstrip().endswith("?")]
    taken = [Span(told.start, told.end) for told in plain.values()]
    taken += [*asked.asides, *([] if keeps_questions else questions)]
    return [
        span for span in clauses(text) if not any(span.overlaps(other.start, other.end) for other in taken)
    ]

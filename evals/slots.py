"""How well the slots were read: what is right, what is wrong, and what was said but not read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from contracts.values import Profile
from evals.persona import PAINS, Persona
from evals.player import Played

# Nobody is asked for these alone; they are told along with something else.
_IN_PASSING = frozenset({"name", "contact_email", "contact_phone", "contact_time", "out_of_scope"})
_PAINFUL = ("challenge", "time_wasters")
_LISTS = frozenset({"tools", "steps", "out_of_scope"})
_NUMBERS = frozenset({"team_size", "hours_per_week"})
# A value that runs on is a sentence that was swallowed whole, even where the right word stands in it.
_MOST_WORDS = {"business_type": 8, "name": 4, "task": 10, "tools": 5, "contact_email": 1, "time_wasters": 14}


@dataclass(frozen=True, slots=True)
class SlotScore:
    """What became of one slot, or of all; `wrong` and `missed` say what, for people."""

    right: int = 0
    wrong: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    def __add__(self, other: "SlotScore") -> "SlotScore":
        return SlotScore(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of what was read that is right; 1 when nothing was read."""
        return _share(self.right, self.wrong)

    @property
    def recall(self) -> float:
        """The share of what was said that was read; 1 when nothing was said."""
        return _share(self.right, self.missed)


def _share(right: int, others: Sequence[str]) -> float:
    return right / (right + len(others)) if right or others else 1.0


def total(scores: Iterable[SlotScore]) -> SlotScore:
    """All of them together."""
    return reduce(SlotScore.__add__, scores, SlotScore())


def score_slots(played: Played) -> dict[str, SlotScore]:
    """One score for each slot that was said or read; both slots of what hurts are one."""
    persona, profile, scores = played.persona, played.outcome.profile, {}
    lines = {one.said for one in played.exchanges}
    for slot in (*Profile.model_fields, PAINS):
        if slot in _PAINFUL or slot == "language":
            continue
        read = _read(profile, slot)
        true, allowed = persona.truth.get(slot, ()), persona.may.get(slot, ())
        if not _was_said(persona, slot, lines):
            # It can be read from elsewhere, but nobody has to.
            true, allowed = (), (*true, *allowed)
        if score := _score(slot, read, true, allowed):
            scores[slot] = score
    return scores


def is_true(slot: str, profile: Profile, persona: Persona) -> bool:
    """Whether what is known of a slot is the truth about the visitor, or may be read of them."""
    accepted = (*persona.truth.get(slot, ()), *persona.may.get(slot, ()))
    return all(any(_fits(slot, text, one) for one in accepted) for text in _read(profile, slot))


def _was_said(persona: Persona, slot: str, lines: set[str]) -> bool:
    """Whether the visitor came to say the truth about a slot; much is never asked."""
    question = "challenge" if slot == PAINS else slot
    if question in persona.says:
        return persona.says[question][-1] in lines
    if question in _IN_PASSING:
        words = _plain(" ".join(lines))
        return any(_plain(one) in words for text in persona.truth.get(slot, ()) for one in text.split("|"))
    return True


def _read(profile: Profile, slot: str) -> list[str]:
    names = _PAINFUL if slot == PAINS else (slot,)
    return [text for name in names for text in _texts(profile, name)]


def _texts(profile: Profile, name: str) -> Iterator[str]:
    slot = getattr(profile, name)
    if slot is None:
        return
    if slot.up_to is not None:
        yield f"{slot.value:g} to {slot.up_to:g}"
        return
    for value in slot.value if isinstance(slot.value, tuple) else (slot.value,):
        yield f"{value:g}" if isinstance(value, float) else str(value)


def _score(slot: str, read: list[str], true: tuple[str, ...], allowed: tuple[str, ...]) -> SlotScore | None:
    if not read and not true:
        return None
    is_set = slot in _LISTS or slot == PAINS
    # Of a single thing `true` lists what is right each; of several, all that must be there.
    wanted = true if is_set else (("|".join(true),) if true else ())
    right = [one for one in wanted if any(_fits(slot, text, one) for text in read)]
    wrong = [text for text in read if not any(_fits(slot, text, one) for one in (*wanted, *allowed))]
    missed = [one for one in wanted if one not in right]
    return SlotScore(
        len(right),
        tuple(f"{slot}: {text!r}" for text in wrong),
        tuple(f"{slot}: {one!r}" for one in missed),
    )


def _fits(slot: str, text: str, accepted: str) -> bool:
    if slot in _NUMBERS:
        # Either end of a range is right.
        return not set(text.split(" to ")).isdisjoint(accepted.split("|"))
    is_short = len(text.split()) <= _MOST_WORDS.get(slot, 40)
    return is_short and any(_plain(one) in _plain(text) for one in accepted.split("|"))


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").casefold().split())

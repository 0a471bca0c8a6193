"""Takes single items out of what is known, and finds the item that a visitor means."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.text import Part
from services.dialogue.domain.understanding import Operation, SlotName, SlotUpdate

_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORTEST: Final = 4
_STEM: Final = 5
_SHORT: Final = 6
_EDITED: Final[tuple[SlotName, ...]] = ("steps", "out_of_scope", "time_wasters")


def taken_out(sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """`Take the size grading out`: the item of a list that shares most words with it.

    Of a proposal anything may be taken out, before that what the last message said.
    """
    updates = list[SlotUpdate]()
    others = (one for one in sentences if not lexicon.answers.keeps.search(one.masked))
    for clause in (clause for sentence in others for clause in sentence.clauses):
        if not lexicon.removes.search(clause.masked):
            continue
        items = [(slot, item) for slot in _EDITED for item in _known(slot, conversation)]
        steps = [item for slot, item in items if slot == "steps"]
        # Where a step and what stays with people are named alike, the step is meant.
        if found := meant(clause.plain, [item for _, item in items]) or meant(clause.plain, steps):
            slot = next(slot for slot, item in items if item == found)
            updates.append(
                SlotUpdate(slot=slot, operation=Operation.REMOVE, values=(found,), quote=clause.raw)
            )
    return updates


def meant(said: str, items: Iterable[str], *, is_whole: bool = False) -> str | None:
    """The item that shares more words with this than any other; None where it shares too few.

    Where the `is_whole` name of the item was said, most of its words have to be there.
    """
    wanted = _words(said)
    shared = {
        item: sum(any(_is_same(one, other) for other in _words(item)) for one in wanted) for item in items
    }
    most = max(shared.values(), default=0)
    best = [item for item, count in shared.items() if count == most]
    fewest = len(wanted) + 1 if is_whole else min(len(wanted), len(_words(best[0]) if best else ()))
    return best[0] if most and len(best) == 1 and most * 2 >= fewest else None


def step_meant(said: str, conversation: Conversation) -> str | None:
    """The step that this names."""
    steps = conversation.profile.steps
    return meant(said, steps.value, is_whole=True) if steps else None


def _known(slot: SlotName, conversation: Conversation) -> Sequence[str]:
    known, earlier = getattr(conversation.profile, slot), conversation.visitor_messages
    is_new = known is not None and bool(earlier) and known.turn_id == earlier[-1].turn_id
    return known.value if known is not None and (is_new or conversation.proposal is not None) else ()


def _words(text: str) -> frozenset[str]:
    """The words that carry the meaning, which are seldom the short ones."""
    return frozenset(word for word in _WORD.findall(plain(text)) if len(word) >= _SHORTEST)


def _is_same(one: str, other: str) -> bool:
    """Whether two words are forms of one: `checking` and `checks`, `tank` and `tanks`."""
    shorter = min(len(one), len(other))
    stem = min(shorter, _STEM if shorter > _SHORT else _SHORTEST)
    return one[:stem] == other[:stem]

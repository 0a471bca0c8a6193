"""Judges what a model says it read: its values are shown too, in replies and in the proposal."""

from playbook import Playbook
from playbook.claims import invented, visible
from services.dialogue.domain.extraction import Extraction
from services.dialogue.domain.goals import Plan
from services.dialogue.domain.guard.leaks import instructions_of, leaks


def guarded_facts(extraction: Extraction, plan: Plan, playbook: Playbook) -> Extraction:
    """The facts that claim no more than the visitor's message does; a wish only in the visitor's words."""
    instructions = instructions_of(playbook)
    kept = tuple(
        fact
        for fact in extraction.slots
        if not invented(fact.value, plan.message) and not leaks(visible(fact.value), "", instructions)
    )
    wish = extraction.change_wish
    is_said = wish is not None and _bare(wish) in _bare(plan.message)
    return extraction.model_copy(update={"slots": kept, "change_wish": wish if is_said else None})


def _bare(text: str) -> str:
    return "".join(visible(text).split()).casefold()

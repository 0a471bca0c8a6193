"""The versions of a proposal, and what each changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.read_model import RecordedDraft

_PARTS = {
    "agent_name": "Name",
    "summary": "Summary",
    "does": "Does",
    "out_of_scope": "Stays with people",
    "to_look_at": "Looked at first",
    "integrations": "Works with",
    "hours_now_per_week": "Hours today",
    "hours_saved_per_week": "Hours won",
    "success_measure": "Measure",
    "delivery": "Delivery",
    "done_today": "Done today",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a version says otherwise than the one before it, in one part."""

    part: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposalVersion:
    """A version; the first one changes nothing."""

    draft: RecordedDraft
    changes: tuple[Change, ...]


def proposal_versions(drafts: Sequence[RecordedDraft]) -> tuple[ProposalVersion, ...]:
    """The versions, newest first. Of two drafts with one number the last counts, as on the page."""
    by_number = {draft.revision: draft for draft in drafts}
    in_order = [by_number[number] for number in sorted(by_number)]
    versions = [
        ProposalVersion(draft, changes_of(in_order[place - 1] if place else None, draft))
        for place, draft in enumerate(in_order)
    ]
    return tuple(reversed(versions))


def changes_of(older: RecordedDraft | None, newer: RecordedDraft) -> tuple[Change, ...]:
    """What differs between two versions; nothing where there is no older one."""
    if older is None:
        return ()
    was, now = _lines_of(older), _lines_of(newer)
    changes = (
        Change(
            part,
            removed=tuple(line for line in was[part] if line not in now[part]),
            added=tuple(line for line in now[part] if line not in was[part]),
        )
        for part in was
    )
    return tuple(change for change in changes if change.removed or change.added)


def _lines_of(draft: RecordedDraft) -> dict[str, tuple[str, ...]]:
    parts = {name: getattr(draft.proposal, field) for field, name in _PARTS.items()}
    return {name: _lines(value) for name, value in parts.items()} | {"Tier": (draft.tier.name,)}


def _lines(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return (f"{value:g}" if isinstance(value, float) else str(value),)

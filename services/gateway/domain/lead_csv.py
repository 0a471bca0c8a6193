"""Leads as a table for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable

from contracts.read_model import ListedLead
from services.gateway.domain.lead_page import value_of

# With it Excel reads UTF-8.
BYTE_ORDER_MARK = "\ufeff"
_SLOTS = (
    *("name", "contact_email", "contact_phone", "contact_time", "business_type", "team_size", "challenge"),
    *("time_wasters", "task", "tools", "hours_per_week", "success_measure", "language"),
)
COLUMNS = (
    *("conversation_id", "status", "stage", "channel", "started_at", "last_message_at", *_SLOTS),
    *("proposal", "tier_recommended", "tier_chosen", "demo_at", "wants_person_since", "closed"),
    *("unanswered_questions", "model_cost_usd", "score", "campaign"),
)
# Spreadsheets run a cell that begins so; the wide forms too, in some languages. Where numbers have a decimal
# comma they begin a new cell behind a semicolon.
_formula = re.compile("(^|;)( *)(?=[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def csv_head() -> str:
    """The byte order mark and the names of the columns."""
    return BYTE_ORDER_MARK + _written([COLUMNS])


def csv_rows(leads: Iterable[ListedLead]) -> str:
    """A line for each lead."""
    return _written(map(_row, leads))


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: where it might, an apostrophe stands before it."""
    return _formula.sub(r"\1'\2", cell)


def _row(lead: ListedLead) -> list[str]:
    told = {name: getattr(lead.profile, name) for name in _SLOTS}
    facts: dict[str, object] = {
        "conversation_id": lead.conversation_id,
        "status": lead.status.value,
        "stage": lead.stage.value,
        "channel": lead.source,
        "started_at": lead.started_at.isoformat(),
        "last_message_at": lead.last_message_at and lead.last_message_at.isoformat(),
        **{name: slot and value_of(slot) for name, slot in told.items()},
        "proposal": lead.proposal and lead.proposal.agent_name,
        "tier_recommended": lead.tier and lead.tier.tier,
        "tier_chosen": lead.chosen_tier,
        "demo_at": lead.demo_at and lead.demo_at.isoformat(),
        "wants_person_since": lead.person_wanted_at and lead.person_wanted_at.isoformat(),
        "closed": lead.closed,
        "unanswered_questions": " | ".join(lead.unanswered_questions),
        "model_cost_usd": f"{lead.model_cost_usd:.6f}",
        "score": lead.score and lead.score.points,
        "campaign": lead.campaign,
    }
    return ["" if facts[name] is None else harmless(str(facts[name])) for name in COLUMNS]


def _written(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()

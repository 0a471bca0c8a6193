"""The query behind a list of conversations."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, false, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from contracts.read_model import LeadQuery
from services.leadstore.adapters import tables
from services.leadstore.adapters.postgres_reports import midnight
from services.leadstore.domain import Position, asked_words

Condition = ColumnElement[bool]


def newest_conversations(after: Position | None) -> Select[Any]:
    """Conversations that began before the position, the newest first."""
    known = tables.conversation.c
    query = (
        select(tables.conversation)
        .where(known.started_at.is_not(None), known.erased_at.is_(None))
        .order_by(known.started_at.desc(), known.id.desc())
    )
    if after is None:
        return query
    return query.where(tuple_(known.started_at, known.id) < tuple_(after.started_at, after.conversation_id))


def conditions_of(wanted: LeadQuery) -> list[Condition]:
    """What a conversation has to be."""
    known = tables.conversation.c
    conditions: list[Condition] = []
    if wanted.status is not None:
        conditions.append(known.status == wanted.status.value)
    if wanted.source is not None:
        conditions.append(known.source == wanted.source)
    if wanted.tier is not None:
        chosen, recommended = known.wishes["chosen_tier"].astext, known.tier["tier"].astext
        conditions.append(func.coalesce(chosen, recommended) == wanted.tier)
    if wanted.campaign is not None:
        conditions.append(known.campaign == wanted.campaign)
    if wanted.first is not None:
        conditions.append(known.started_at >= midnight(wanted.first))
    if wanted.last is not None:
        conditions.append(known.started_at < midnight(wanted.last + timedelta(days=1)))
    if wanted.wants_person is not None:
        asked_at = known.wishes["person_wanted_at"].astext
        conditions.append(asked_at.is_not(None) if wanted.wants_person else asked_at.is_(None))
    if wanted.q is not None and wanted.q.strip():
        conditions.append(_begin_with(asked_words(wanted.q)))
    return conditions


def _begin_with(words: tuple[str, ...]) -> Condition:
    """Each of the words begins a word of the lead. They hold no sign that means something in a query."""
    if not words:
        return false()
    query = " & ".join(f"'{word}':*" for word in words)
    # The expression of the index.
    return func.array_to_tsvector(tables.conversation.c.search_words).op("@@")(cast(literal(query), TSQUERY))

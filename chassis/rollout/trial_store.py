"""Trials in PostgreSQL: what all processes counted, and which candidates were withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.postgres import translate_database_errors
from chassis.rollout.tables import tally, trial
from chassis.rollout.verdict import Tally

OPERATOR: Final = "operator"
Counted = tuple[str, str]
"""A version and the name of a measure."""

_BEGIN = sa.text(
    "INSERT INTO rollout.trial (candidate) VALUES (:candidate) ON CONFLICT (candidate) DO NOTHING"
)
_ADD = sa.text(
    """
    INSERT INTO rollout.tally AS known (candidate, version, measure, faults, chances)
    SELECT :candidate, version, measure, faults, chances
    FROM unnest(
        CAST(:versions AS text[]), CAST(:measures AS text[]),
        CAST(:faults AS bigint[]), CAST(:chances AS bigint[])
    ) AS counted (version, measure, faults, chances)
    ORDER BY version, measure
    ON CONFLICT (candidate, version, measure) DO UPDATE
    SET faults = known.faults + excluded.faults, chances = known.chances + excluded.chances
    """
)
_WITHDRAW = sa.text(
    """
    INSERT INTO rollout.trial AS known (candidate, withdrawn_at, withdrawn_for)
    VALUES (:candidate, now(), :reason)
    ON CONFLICT (candidate) DO UPDATE SET withdrawn_at = now(), withdrawn_for = excluded.withdrawn_for
    WHERE known.withdrawn_at IS NULL
    RETURNING 1
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What all processes counted while a candidate was on trial, and every candidate that was withdrawn."""

    counted: Mapping[Counted, Tally] = field(default_factory=dict)
    withdrawn: Mapping[str, str] = field(default_factory=dict)


class PostgresTrials:
    """The trials of all processes. Every method raises DatabaseUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, candidate: str, counted: Mapping[Counted, Tally]) -> None:
        """Begin the trial if it is new, and add to what was counted."""
        added = {
            "candidate": candidate,
            "versions": [version for version, _ in counted],
            "measures": [measure for _, measure in counted],
            "faults": [each.faults for each in counted.values()],
            "chances": [each.chances for each in counted.values()],
        }
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(_BEGIN, {"candidate": candidate})
                if counted:
                    await connection.execute(_ADD, added)

    async def standing(self, candidate: str | None) -> Standing:
        """What was counted of a candidate, and who was withdrawn."""
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = await connection.execute(sa.select(tally).where(tally.c.candidate == candidate))
                counted = {(row.version, row.measure): Tally(row.faults, row.chances) for row in rows}
                over = sa.select(trial).where(trial.c.withdrawn_at.is_not(None))
                withdrawn = {row.candidate: row.withdrawn_for for row in await connection.execute(over)}
        return Standing(counted, withdrawn)

    async def withdraw(self, candidate: str, reason: str) -> bool:
        """Withdraw a candidate for all processes; whether it was not before."""
        with translate_database_errors():
            async with self._engine.begin() as connection:
                found = await connection.execute(_WITHDRAW, {"candidate": candidate, "reason": reason})
                return found.first() is not None

    async def reset(self, candidate: str) -> None:
        """Forget what was counted of a candidate, and that it was withdrawn: its trial begins anew."""
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(sa.delete(tally).where(tally.c.candidate == candidate))
                await connection.execute(sa.delete(trial).where(trial.c.candidate == candidate))

"""Shows the trials, ends one, or begins one anew.

`python -m chassis.rollout` prints them; `... withdraw DIGEST` ends the trial of a version for good, within
seconds and in every process; `... reset DIGEST` forgets what was counted of it and that it was withdrawn.
"""

import asyncio
import json
import sys
from dataclasses import asdict

import sqlalchemy as sa

from chassis.postgres import make_engine
from chassis.rollout.tables import trial
from chassis.rollout.trial_store import OPERATOR, PostgresTrials
from chassis.settings import DatabaseSettings


async def run(*command: str) -> str:
    """What a command prints, one JSON document a line."""
    engine = make_engine(DatabaseSettings())
    store = PostgresTrials(engine)
    try:
        match command:
            case ("withdraw", digest):
                await store.withdraw(digest, OPERATOR)
            case ("reset", digest):
                await store.reset(digest)
            case ():
                pass
            case _:
                raise SystemExit(__doc__)
        async with engine.connect() as connection:
            trials = (await connection.execute(sa.select(trial).order_by(trial.c.began_at))).all()
        return "".join([await _line(each, store) for each in trials])
    finally:
        await engine.dispose()


async def _line(row: sa.Row[tuple[object, ...]], store: PostgresTrials) -> str:
    known = dict(row._mapping)
    counted = (await store.standing(known["candidate"])).counted
    known["counted"] = [
        {"version": version, "measure": measure, **asdict(tally)}
        for (version, measure), tally in sorted(counted.items())
    ]
    return json.dumps(known, default=str) + "\n"


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(run(*sys.argv[1:])))

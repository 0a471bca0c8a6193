"""The tables of rollouts, in a schema that no service owns."""

import sqlalchemy as sa

from chassis.postgres import metadata_for

SCHEMA = "rollout"
metadata = metadata_for(SCHEMA)

version = sa.Table(
    "version",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
# `withdrawn_for` is the measure by which the candidate was worse, or `operator`.
trial = sa.Table(
    "trial",
    metadata,
    sa.Column("candidate", sa.Text, primary_key=True),
    sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("withdrawn_for", sa.Text, nullable=True),
)
# What was counted while `candidate` was on trial, of itself and of the versions beside it.
tally = sa.Table(
    "tally",
    metadata,
    sa.Column("candidate", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("faults", sa.BigInteger, nullable=False),
    sa.Column("chances", sa.BigInteger, nullable=False),
)

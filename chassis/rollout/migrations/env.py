"""Alembic's entry: which tables the revisions are for."""

from chassis.migrations import run_revisions
from chassis.rollout.tables import metadata

run_revisions(metadata)

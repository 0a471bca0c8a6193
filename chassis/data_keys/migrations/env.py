"""Alembic's entry: which tables the revisions are for."""

from chassis.data_keys.table import metadata
from chassis.migrations import run_revisions

run_revisions(metadata)

"""`python -m chassis.rollout.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from chassis.rollout.migrations import LOCATION
from chassis.rollout.tables import SCHEMA

run_command(script_location=LOCATION, schema=SCHEMA)

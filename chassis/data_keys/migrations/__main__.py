"""`python -m chassis.data_keys.migrations` brings the schema to its newest revision."""

from chassis.data_keys.migrations import LOCATION
from chassis.data_keys.table import SCHEMA
from chassis.migrations import run_command

run_command(script_location=LOCATION, schema=SCHEMA)

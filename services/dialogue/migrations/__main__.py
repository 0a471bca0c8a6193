"""`python -m services.dialogue.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from services.dialogue.adapters.tables import SCHEMA
from services.dialogue.migrations import LOCATION

run_command(script_location=LOCATION, schema=SCHEMA)

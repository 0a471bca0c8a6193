"""`python -m services.leadstore.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from services.leadstore.adapters.tables import SCHEMA
from services.leadstore.migrations import LOCATION

run_command(script_location=LOCATION, schema=SCHEMA)

"""`python -m services.leadstore.deliverer.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from services.leadstore.deliverer.adapters.tables import SCHEMA
from services.leadstore.deliverer.migrations import LOCATION

run_command(script_location=LOCATION, schema=SCHEMA)

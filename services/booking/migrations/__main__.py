"""`python -m services.booking.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from services.booking.adapters.tables import SCHEMA
from services.booking.migrations import LOCATION

run_command(script_location=LOCATION, schema=SCHEMA)

"""`python -m services.gateway.mailer.migrations` brings the schema to its newest revision."""

from chassis.migrations import run_command
from services.gateway.mailer.adapters.tables import SCHEMA
from services.gateway.mailer.migrations import LOCATION

run_command(script_location=LOCATION, schema=SCHEMA)

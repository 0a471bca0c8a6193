"""`python -m chassis.data_keys.migrations` brings the schemas that no service owns to their newest revisions.

One job does it for all of them: every service waits for it, whatever it reads there.
"""

from chassis.data_keys.migrations import LOCATION
from chassis.data_keys.table import SCHEMA
from chassis.migrations import run_command, run_migrations
from chassis.rollout import migrations as rollout
from chassis.rollout import tables
from chassis.settings import DatabaseSettings

run_command(script_location=LOCATION, schema=SCHEMA)
run_migrations(DatabaseSettings(), script_location=rollout.LOCATION, schema=tables.SCHEMA)

"""The ports on PostgreSQL, and the notifier inside the process and over Redis."""

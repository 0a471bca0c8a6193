"""PostgreSQL, and word of mouth inside the process."""

"""The plumbing: Kafka, PostgreSQL, Redis, HTTP, telemetry, the language model. Knows no sales word."""

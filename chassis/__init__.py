"""Technical foundations of every service: Kafka, PostgreSQL, Redis, HTTP, telemetry, language model."""

"""The outside of the gateway: Redis, leadstore, the files of the demo page."""

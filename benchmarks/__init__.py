"""The measure: our own pipeline, under load, in one run on one machine."""

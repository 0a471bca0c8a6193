"""What strangers can do to the edge: `python -m benchmarks.edge`, or `make edge`."""

"""What needs no setting of its own talks to one product."""

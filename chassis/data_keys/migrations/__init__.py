"""Revisions of schema `privacy`."""

from pathlib import Path

LOCATION = Path(__file__).parent

"""Revisions of schema `dialogue`."""

from pathlib import Path

LOCATION = Path(__file__).parent

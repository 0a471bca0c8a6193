"""Revisions of schema `booking`."""

from pathlib import Path

LOCATION = Path(__file__).parent

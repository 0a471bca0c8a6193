"""Revisions of schema `delivery`."""

from pathlib import Path

LOCATION = Path(__file__).parent

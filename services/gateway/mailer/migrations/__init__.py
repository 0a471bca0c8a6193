"""Revisions of schema `mail`."""

from pathlib import Path

LOCATION = Path(__file__).parent

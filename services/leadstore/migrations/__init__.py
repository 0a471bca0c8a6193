"""Revisions of schema `leadstore`."""

from pathlib import Path

LOCATION = Path(__file__).parent

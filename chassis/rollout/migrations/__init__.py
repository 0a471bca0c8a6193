"""Revisions of schema `rollout`."""

from pathlib import Path

LOCATION = Path(__file__).parent

"""Versions of something that is read by its digest, and trials of a new one beside the one in use.

What a version says is the caller's. The tables stand in a schema of their own, which every service reads.
"""

from chassis.rollout.shelf import PostgresShelf
from chassis.rollout.trial import LOOK_EVERY_S, Trial
from chassis.rollout.trial_store import PostgresTrials
from chassis.rollout.verdict import Measure, Tally, is_clearly_worse

__all__ = [
    "LOOK_EVERY_S",
    "Measure",
    "PostgresShelf",
    "PostgresTrials",
    "Tally",
    "Trial",
    "is_clearly_worse",
]

"""Stored conversations, led once more by another playbook, prompt or model, and what would be different.

Nothing is written where the conversations came from: the log is read without a group, the API only with GET,
and what is led again runs in this process or on a product of its own.
"""

from evals.replay.difference import Difference, compare
from evals.replay.leading import Leading
from evals.replay.log import read_log
from evals.replay.read_api import read_api
from evals.replay.rerun import rerun
from evals.replay.stored import Stored, fold

__all__ = ["Difference", "Leading", "Stored", "compare", "fold", "read_api", "read_log", "rerun"]

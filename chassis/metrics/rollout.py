"""Versions on trial beside the one in use."""

from prometheus_client import Gauge

TRIAL_FAULTS = Gauge(
    "salesbot_trial_faults",
    "What went wrong since a version is on trial, of the candidate and of the stable one, by measure.",
    ["version", "measure"],
)
TRIAL_CHANCES = Gauge(
    "salesbot_trial_chances",
    "What could have gone wrong since a version is on trial, by version and measure.",
    ["version", "measure"],
)
TRIAL_WITHDRAWN = Gauge(
    "salesbot_trial_withdrawn", "1 while the candidate that is set was withdrawn and nothing begins with it."
)

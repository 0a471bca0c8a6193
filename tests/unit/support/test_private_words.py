"""The watch over visitors' words knows them again, however they were written down, and nothing else."""

import pytest

from tests.support.private_words import Fingerprint

SAID = Fingerprint.of_said(
    [
        "I run Ravenscroft Orchids. Mon prénom est Zoë, we open at sunrise.",
        "yes",
        "dana@whitfield.example",
        "We run one startup.",
    ]
)


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ('{"error": "[parameters: (\'I run Ravenscroft Orchids. ...\')]"}', True),
        ('{"detail": "Key (email)=(dana@whitfield.example) already exists"}', True),
        ('{"detail": "Mon pr\\u00e9nom est Zo\\u00eb"}', True),
        ("DETAIL:  Failing row contains (7, WE OPEN AT SUNRISE, null).", True),
        ('Token "orchids" is invalid.', True),
        ('{"reason": "link", "claim": "ravenscroft.example", "event": "sentence_refused"}', True),
        ('{"note": "they run one startup"}', True),
        ('{"event": "record_parked", "error": "DataError", "detail": "sqlstate 22021"}', False),
        ('{"filename": "/srv/ravenscroft/orchids/lanes.py", "name": "open_dead_letters"}', False),
        ('{"event": "Waiting for application startup."}', False),
        ("yes, I run at nine", False),
    ],
)
def test_what_somebody_said_is_found_and_nothing_else(line: str, is_found: bool) -> None:
    assert bool(SAID.found_in(line)) is is_found

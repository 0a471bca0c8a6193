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
    "line",
    [
        '{"error": "[parameters: (\'I run Ravenscroft Orchids. ...\')]"}',
        '{"detail": "Key (email)=(dana@whitfield.example) already exists"}',
        '{"detail": "Mon pr\\u00e9nom est Zo\\u00eb"}',
        "DETAIL:  Failing row contains (7, WE OPEN AT SUNRISE, null).",
        'Token "orchids" is invalid.',
        '{"reason": "link", "claim": "ravenscroft.example", "event": "sentence_refused"}',
        '{"note": "they run one startup"}',
    ],
)
def test_what_somebody_said_is_found(line: str) -> None:
    assert SAID.found_in(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "record_parked", "error": "DataError", "detail": "sqlstate 22021"}',
        '{"filename": "/srv/ravenscroft/orchids/lanes.py", "lineno": 7, "name": "open_dead_letters"}',
        '{"event": "Waiting for application startup."}',
        "yes, I run at nine",
    ],
)
def test_what_nobody_said_is_left_alone(line: str) -> None:
    assert SAID.found_in(line) == []

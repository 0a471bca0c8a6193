"""A ciphertext belongs to one event of one type in one conversation."""

import pytest

from contracts.cloudevent import MalformedEvent
from contracts.sealed import bound_attributes

HEADERS = {"ce_id": "1", "ce_type": "turn.received.v1", "ce_subject": "2", "ce_source": "gateway"}


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_subject"])
def test_it_is_bound_to_each_of_them_and_needs_them_all(name: str) -> None:
    assert bound_attributes({**HEADERS, name: "another"}) != bound_attributes(HEADERS)
    with pytest.raises(MalformedEvent, match=name):
        bound_attributes({key: value for key, value in HEADERS.items() if key != name})

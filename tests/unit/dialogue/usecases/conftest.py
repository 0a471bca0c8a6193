"""A conversation on fakes, with the playbook of the product."""

import pytest

from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.unit.dialogue.builders import PLAYBOOK


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside(PLAYBOOK)


@pytest.fixture
def scene(outside: FakeOutside) -> Scene:
    return Scene(outside)

"""A conversation on fakes, with the playbook of the product."""

import pytest

from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.support.playbooks import SHIPPED


@pytest.fixture
def outside() -> FakeOutside:
    return FakeOutside(SHIPPED)


@pytest.fixture
def scene(outside: FakeOutside) -> Scene:
    return Scene(outside)

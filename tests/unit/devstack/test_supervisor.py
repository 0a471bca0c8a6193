from collections.abc import Sequence
from pathlib import Path

import pytest

from devstack.child import Child
from devstack.supervisor import ChildState, Supervisor


class FakeChild(Child):
    """A child whose life is a flag."""

    alive = True

    def command(self) -> Sequence[str]:
        return []

    def spawn(self) -> None:
        self.alive = True

    @property
    def is_running(self) -> bool:
        return self.alive

    def is_ready(self) -> bool:
        return self.alive


@pytest.fixture
def child(tmp_path: Path) -> FakeChild:
    child = FakeChild("booking", tmp_path)
    child.log.write_text("first\nno such table\n")
    return child


def test_a_child_that_keeps_dying_waits_longer_each_time_until_a_minute_of_health(child: FakeChild) -> None:
    supervisor = Supervisor([child], lambda _: None)
    state, now, pauses = ChildState(child, started_at=0), 0.0, []

    for _ in range(7):
        child.alive = False
        supervisor.check(state, now)
        assert state.restart_at is not None
        pauses.append(state.restart_at - now)
        now = state.restart_at
        supervisor.check(state, now)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]

    for _ in range(2):
        supervisor.check(state, now + 61)
    assert state.exits == 0

from collections.abc import Sequence
from pathlib import Path

from devstack.child import Child
from devstack.supervisor import ChildState, Supervisor


class FakeChild(Child):
    is_running = True

    def command(self) -> Sequence[str]:
        return []

    def spawn(self) -> None:
        self.is_running = True

    def is_ready(self) -> bool:
        return self.is_running


def test_a_child_that_keeps_dying_waits_longer_each_time_until_a_minute_of_health(tmp_path: Path) -> None:
    child = FakeChild("booking", tmp_path)
    child.log.write_text("first\nno such table\n")
    supervisor = Supervisor([child], lambda _: None)
    state, now, pauses = ChildState(child, started_at=0), 0.0, []

    for _ in range(7):
        child.is_running = False
        supervisor.check(state, now)
        assert state.restart_at is not None
        pauses.append(state.restart_at - now)
        now = state.restart_at
        supervisor.check(state, now)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]

    for _ in range(2):
        supervisor.check(state, now + 61)
    assert state.exits == 0

"""Restarts the processes of the stack that exit, and reports how each of them ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from devstack.child import Child
from devstack.errors import DevstackError

_MAX_DELAY_S = 30.0
_HEALTHY_AFTER_S = 60.0
_CHECK_EVERY_S = 0.25


def restart_delay_s(exits: int) -> float:
    """The pause before a restart, after `exits` in a row: one second, doubled each time, at most 30."""
    return float(min(_MAX_DELAY_S, 2.0 ** (exits - 1)))


@dataclass
class ChildState:
    """What the supervisor knows of one child."""

    child: Child
    exits: int = 0
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    is_recovering: bool = False


class Supervisor:
    """Keeps every child running, with growing pauses for one that keeps exiting."""

    def __init__(
        self,
        children: Sequence[Child],
        report: Callable[[str], None],
        on_restarted: Callable[[Child], None] = lambda _: None,
    ) -> None:
        self._states = [ChildState(child) for child in children]
        self._report = report
        self._on_restarted = on_restarted

    def run_forever(self) -> None:
        """Check the children until a signal interrupts."""
        while True:
            for state in self._states:
                self.check(state, time.monotonic())
            time.sleep(_CHECK_EVERY_S)

    def check(self, state: ChildState, now: float) -> None:
        """Report an exit, restart the child after the pause, and report when it is ready again."""
        if state.restart_at is not None:
            if now >= state.restart_at:
                self._restart(state, now)
        elif not state.child.is_running:
            self._schedule_restart(state, now)
        elif state.is_recovering and state.child.is_ready():
            state.is_recovering = False
            self._on_restarted(state.child)
            self._report(f"{state.child.name} is back")
        elif state.exits and now - state.started_at > _HEALTHY_AFTER_S:
            state.exits = 0

    def _schedule_restart(self, state: ChildState, now: float) -> None:
        state.exits += 1
        pause = restart_delay_s(state.exits)
        state.restart_at = now + pause
        self._report(f"{state.child.exit_report()}\n    starting it again in {pause:.0f} s")

    def _restart(self, state: ChildState, now: float) -> None:
        state.restart_at, state.started_at, state.is_recovering = None, now, True
        try:
            state.child.spawn()
        except DevstackError as error:
            self._report(str(error))

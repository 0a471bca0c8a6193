"""Watches the processes of the stack: who dies is named with its last words and started again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from devstack.child import Child
from devstack.errors import LaptopError

_LONGEST_PAUSE_S = 30.0
_HEALTHY_AFTER_S = 60.0
_LOOK_EVERY_S = 0.25


def pause_before_restart(deaths: int) -> float:
    """How long to wait after that many deaths in a row: one second, then twice as long each time."""
    return float(min(_LONGEST_PAUSE_S, 2.0 ** (deaths - 1)))


@dataclass
class Watch:
    """What the supervisor remembers of one child."""

    child: Child
    deaths: int = 0
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None
    is_recovering: bool = False


class Supervisor:
    """Keeps every child running, with growing pauses for one that keeps dying."""

    def __init__(
        self,
        children: Sequence[Child],
        tell: Callable[[str], None],
        when_back: Callable[[Child], None] = lambda _: None,
    ) -> None:
        self._watches = [Watch(child) for child in children]
        self._tell = tell
        self._when_back = when_back

    def watch_for_ever(self) -> None:
        """Look after the children until a signal interrupts."""
        while True:
            for watch in self._watches:
                self.look_after(watch, time.monotonic())
            time.sleep(_LOOK_EVERY_S)

    def look_after(self, watch: Watch, now: float) -> None:
        """Notice a death, restart when the pause is over, tell when it is back."""
        if watch.restart_at is not None:
            if now >= watch.restart_at:
                self._restart(watch, now)
        elif not watch.child.is_running:
            self._mourn(watch, now)
        elif watch.is_recovering and watch.child.is_ready():
            watch.is_recovering = False
            self._when_back(watch.child)
            self._tell(f"{watch.child.name} is back")
        elif watch.deaths and now - watch.started_at > _HEALTHY_AFTER_S:
            watch.deaths = 0

    def _mourn(self, watch: Watch, now: float) -> None:
        watch.deaths += 1
        pause = pause_before_restart(watch.deaths)
        watch.restart_at = now + pause
        self._tell(f"{watch.child.obituary()}\n    starting it again in {pause:.0f} s")

    def _restart(self, watch: Watch, now: float) -> None:
        watch.restart_at, watch.started_at, watch.is_recovering = None, now, True
        try:
            watch.child.spawn()
        except LaptopError as error:
            self._tell(str(error))

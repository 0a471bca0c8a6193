"""The Journal port: a small file a process, which outlives a process that is killed.

Each attempt has a slot, overwritten by one call for each step: what a process wrote before it was killed is
in the file, though perhaps not on the disk. After a crash of the machine, which a file notices by the name
of the boot, nothing is concluded from it. Whether its process lives is told by the lock on it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, get_args
from uuid import UUID

import structlog

from services.gateway.mailer.domain import AttemptId, Claim, Noted, Outcome, Step, step_after
from services.gateway.mailer.errors import JournalUnavailable

logger = structlog.get_logger()

_SLOT_BYTES: Final = 128
_SUFFIX: Final = ".attempts"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class AttemptEntry:
    """The slot of one attempt."""

    def __init__(self, journal: "AttemptJournal", slot: int, attempt: AttemptId) -> None:
        self._journal = journal
        self._slot = slot
        self._attempt = attempt

    def note_ending(self) -> None:
        """The end of the mail is written next."""
        self._journal.write(self._slot, self._attempt, "ending")

    def note(self, outcome: Outcome) -> None:
        """How the server answered."""
        with suppress(JournalUnavailable):
            self._journal.write(self._slot, self._attempt, step_after(outcome))

    def close(self) -> None:
        """The outcome is stored: nothing of the attempt has to be known."""
        self._journal.free(self._slot)


class AttemptJournal:
    """What this process is sending, and what processes that ended on this machine were sending.

    Args:
        folder: one for each database. A volume that outlives the process keeps it across restarts.
        holder: who this process is in the outbox.
    """

    def __init__(self, folder: Path, holder: UUID) -> None:
        self._folder = folder
        self._path = folder / f"{holder}{_SUFFIX}"
        self._file: int | None = None
        self._used = set[int]()

    def begin(self, claim: Claim) -> AttemptEntry | None:
        """An entry for an attempt that begins; None where the folder cannot be written."""
        try:
            if self._file is None:
                self._file = self._create()
            slot = next(each for each in range(1, len(self._used) + 2) if each not in self._used)
            attempt = (claim.delivery.delivery_id, claim.attempt)
            self.write(slot, attempt, "begun")
        except (OSError, JournalUnavailable) as error:
            logger.warning("mail_journal_unavailable", error=type(error).__name__)
            return None
        self._used.add(slot)
        return AttemptEntry(self, slot, attempt)

    def ended(self) -> Iterator[Noted]:
        """What processes that are gone noted; each file is removed after its turn."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            with suppress(OSError, ValueError):
                if path != self._path:
                    yield from _read_if_ended(path)

    def write(self, slot: int, attempt: AttemptId, step: Step) -> None:
        """Overwrite a slot.

        Raises:
            JournalUnavailable: it still says what it did.
        """
        noted = {"mail": str(attempt[0]), "attempt": attempt[1], "step": step}
        try:
            _write(self._file, slot, noted)
        except OSError as error:
            raise JournalUnavailable(f"an attempt cannot be noted: {type(error).__name__}") from error

    def free(self, slot: int) -> None:
        """Let another attempt have a slot. What stands in it is true until then."""
        self._used.discard(slot)

    def _create(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Locked before it has the name by which others find it.
        hidden = self._path.with_suffix(".new")
        file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _write(file, 0, {"boot": _boot_id()})
        hidden.rename(self._path)
        return file


def _read_if_ended(path: Path) -> Iterator[Noted]:
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield Noted(UUID(path.name.removesuffix(_SUFFIX)), _steps_in(path.read_bytes()))
        path.unlink()
    finally:
        os.close(file)


def _steps_in(content: bytes) -> dict[AttemptId, Step]:
    slots = [content[at : at + _SLOT_BYTES] for at in range(0, len(content), _SLOT_BYTES)]
    try:
        head, *noted = (json.loads(slot) for slot in slots if slot.strip(b"\0 "))
        if not head["boot"] or head["boot"] != _boot_id():
            return {}
        steps = {(UUID(each["mail"]), int(each["attempt"])): each["step"] for each in noted}
    except (ValueError, KeyError, TypeError):
        # A file that somebody else wrote proves nothing.
        return {}
    return {attempt: step for attempt, step in steps.items() if step in get_args(Step)}


def _write(file: int | None, slot: int, noted: dict[str, object]) -> None:
    if file is None:
        raise OSError("no file")
    os.pwrite(file, json.dumps(noted).encode().ljust(_SLOT_BYTES), slot * _SLOT_BYTES)


def _boot_id() -> str:
    """Which run of the machine this is; empty where that cannot be known."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""

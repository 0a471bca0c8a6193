"""What a start of Kafka can take over from an earlier one: an archive of its classes and a formatted log."""

import base64
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ARCHIVE_OPTION = "-XX:ArchiveClassesAtExit"
_IDENTITY = "meta.properties"


@dataclass(frozen=True, slots=True)
class StartCache:
    """A directory that any number of brokers read at once; either of its parts may be missing."""

    path: Path

    @property
    def archive(self) -> Path:
        """Java's archive of the classes that a broker loads."""
        return self.path / "classes.jsa"

    @property
    def log(self) -> Path:
        """The log of a node that was formatted and has never run."""
        return self.path / "log"

    def java_options(self) -> Sequence[str]:
        """Options that make Java use the archive; it does without one that does not fit."""
        if not self.archive.exists():
            return ()
        return (f"-XX:SharedArchiveFile={self.archive}", "-Xshare:auto", "-Xlog:cds=off")

    def copy_log(self, log: Path) -> bool:
        """Make `log` a formatted log with an identity of its own; False when it cannot."""
        if log.exists() or not self.log.exists():
            return False
        unfinished = log.with_name(f"{log.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(self.log, unfinished)
        identity = unfinished / _IDENTITY
        lines = [line for line in identity.read_text().splitlines() if ".id=" not in line or "node" in line]
        lines += [f"{name}.id={random_id()}" for name in ("cluster", "directory")]
        identity.write_text("".join(f"{line}\n" for line in lines))
        unfinished.rename(log)
        return True


def random_id() -> str:
    """An id as Kafka writes them: 16 random bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")

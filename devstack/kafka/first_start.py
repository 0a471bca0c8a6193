"""The start of Kafka that fills the cache of those that follow."""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from devstack.data_dir import DataDir
from devstack.errors import DevstackError
from devstack.kafka.broker import Kafka
from devstack.kafka.jars import VERSION, Java, cache_directory
from devstack.kafka.start_cache import ARCHIVE_OPTION, StartCache

# Java writes the archive while it exits.
_EXIT_LIMIT_S = 60


def prepare_start_cache(java: Java, jars: Path, tell: Callable[[str], None]) -> StartCache:
    """The cache for this Java and this Kafka, filled on first use. Two processes at once are safe.

    What cannot be made is left out: brokers then start without it, more slowly.
    """
    cache = StartCache(cache_directory() / f"kafka-{VERSION}-start-{java.build}")
    with contextlib.suppress(OSError), cache.path.with_name(f"{cache.path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cache.path.is_dir():
            tell("preparing quicker starts of Apache Kafka, a few seconds, once")
            _fill(cache, java, jars)
    return cache


def _fill(cache: StartCache, java: Java, jars: Path) -> None:
    unfinished = StartCache(cache.path.with_name(f"{cache.path.name}.part"))
    shutil.rmtree(unfinished.path, ignore_errors=True)
    unfinished.path.mkdir()
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(DevstackError):
        options = (f"{ARCHIVE_OPTION}={unfinished.archive}",)
        kafka = Kafka(DataDir(Path(folder)), java, jars, java_options=options)
        try:
            kafka.prepare()
            shutil.copytree(kafka.segments, unfinished.log)
            kafka.start()
        finally:
            kafka.terminate(_EXIT_LIMIT_S)
    # Also where a part is missing: what failed once would fail, and cost its seconds, at every start.
    unfinished.path.rename(cache.path)

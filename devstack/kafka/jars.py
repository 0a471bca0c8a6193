"""Is Java here, and where are the jars: brought by Maven once for all clones of the project."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import BrokerCannotRun, JarsUnavailable

VERSION = "4.4.0"
OLDEST_JAVA = 17
_POM = Path(__file__).with_name("pom.xml")
_MAVEN_LIMIT_S = 300


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that can run Kafka."""

    program: str
    major: int
    # Tells its version and vendor from any other.
    build: str


def parse_java_major(text: str) -> int | None:
    """The major version in what `java -version` prints, such as 17 in `openjdk version "17.0.15"`."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None


def find_java() -> Java:
    """The Java of JAVA_HOME or of the PATH.

    Raises:
        BrokerCannotRun: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin") if home else None
    program = program or shutil.which("java")
    if program is None:
        raise BrokerCannotRun(f"Java {OLDEST_JAVA}+ is not here")
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    major = parse_java_major(told)
    if major is None or major < OLDEST_JAVA:
        raise BrokerCannotRun(f"{program} is not a Java {OLDEST_JAVA}+")
    return Java(program, major, hashlib.sha256(told.encode()).hexdigest()[:12])


def cache_directory() -> Path:
    """Where this user's programs keep what they can fetch again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "salesbot"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "salesbot"


def fetch_jars(report: Callable[[str], None]) -> Path:
    """The directory of Kafka's jars, filled by Maven on first use. Two processes at once are safe.

    Raises:
        JarsUnavailable: they are not here and Maven is missing or fails.
    """
    jars = cache_directory() / f"kafka-{VERSION}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsUnavailable("Maven is not here to fetch Apache Kafka")
    jars.parent.mkdir(parents=True, exist_ok=True)
    with (jars.parent / f"{jars.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            report(f"fetching Apache Kafka {VERSION} with Maven, 43 MB, once")
            _fetch_with_maven(maven, jars)
    return jars


def _fetch_with_maven(maven: str, jars: Path) -> None:
    unfinished = jars.with_name(f"{jars.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={unfinished}", "-DincludeScope=runtime"]
    try:
        done = subprocess.run(
            [maven, "-q", "-B", "-f", str(_POM), *copy],
            capture_output=True,
            text=True,
            check=False,
            timeout=_MAVEN_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise JarsUnavailable(f"Maven did not bring Apache Kafka within {_MAVEN_LIMIT_S} s") from error
    if done.returncode != 0 or not (unfinished / f"kafka_2.13-{VERSION}.jar").exists():
        raise JarsUnavailable(f"Maven could not bring Apache Kafka: {_first_error(done.stdout)}")
    unfinished.rename(jars)


def _first_error(output: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    errors = [line for line in plain.splitlines() if "ERROR" in line]
    return (errors or ["no reason given"])[0][:300]

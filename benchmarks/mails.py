"""`python -m benchmarks.mails`: reads mutated mails and fails when one raises or takes longer than a second.

With `--minutes` atheris mutates, guided by what of the parser it has reached; it comes as a wheel that is
installed on first use, since nothing else needs it.
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Sequence

from chassis.mail import parse_mail
from tests.support.mails import all_mails

MOST_S = 1.0
ATHERIS = "atheris>=3,<4"


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """A mail of which bytes, lines or parts are others than they were."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(4):
            case 0:
                content[at : at + chance.randrange(60)] = chance.randbytes(chance.randrange(12))
            case 1:
                lines = chance.choice(seeds).splitlines(keepends=True)
                content[at:at] = chance.choice(lines) * chance.choice((1, 1, 1, 2_000))
            case 2:
                content[at:at] = chance.choice(seeds)
            case _:
                content[at:] = content[at:].swapcase()
    return bytes(content)


def read_mutated(count: int, seed: int) -> int:
    """Read so many mails; says the slowest, and returns the exit status."""
    seeds, chance = _seeds(), random.Random(seed)
    slowest_s = 0.0
    for number in range(count):
        content = mutated(seeds, chance)
        begun_s = time.process_time()
        try:
            parse_mail(content)
        except Exception:
            print(f"mail {number} of seed {seed} raised", file=sys.stderr)
            raise
        slowest_s = max(slowest_s, time.process_time() - begun_s)
    print(f"{count} mutated mails read, none raised, the slowest took {slowest_s * 1000:.0f} ms")
    return 0 if slowest_s <= MOST_S else 1


def fuzz(minutes: float) -> int:
    """Let atheris look for a mail that raises or takes longer than a second."""
    try:
        import atheris  # noqa: PLC0415
    except ModuleNotFoundError:
        subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--quiet", ATHERIS], check=True)
        import atheris  # noqa: PLC0415

    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as corpus:
        for number, content in enumerate(_seeds()):
            (Path(corpus) / str(number)).write_bytes(content)
        limits = [
            f"-max_total_time={int(minutes * 60)}",
            "-timeout=30",
            "-max_len=20000",
            "-rss_limit_mb=2000",
        ]
        atheris.Setup([sys.argv[0], *limits, corpus], _read_in_time)
        atheris.Fuzz()
    return 0


def _read_in_time(content: bytes) -> None:
    """Read a mail; an error where that takes the processor more than a second, whatever else it does."""
    begun_s = time.process_time()
    parse_mail(content)
    if time.process_time() - begun_s > MOST_S:
        raise TimeoutError


def _seeds() -> list[bytes]:
    return [mail.content for mail in all_mails()]


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mails", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many mutated mails")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other mails")
    parser.add_argument("--minutes", type=float, default=0.0, help="how long atheris looks, instead")
    given = parser.parse_args()
    return fuzz(given.minutes) if given.minutes else read_mutated(given.count, given.seed)


if __name__ == "__main__":
    sys.exit(main())

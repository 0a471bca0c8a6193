"""Writes what other systems read of the contracts: a JSON Schema per event version, and AsyncAPI.

    python -m contracts.generate                  write what changed
    python -m contracts.generate --check          write nothing; name every stale file and fail
    python -m contracts.generate --baseline DIR   compare with the schemas in DIR, such as the main branch's

The committed schemas are the memory of what was promised. A change that breaks a promise is refused and
nothing is written: it needs a new version of the event, published beside the old one.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from contracts import asyncapi, compatibility, json_schemas
from contracts.cloudevent import Event
from contracts.registry import EVENTS

ROOT = Path(__file__).parent
SCHEMAS = "schemas"
ASYNCAPI = "asyncapi.yaml"


def generated_files(events: Sequence[type[Event]] = EVENTS) -> dict[str, str]:
    """Every generated file with its text, by its path below `contracts/`."""
    files = {
        f"{SCHEMAS}/{json_schemas.file_name(event)}": json_schemas.as_text(json_schemas.schema_of(event))
        for event in events
    }
    return files | {ASYNCAPI: _as_yaml(asyncapi.document())}


def stale_files(root: Path, files: Mapping[str, str]) -> list[str]:
    """The generated files that are missing, differ, or belong to no event."""
    differing = [name for name, text in files.items() if _text_or_none(root / name) != text]
    left_over = [
        f"{SCHEMAS}/{path.name}"
        for path in (root / SCHEMAS).glob("*.json")
        if f"{SCHEMAS}/{path.name}" not in files
    ]
    return sorted(differing + left_over)


def broken_promises(baseline: Path, events: Sequence[type[Event]] = EVENTS) -> list[str]:
    """Every way in which today's events break the schemas in the folder `baseline`."""
    today = {json_schemas.file_name(event): json_schemas.schema_of(event) for event in events}
    return [
        f"{path.name}: {fault}" for path in sorted(baseline.glob("*.json")) for fault in _faults(path, today)
    ]


def _faults(path: Path, today: Mapping[str, json_schemas.Schema]) -> Iterator[str]:
    if path.name not in today:
        yield "no event has this schema any more; a version stays until nobody reads it"
        return
    released = json.loads(path.read_text(encoding="utf-8"))
    yield from map(str, compatibility.breaches(released, today[path.name]))


def _as_yaml(document: asyncapi.Node) -> str:
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    return f"# Made by `python -m contracts.generate`; edit the contracts instead.\n{text}"


def _text_or_none(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _write(root: Path, names: Sequence[str], files: Mapping[str, str]) -> None:
    (root / SCHEMAS).mkdir(exist_ok=True)
    for name in names:
        (root / name).write_text(files[name], encoding="utf-8")


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Update the generated files, or report why that is refused. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument(
        "--baseline", type=Path, help="the schemas that were promised", default=root / SCHEMAS
    )
    options = parser.parse_args(arguments)
    files = generated_files()
    stale = stale_files(root, files)
    broken = broken_promises(options.baseline)
    say = sys.stderr.write
    for fault in broken:
        say(f"breaks its readers: {fault}\n")
    if broken:
        say("Nothing was written. A version only takes optional fields; publish a new version instead.\n")
        return 1
    if not options.check:
        _write(root, stale, files)
        return 0
    for name in stale:
        say(f"stale: contracts/{name}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

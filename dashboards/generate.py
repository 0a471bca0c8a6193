"""Writes the dashboards that the chart and compose provide to Grafana.

python -m dashboards.generate            write what changed
python -m dashboards.generate --check    write nothing; name every stale file and fail
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards import funnel, kafka, service, service_level
from dashboards.panels import built_board

FOLDER = Path(__file__).parents[1] / "helm" / "salesbot" / "dashboards"
BOARDS = (service_level.BOARD, funnel.BOARD, kafka.BOARD, service.BOARD)


def generated_files() -> dict[str, str]:
    """Every dashboard as JSON, by its file's name."""
    return {
        f"{board.name}.json": json.dumps(built_board(board), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"
        for board in BOARDS
    }


def stale_files(folder: Path = FOLDER) -> list[str]:
    """The files that are missing, differ, or belong to no dashboard."""
    files = generated_files()
    differing = [name for name, text in files.items() if _text_of(folder / name) != text]
    return sorted(differing + [path.name for path in folder.glob("*.json") if path.name not in files])


def main(arguments: Sequence[str]) -> int:
    """Update the files, or name the stale ones. Returns the exit status."""
    stale = stale_files()
    if "--check" in arguments:
        sys.stderr.writelines(f"stale: {FOLDER.name}/{name}\n" for name in stale)
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    files = generated_files()
    for name in stale:
        if name in files:
            (FOLDER / name).write_text(files[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

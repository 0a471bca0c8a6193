"""Dead letters in the terminal, and as JSON. Control characters of a record are escaped."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.kafka.letter import Letter

_PIPED_WIDTH = 240


def show_list(letters: Sequence[Letter], selected: Sequence[Letter], *, as_json: bool) -> None:
    """The number of letters in each topic, and the selected letters."""
    if as_json:
        print(json.dumps({"topics": _counts(letters), "letters": [_as_json(x) for x in selected]}, indent=2))
        return
    console = _console()
    if not any(letter.settlement is None for letter in letters):
        console.print(f"no dead letter is open; {len(letters)} are settled")
        return
    console.print(_table("topic", "open", "settled", rows=(row.values() for row in _counts(letters))))
    columns = ("id", "conversation", "event", "reason", "parked at (UTC)", "attempts", "group", "origin")
    console.print(_table(*columns, rows=(_row(letter) for letter in selected)))


def show_letter(letter: Letter) -> None:
    """Everything about a letter but its value."""
    facts = {
        "id": str(letter.id),
        "conversation": letter.subject or "-",
        "event": letter.event_type or "-",
        "reason": letter.reason,
        "error": letter.why.get("error", "-"),
        "attempts": letter.why.get("attempts", "-"),
        "group": letter.group,
        "origin": str(letter.origin or "-"),
        "parked at": letter.parked_at.isoformat(timespec="seconds"),
        "replayed before": str(letter.replays),
        "value": f"{letter.size} bytes"
        if letter.is_whole
        else f"left at the origin ({letter.why['omitted']})",
        "settled": _settled(letter),
    }
    console = _console()
    console.print(_table("", "", rows=facts.items(), header=False))
    headers = ((name, "null" if value is None else repr(value)[2:-1]) for name, value in letter.headers)
    console.print(_table("header", "value", rows=headers))


def show_body(value: bytes | None) -> None:
    """The value, with whatever is not printable escaped."""
    _console().print(Text("null" if value is None else printable(value.decode("utf-8", "backslashreplace"))))


def printable(text: str) -> str:
    """The text with control characters and line breaks escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _counts(letters: Iterable[Letter]) -> list[dict[str, object]]:
    letters = list(letters)
    opened = Counter(letter.id.topic for letter in letters if letter.settlement is None)
    settled = Counter(letter.id.topic for letter in letters if letter.settlement is not None)
    return [
        {"topic": topic, "open": opened[topic], "settled": settled[topic]}
        for topic in sorted({letter.id.topic for letter in letters})
    ]


def _row(letter: Letter) -> tuple[str, ...]:
    return (
        str(letter.id),
        letter.subject or "-",
        (letter.event_type or "-").removeprefix("salesbot."),
        letter.reason,
        f"{letter.parked_at:%Y-%m-%d %H:%M:%S}",
        letter.why.get("attempts", "-") + (f" (replay {letter.replays})" if letter.replays else ""),
        letter.group,
        str(letter.origin or "-"),
    )


def _as_json(letter: Letter) -> dict[str, object]:
    attempts = letter.why.get("attempts", "")
    return {
        "id": str(letter.id),
        "conversation_id": letter.subject,
        "event_type": letter.event_type,
        "reason": letter.reason,
        "error": letter.why.get("error"),
        "parked_at": letter.parked_at.isoformat(),
        "attempts": int(attempts) if attempts.isdecimal() else None,
        "group": letter.group,
        "origin": None if letter.origin is None else str(letter.origin),
        "replays": letter.replays,
        "is_whole": letter.is_whole,
    }


def _settled(letter: Letter) -> str:
    done = letter.settlement
    if done is None:
        return "no"
    where = f" to {done.replayed_to}" if done.replayed_to else ""
    return f"{done.outcome}{where} at {done.at:%Y-%m-%d %H:%M:%S} UTC by {done.by}"


def _table(*columns: str, rows: Iterable[Iterable[object]], header: bool = True) -> Table:
    table = Table(show_header=header, box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    return table


def _console() -> Console:
    console = Console(highlight=False, markup=False, soft_wrap=False)
    # A pipe has no width; a row of the table then stays one line.
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_PIPED_WIDTH)

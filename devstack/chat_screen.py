"""What a person at the terminal sees and types; plain text where there is no terminal."""

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from contracts.values import Stage

_LEAVE = frozenset({"/quit", "/exit", "/q"})
_PROMPT = "you > "
_ORIGINS = {
    "model": "the assistant, an AI model:",
    "playbook": "the assistant, from its playbook:",
    "person": "a person:",
}
# An address that is not the target of a Markdown link.
_ADDRESS = re.compile(r"(?<!\()(https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])")
_SINGLE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")


class ReplyArea(Protocol):
    """Where a reply is shown while it is written."""

    def show(self, text: str, *, is_waiting: bool = False) -> None:
        """The reply is `text` so far."""
        ...


class Screen:
    """Prints to standard output, reads from standard input."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._is_plain = not self._console.is_terminal
        # Arrow keys and history, where Python was built with them.
        self._readline: Any = None
        with suppress(ImportError):
            self._readline = importlib.import_module("readline")

    def read_line(self) -> str | None:
        """What is typed, perhaps nothing; None when the person leaves."""
        try:
            line = input(self._prompt()).strip()
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return None
        if not sys.stdin.isatty():
            # Nobody typed it, so nothing has shown it.
            self._console.print(Text(line), soft_wrap=True)
        return None if line in _LEAVE else line

    def note(self, text: str) -> None:
        """Print a line that is not part of the conversation."""
        self._console.print(Text(text, style="dim"))

    def warn(self, text: str) -> None:
        """Print a warning."""
        self._console.print(Text(text, style="red"))

    def visitor(self, text: str) -> None:
        """Show what the visitor said earlier."""
        self._console.print(Text(_PROMPT, style="bold cyan") + Text(text, style=""), soft_wrap=True)

    def ask(self, question: str) -> str:
        """What is typed as the answer; nothing when the person leaves."""
        try:
            return input(question).strip().lower()
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return ""

    def reply(self, text: str, written_by: str = "") -> None:
        """Show a complete reply, and who wrote it."""
        if origin := _ORIGINS.get(written_by):
            self._console.print(Text(origin, style="dim italic"), soft_wrap=True)
        if self._is_plain:
            self._console.print(Text(text), soft_wrap=True)
            return
        for place, part in enumerate(_ADDRESS.split(text)):
            if place % 2:
                # On a line of its own and unbroken, so that it can be clicked and copied.
                self._console.print(Text(part, style="underline cyan"), soft_wrap=True)
            elif part.strip():
                self._console.print(_markdown(part.strip("\n")))

    def link(self, label: str, address: str) -> None:
        """Show an address to open or copy, unbroken on a line of its own."""
        self._console.print(Text(label, style="dim"), soft_wrap=True)
        self._console.print(Text(address, style="underline cyan"), soft_wrap=True)

    def suggestions(self, labels: Mapping[str, str]) -> None:
        """Show quick replies, each behind what is typed for it."""
        for mark, label in labels.items():
            self._console.print(
                Text(f"  {mark}) ", style="bold cyan") + Text(label, style=""), soft_wrap=True
            )
        self._console.print()

    def progress(self, stage: str) -> None:
        """Show the six stages in a line, the current one highlighted."""
        line = Text()
        for step in Stage:
            if line:
                line.append(" → ", style="dim")
            is_present = step.value == stage
            name = f"[{step.value}]" if is_present and self._is_plain else step.value
            line.append(name, style="bold green" if is_present else "dim")
        self._console.print(line, soft_wrap=True)
        self._console.print()

    @contextmanager
    def above_the_prompt(self) -> Iterator[None]:
        """Within this, something is shown while a line is typed, which stays below it."""
        if self._is_plain or not sys.stdin.isatty():
            yield
            return
        sys.stdout.write("\r\033[K")
        yield
        typed = self._readline.get_line_buffer() if self._readline else ""
        sys.stdout.write(f"{self._prompt()}{typed}".replace("\001", "").replace("\002", ""))
        sys.stdout.flush()

    @contextmanager
    def reply_area(self) -> Iterator[ReplyArea]:
        """A live area for a reply that is being written; removed at the end of the context."""
        if self._is_plain:
            yield _NoReplyArea()
            return
        with Live(console=self._console, refresh_per_second=20, transient=True) as live:
            yield _LiveArea(live)

    def _prompt(self) -> str:
        if self._is_plain or self._console.no_color or not sys.stdin.isatty():
            return _PROMPT
        # The marks keep what takes no room out of the width of the line.
        return f"\001\033[1;36m\002{_PROMPT}\001\033[0m\002"


class _LiveArea:
    def __init__(self, live: Live) -> None:
        self._live = live
        self.show("")

    def show(self, text: str, *, is_waiting: bool = False) -> None:
        if is_waiting:
            self._live.update(Text("… the connection broke, trying again", style="dim"))
        else:
            self._live.update(_markdown(text) if text else Text("…", style="dim"))


class _NoReplyArea:
    def show(self, text: str, *, is_waiting: bool = False) -> None:
        """Output that is no terminal gets the complete reply only."""


def _markdown(text: str) -> Markdown:
    """Markdown in which a line stays a line."""
    # A label must not hide where its link leads.
    return Markdown(_SINGLE_BREAK.sub("  \n", text), hyperlinks=False)

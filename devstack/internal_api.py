"""Asks a process inside the cluster on behalf of an operator; nobody else reaches it, so it knows no key."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from devstack.child import PROJECT
from devstack.errors import DevstackError
from devstack.ports import LOOPBACK

_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class InternalApi:
    """One process: how it is called, the option that says where it listens, and its two failures."""

    name: str
    shown: str
    told_by: str
    unreachable: type[DevstackError]
    refused: type[DevstackError]

    def ask(self, method: str, path: str, url: str = "", body: Mapping[str, Any] | None = None) -> Any:
        """The answer, unless it is a refusal; without `url` that of the stack that runs here.

        Raises:
            DevstackError: `unreachable` or `refused`, with the reason in one line.
        """
        import httpx2  # noqa: PLC0415

        base = url.rstrip("/") or self._here()
        try:
            answer = httpx2.request(method, f"{base}{path}", json=body, timeout=_TIMEOUT_S)
        except httpx2.HTTPError as error:
            raise self.unreachable(f"{self.shown} at {base} does not answer") from error
        if answer.status_code >= 400:
            raise self.refused(f"{self.shown} refuses: {reason_of(answer.text)} ({answer.status_code})")
        return answer.json() if answer.content else None

    def _here(self) -> str:
        from devstack.settings import read_settings  # noqa: PLC0415

        memo = PROJECT / read_settings().data_dir / "ports" / self.name
        try:
            return f"http://{LOOPBACK}:{int(memo.read_text(encoding='utf-8'))}"
        except (FileNotFoundError, ValueError) as error:
            raise self.unreachable(f"no stack runs here: say {self.told_by}") from error


def reason_of(problem: str) -> str:
    """Why a request was refused, out of a problem document."""
    try:
        document = json.loads(problem)
        return str(document.get("detail") or document["title"])
    except (ValueError, KeyError, AttributeError):
        return "no reason given"


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Tell a failure in one line, and end the command with it."""
    try:
        yield
    except DevstackError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error

"""`salesbot bookings`: bookings of which nobody knows whose they are; see docs/runbook.md."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from devstack.child import PROJECT
from devstack.errors import BookingRefused, BookingUnreachable, DevstackError
from devstack.ports import LOOPBACK

app = typer.Typer(help="Bookings of which nobody knows whose they are.", no_args_is_help=True)

_TIMEOUT_S = 30.0
UrlOption = Annotated[
    str,
    typer.Option(help="Where booking listens; without it, that of the stack here.", envvar="BOOKING_URL"),
]


@app.callback()
def bookings() -> None:
    """Bookings of which nobody knows whose they are."""


@app.command()
def unmatched(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most bookings.")] = 100,
    url: UrlOption = "",
) -> None:
    """Print them, those to come first, with the name and the address that were typed at the calendar."""
    with _told_in_one_line():
        found = _ask("GET", url, f"/bookings/unmatched?limit={limit}").json()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each in found:
        state = "canceled" if each["is_canceled"] else "booked"
        starts_at = (each["starts_at"] or "")[:16]
        facts = (each["demo_id"], starts_at, state, each["provider"], each["email"], each["name"])
        typer.echo("  ".join(fact or "-" for fact in facts))
    typer.echo(f"{len(found)} bookings", err=True)


@app.command()
def assign(
    demo_id: Annotated[str, typer.Argument(metavar="ID", help="The booking, as `unmatched` prints it.")],
    conversation_id: Annotated[str, typer.Argument(metavar="CONVERSATION", help="Whose it is.")],
    *,
    url: UrlOption = "",
) -> None:
    """Say whose a booking is: the visitor, the lead and the funnel hear of it. It is not taken back."""
    with _told_in_one_line():
        _ask("PUT", url, f"/bookings/{demo_id}/conversation", {"conversation_id": conversation_id})
    typer.echo("assigned")


def _ask(method: str, url: str, path: str, body: dict[str, str] | None = None) -> Any:
    """The answer of booking, unless it is a refusal."""
    import httpx2  # noqa: PLC0415

    booking = url.rstrip("/") or _local_booking()
    try:
        answer = httpx2.request(method, f"{booking}{path}", json=body, timeout=_TIMEOUT_S)
    except httpx2.HTTPError as error:
        raise BookingUnreachable(f"booking at {booking} does not answer") from error
    if answer.status_code >= 400:
        raise BookingRefused(f"booking refuses: {_reason_of(answer.text)} ({answer.status_code})")
    return answer


def _local_booking() -> str:
    from devstack.settings import read_settings  # noqa: PLC0415

    memo = PROJECT / read_settings().data_dir / "ports" / "booking"
    if not memo.exists():
        raise BookingUnreachable("no stack runs here: say --url, or set BOOKING_URL")
    return f"http://{LOOPBACK}:{memo.read_text(encoding='utf-8').strip()}"


def _reason_of(text: str) -> str:
    try:
        problem = json.loads(text)
        return str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, AttributeError):
        return "no reason given"


@contextmanager
def _told_in_one_line() -> Iterator[None]:
    try:
        yield
    except DevstackError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error

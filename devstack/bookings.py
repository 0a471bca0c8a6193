"""`salesbot bookings`: bookings of which nobody knows whose they are; see docs/runbook.md."""

import json
from typing import Annotated

import typer

from devstack.errors import BookingRefused, BookingUnreachable
from devstack.internal_api import InternalApi, told_in_one_line

app = typer.Typer(help="Bookings of which nobody knows whose they are.", no_args_is_help=True)

_BOOKING = InternalApi("booking", "booking", "--url, or set BOOKING_URL", BookingUnreachable, BookingRefused)
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
    with told_in_one_line():
        found = _BOOKING.ask("GET", f"/bookings/unmatched?limit={limit}", url)
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
    with told_in_one_line():
        _BOOKING.ask("PUT", f"/bookings/{demo_id}/conversation", url, {"conversation_id": conversation_id})
    typer.echo("assigned")


@app.command()
def dismiss(
    demo_id: Annotated[str, typer.Argument(metavar="ID", help="The booking, as `unmatched` prints it.")],
    *,
    url: UrlOption = "",
) -> None:
    """Say that a booking is nobody's demo: it is listed no more. Who gives its address later still has it."""
    with told_in_one_line():
        _BOOKING.ask("PUT", f"/bookings/{demo_id}/dismissal", url)
    typer.echo("dismissed")

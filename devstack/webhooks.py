"""`salesbot webhooks`: who is told of leads outside Kafka, and what became of it; see docs/lead-events.md."""

import json
from typing import Annotated, Any

import typer

from devstack.errors import DelivererUnreachable, SubscriptionRefused
from devstack.internal_api import InternalApi, told_in_one_line

app = typer.Typer(help="Who is told of leads outside Kafka, and what became of it.", no_args_is_help=True)

_DELIVERER = InternalApi(
    "deliverer",
    "the deliverer",
    "--deliverer, or set DELIVERER_URL",
    DelivererUnreachable,
    SubscriptionRefused,
)
UrlOption = Annotated[
    str,
    typer.Option("--deliverer", help="Where the deliverer listens; else here.", envvar="DELIVERER_URL"),
]
Name = Annotated[str, typer.Argument(help="The name of the subscription.")]
SecretOption = Annotated[
    str, typer.Option("--secret", help="Use this one; '-' reads it from the standard input.")
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called here: small letters, digits and hyphens.")],
    url: Annotated[str, typer.Argument(help="Where to send to, over https.")] = "",
    *,
    kind: Annotated[str, typer.Option(help="webhook, chat (Slack) or crm (HubSpot).")] = "webhook",
    secret: SecretOption = "",
    deliverer: UrlOption = "",
) -> None:
    """Subscribe a receiver; the secret of a webhook is made unless it is given, and shown this once."""
    wanted = {"name": name, "kind": kind, "url": url or None, "secret": _read(secret)}
    added = _ask(deliverer, "POST", "/subscriptions", wanted)
    _show_secret(added, f"{name} is told of every lead that changes from now on")


@app.command("list")
def list_all(*, as_json: Annotated[bool, typer.Option("--json")] = False, deliverer: UrlOption = "") -> None:
    """List the subscriptions, and how their deliveries stand."""
    found = _ask(deliverer, "GET", "/subscriptions")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    row = "{:<20} {:<8} {:<30} {:>9} {:>8} {:>6}  {}"
    typer.echo(row.format("name", "kind", "host", "delivered", "waiting", "dead", "paused"))
    for each in found:
        counts = (each["delivered"], each["waiting"], each["dead"])
        named = (each["name"], each["kind"], each["host"])
        typer.echo(row.format(*named, *counts, each["paused_because"] or ""))


@app.command()
def pause(name: Name, *, deliverer: UrlOption = "") -> None:
    """Send nothing for now; what changes meanwhile is sent afterwards."""
    _ask(deliverer, "POST", f"/subscriptions/{name}/pause")
    typer.echo(f"{name} is paused")


@app.command()
def resume(name: Name, *, deliverer: UrlOption = "") -> None:
    """Go on with a receiver that was paused, by an operator or because it was gone (410)."""
    _ask(deliverer, "POST", f"/subscriptions/{name}/resume")
    typer.echo(f"{name} goes on")


@app.command()
def remove(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    deliverer: UrlOption = "",
) -> None:
    """Remove a receiver, and what is held of its deliveries."""
    if not yes:
        typer.confirm(f"remove {name}? what it was not told yet is not sent", abort=True)
    _ask(deliverer, "DELETE", f"/subscriptions/{name}")
    typer.echo(f"{name} is removed")


@app.command()
def rotate(name: Name, *, secret: SecretOption = "", deliverer: UrlOption = "") -> None:
    """Use another secret. The one before signs beside it until the next rotation."""
    rotated = _ask(deliverer, "POST", f"/subscriptions/{name}/rotate", {"secret": _read(secret)})
    _show_secret(rotated, f"{name} has another secret")


@app.command()
def deliveries(
    name: Name,
    *,
    status: Annotated[str, typer.Option(help="waiting, delivered or dead. Without it: all.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    deliverer: UrlOption = "",
) -> None:
    """What became of the leads at one receiver, one a line as JSON."""
    chosen = f"&status={status}" if status else ""
    for each in _ask(deliverer, "GET", f"/subscriptions/{name}/deliveries?limit={limit}{chosen}"):
        typer.echo(json.dumps(each))


@app.command()
def replay(
    name: Name,
    *,
    conversation: Annotated[str, typer.Option(help="The lead of this conversation alone.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every lead, also those from before it.")] = False,
    deliverer: UrlOption = "",
) -> None:
    """Deliver the last state of leads once more: those that are dead, unless told otherwise."""
    wanted = {"conversation_id": conversation or None, "everything": everything}
    replayed = _ask(deliverer, "POST", f"/subscriptions/{name}/replay", wanted)
    typer.echo(f"{replayed['deliveries']} are due again")


def _read(secret: str) -> str | None:
    return typer.get_text_stream("stdin").read().strip() if secret == "-" else secret or None  # noqa: S105


def _show_secret(added: Any, said: str) -> None:
    typer.echo(said, err=True)
    if added["secret"]:
        typer.echo("Its secret, which is shown only now:\n", err=True)
        typer.echo(added["secret"])


def _ask(deliverer: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer; a refusal is told in one line, and ends the command."""
    with told_in_one_line():
        return _DELIVERER.ask(method, path, deliverer, body)

"""`salesbot keys`: API keys for other systems and for operators."""

import hashlib
import json
import secrets
from typing import Annotated

import typer

app = typer.Typer(help="API keys for other systems and for operators.", no_args_is_help=True)

PREFIX = "sbk_"
"""What a key begins with, so that scanners for leaked secrets find it: `sbk_[A-Za-z0-9_-]{43}`."""
SCOPES = ("chat", "read", "manage", "privacy", "speak")
_KEY_BYTES = 32


@app.callback()
def keys() -> None:
    """Keys are shown once; the gateway knows their hashes alone."""


@app.command()
def new(
    *,
    name: Annotated[str, typer.Option(help="Who uses the key; what is counted, and what logs say.")],
    scopes: Annotated[str, typer.Option(help=f"What it may do, joined by commas: {', '.join(SCOPES)}.")],
    rates: Annotated[str, typer.Option(help="How much it may do, such as 600/minute.")] = "",
    not_after: Annotated[str, typer.Option(help="When it ends, such as 2027-01-31T00:00:00Z.")] = "",
) -> None:
    """Make a key: prints it once, and the entry for API_KEYS."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    unknown = sorted(set(wanted) - set(SCOPES))
    if unknown or not wanted:
        typer.echo(
            f"error: {', '.join(unknown) or 'nothing'} is no scope; choose of {', '.join(SCOPES)}", err=True
        )
        raise typer.Exit(2)
    key = PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    entry = {"name": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "scopes": wanted}
    entry |= {field: value for field, value in (("rates", rates), ("not_after", not_after)) if value}
    typer.echo("The key, which is shown only now:\n", err=True)
    typer.echo(key)
    typer.echo("\nIts entry in API_KEYS, a JSON list:\n", err=True)
    typer.echo(json.dumps(entry))

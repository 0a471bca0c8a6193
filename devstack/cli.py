"""The `salesbot` command."""

from typing import Annotated

import typer

from devstack import bookings, campaign, dlq, keys, mail, privacy, webhooks
from devstack.child import PROJECT
from devstack.errors import DevstackError
from devstack.ports import LOOPBACK
from devstack.rewind import rewind

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.add_typer(bookings.app, name="bookings")
app.add_typer(campaign.app, name="campaign")
app.add_typer(dlq.app, name="dlq")
app.add_typer(keys.app, name="keys")
app.add_typer(mail.app, name="mail")
app.add_typer(privacy.app, name="privacy")
app.add_typer(webhooks.app, name="webhooks")
app.command()(rewind)


@app.callback()
def salesbot() -> None:
    """The laptop stack of salesbot, and the tools of its operators."""


@app.command()
def run() -> None:
    """Start everything on this machine, without Docker, until Ctrl-C."""
    # Late: `chat` and `--help` need none of it.
    from devstack.run import run as run_stack  # noqa: PLC0415

    raise typer.Exit(run_stack())


@app.command()
def chat(
    *,
    url: Annotated[str, typer.Option(help="Where the gateway listens.", envvar="GATEWAY_URL")] = "",
    new: Annotated[bool, typer.Option("--new", help="Start over instead of going on.")] = False,
) -> None:
    """Chat with the running stack in this terminal; continues the last conversation."""
    # Late: `run` and `--help` need none of it.
    from devstack.chat import chat as chat_in_terminal  # noqa: PLC0415
    from devstack.settings import read_settings  # noqa: PLC0415

    try:
        settings = read_settings()
        ticket_file = PROJECT / settings.data_dir / "chat.json"
        gateway = url or f"http://{LOOPBACK}:{settings.gateway_port}"
        chat_in_terminal(gateway, ticket_file, is_new=new)
    except DevstackError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def main() -> None:
    """Run the command."""
    app(prog_name="salesbot")

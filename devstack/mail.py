"""`salesbot mail`: what the mailer has sent, and mails of which nobody knows whether they were sent."""

import json
from typing import Annotated

import typer

from devstack.errors import MailerUnreachable, MailRefused
from devstack.internal_api import InternalApi, told_in_one_line
from devstack.mail_parsing import parse

app = typer.Typer(help="Mails that were sent or came in.", no_args_is_help=True)
app.command()(parse)

_MAILER = InternalApi("mailer", "the mailer", "--url, or set MAILER_URL", MailerUnreachable, MailRefused)
UrlOption = Annotated[
    str,
    typer.Option(help="Where the mailer listens; without it, that of the stack here.", envvar="MAILER_URL"),
]
MailId = Annotated[str, typer.Argument(metavar="ID", help="The id of the mail, as `list` prints it.")]


@app.callback()
def mail() -> None:
    """Mails that were sent or came in."""


@app.command("list")
def list_mails(
    *,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Those of which nobody knows whether they were sent.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most mails.")] = 100,
    url: UrlOption = "",
) -> None:
    """Print the newest mails, or the doubtful ones, with their Message-IDs."""
    with told_in_one_line():
        mails = _MAILER.ask("GET", f"/mails?doubtful={str(doubtful).lower()}&limit={limit}", url)
    if as_json:
        typer.echo(json.dumps(mails, indent=2))
        return
    for each in mails:
        state = "doubtful" if each["is_doubtful"] else each["status"]
        facts = (each["delivery_id"], each["queued_at"][:19], state, each["recipient"], each["message_id"])
        typer.echo("  ".join(facts))
    typer.echo(f"{len(mails)} mails", err=True)


@app.command()
def resend(mail_id: MailId, *, url: UrlOption = "") -> None:
    """Send a mail once more that was refused, or that the mail server does not have."""
    with told_in_one_line():
        _MAILER.ask("POST", f"/mails/{mail_id}/resend", url)
    typer.echo("queued once more")


@app.command()
def parked(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most mails.")] = 100,
    url: UrlOption = "",
) -> None:
    """Print the mails that a machine may have written, and what they say."""
    with told_in_one_line():
        mails = _MAILER.ask("GET", f"/mails/parked?limit={limit}", url)
    for each in mails:
        typer.echo("  ".join((each["mail_id"], each["received_at"][:19], each["ending"], each["sender"])))
        typer.echo(f"    {' '.join(each['text'].split())[:300]}")
    typer.echo(f"{len(mails)} mails", err=True)


@app.command()
def answer(mail_id: MailId, *, url: UrlOption = "") -> None:
    """Answer a parked mail: a person wrote it. Its conversation goes on."""
    with told_in_one_line():
        _MAILER.ask("POST", f"/mails/parked/{mail_id}/answer", url)
    typer.echo("it is being answered")


@app.command()
def settle(mail_id: MailId, *, url: UrlOption = "") -> None:
    """Take the doubt away: the mail server has the mail."""
    with told_in_one_line():
        _MAILER.ask("POST", f"/mails/{mail_id}/settle", url)
    typer.echo("counted as sent")

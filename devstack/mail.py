"""`salesbot mail`: what the mailer has sent, and mails of which nobody knows whether they were sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from devstack.child import PROJECT
from devstack.errors import DevstackError, MailerUnreachable, MailRefused
from devstack.mail_parsing import parse
from devstack.ports import LOOPBACK

app = typer.Typer(help="Mails that were sent or came in.", no_args_is_help=True)
app.command()(parse)

_TIMEOUT_S = 30.0
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
    with _told_in_one_line():
        mails = _ask("GET", url, f"/mails?doubtful={str(doubtful).lower()}&limit={limit}").json()
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
    with _told_in_one_line():
        _ask("POST", url, f"/mails/{mail_id}/resend")
    typer.echo("queued once more")


@app.command()
def settle(mail_id: MailId, *, url: UrlOption = "") -> None:
    """Take the doubt away: the mail server has the mail."""
    with _told_in_one_line():
        _ask("POST", url, f"/mails/{mail_id}/settle")
    typer.echo("counted as sent")


def _ask(method: str, url: str, path: str) -> Any:
    """The answer of the mailer, unless it is a refusal."""
    import httpx2  # noqa: PLC0415

    mailer = url.rstrip("/") or _local_mailer()
    try:
        answer = httpx2.request(method, f"{mailer}{path}", timeout=_TIMEOUT_S)
    except httpx2.HTTPError as error:
        raise MailerUnreachable(f"the mailer at {mailer} does not answer") from error
    if answer.status_code >= 400:
        raise MailRefused(f"the mailer refuses: {_reason_of(answer.text)} ({answer.status_code})")
    return answer


def _local_mailer() -> str:
    from devstack.settings import read_settings  # noqa: PLC0415

    memo = PROJECT / read_settings().data_dir / "ports" / "mailer"
    if not memo.exists():
        raise MailerUnreachable("no stack runs here: say --url, or set MAILER_URL")
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

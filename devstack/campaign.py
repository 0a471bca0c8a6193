"""`salesbot campaign`: mails to a list, how they stand, and their end; see docs/campaigns.md."""

import getpass
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import typer

from devstack.campaign_list import CampaignList, ListLine, read_list
from devstack.errors import CampaignRefused, DevstackError, ListUnreadable, MailerUnreachable
from devstack.internal_api import InternalApi, told_in_one_line

app = typer.Typer(help="Mails to a list, how they stand, and their end.", no_args_is_help=True)

_MAILER = InternalApi("mailer", "the mailer", "--url, or set MAILER_URL", MailerUnreachable, CampaignRefused)
_AT_ONCE: Final = 50
_PAUSES_S: Final = (0.5, 2.0)
_SOME_REFUSED, _UNREADABLE, _INTERRUPTED = 3, 2, 130
_AGAIN: Final = "run the same command again: it goes on, and nobody gets a second mail"
_REASONS: Final = {
    "bad_address": "is no address",
    "unknown_language": "the playbook lacks this language",
    "already_asked": "was asked for before",
    "erased": "was erased",
    "suppressed": "wants no mails",
    "answered": "has answered",
    "booked": "has booked a demo",
    "no_first_touch": "the first mail of this campaign was not sent",
    "no_demo": "had no demo, or it was not an hour ago",
}
_COUNTS: Final = (
    *("asked", "waiting", "stopped", "sent", "refused", "suppressed", "skipped", "answered", "booked"),
)
Name = Annotated[str, typer.Option("--campaign", help="Its name: small letters, digits, - and _.")]
UrlOption = Annotated[
    str,
    typer.Option(help="Where the mailer listens; without it, that of the stack here.", envvar="MAILER_URL"),
]


@app.callback()
def campaign() -> None:
    """Mails to a list, how they stand, and their end."""


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="A CSV with a column `email`.", show_default=False)],
    *,
    name: Name,
    template: Annotated[str, typer.Option(help="first_touch, follow_up or after_demo.")],
    language: Annotated[str, typer.Option(help="Of the lines that name none, such as de.")] = "",
    is_sent: Annotated[bool, typer.Option("--send", help="Really ask for the mails.")] = False,
    url: UrlOption = "",
) -> None:
    """Ask for a mail to every line of FILE; without --send only say what would be.

    Columns: email, and if there are any first_name, company, language; others are left out. Each line
    that is refused is printed with the reason. A mail is known by its campaign, template and address:
    after Ctrl-C, a kill or a failure run the same command again, and nobody gets a second mail. Who wants
    no mails, the pace and the cap of a day are looked at when a mail is sent, whoever asks for it.

    Exit codes: 0 all lines are fine, 1 the mailer is away or refuses, 2 the list or an option cannot be
    used, 3 some lines are refused, 130 interrupted.
    """
    sending = _Sending(name=name, template=template, language=language, is_dry_run=not is_sent, url=url)
    try:
        sending.run(read_list(file))
    except ListUnreadable as error:
        _fail(str(error), _UNREADABLE)
    except KeyboardInterrupt:
        _fail(f"interrupted behind line {sending.reached}; {_AGAIN}", _INTERRUPTED)
    except DevstackError as error:
        reached = f" (behind line {sending.reached}; {_AGAIN})" if sending.reached and is_sent else ""
        _fail(f"{error}{reached}", 1)
    if sending.refused:
        raise typer.Exit(_SOME_REFUSED)


@app.command()
def status(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The campaign.")],
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    url: UrlOption = "",
) -> None:
    """Say how the mails of a campaign stand, by template.

    `stopped` wait no more, as the campaign was stopped; `skipped` answered, booked or lost their demo before
    the mail was sent; `suppressed` want no mails; `refused` were refused by their mail server.
    """
    with told_in_one_line():
        report = _MAILER.ask("GET", f"/campaigns/{name}", url)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
        return
    if stop := report["stop"]:
        at = datetime.fromisoformat(stop["stopped_at"]).astimezone()
        typer.echo(f"{name} was stopped by {stop['stopped_by']}, {at:%Y-%m-%d %H:%M %Z}\n")
    widths = "{:<12} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8}"
    typer.echo(widths.format("template", *_COUNTS))
    for each in report["templates"]:
        typer.echo(widths.format(each["template"], *(each[count] for count in _COUNTS)))


@app.command()
def stop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The campaign.")],
    *,
    by: Annotated[str, typer.Option(help="Who stops it; without it, who is signed in here.")] = "",
    url: UrlOption = "",
) -> None:
    """Send nothing more of a campaign. Answers to those who wrote back go on.

    What is handed over in this moment is sent. What waits is kept, and sent after `resume`.
    """
    with told_in_one_line():
        report = _MAILER.ask("PUT", f"/campaigns/{name}/stop", url, {"by": (by or _signed_in())[:100]})
    stop = report["stop"]
    typer.echo(
        f"{name} was stopped by {stop['stopped_by']}: {_sum_of(report, 'stopped'):,} mails are held back, "
        f"{_sum_of(report, 'sent'):,} were sent"
    )


@app.command()
def resume(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The campaign.")], *, url: UrlOption = ""
) -> None:
    """Let a stopped campaign go on, with the mails that were held back."""
    with told_in_one_line():
        report = _MAILER.ask("DELETE", f"/campaigns/{name}/stop", url)
    typer.echo(f"{name} goes on: {_sum_of(report, 'waiting'):,} mails wait")


def _sum_of(report: Mapping[str, Any], count: str) -> int:
    return sum(each[count] for each in report["templates"])


def _signed_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container knows no name for who it runs as.
        return "an operator"


class _Sending:
    """One run over a list. `reached` is the last line that was dealt with."""

    def __init__(self, *, name: str, template: str, language: str, is_dry_run: bool, url: str) -> None:
        self._name = name
        self._asked = {"template": template, "is_dry_run": is_dry_run}
        self._language = language
        self._url = url
        self._lines_of: dict[bytes, int] = {}
        self._sample: ListLine | None = None
        self.reached = 0
        self.accepted = 0
        self.refused = Counter[str]()

    def run(self, lines: CampaignList) -> None:
        """Ask for all mails, and say what became of them."""
        if lines.ignored:
            typer.echo(f"left out: {', '.join(lines.ignored)}", err=True)
        with typer.progressbar(
            length=len(lines), label=self._name, file=typer.get_text_stream("stderr")
        ) as bar:
            for batch in _batches(lines):
                self._ask(batch)
                self.reached = batch[-1].number
                bar.update(len(batch))
        self._conclude()

    def _ask(self, batch: Sequence[ListLine]) -> None:
        fresh = [line for line in batch if not self._is_repeated(line)]
        rows = [self._row(line) for line in fresh]
        answer = self._answer({**self._asked, "rows": rows})
        for line, reason in zip(fresh, answer["refusals"], strict=True):
            if reason is None:
                self.accepted += 1
                self._sample = self._sample or line
            else:
                self._refuse(line, reason, _REASONS.get(reason, reason))

    def _answer(self, asked: Mapping[str, Any]) -> Any:
        """What the mailer answers; one that is busy is asked again, which changes nothing."""
        for pause_s in _PAUSES_S:
            try:
                return self._ask_once(asked)
            except MailerUnreachable:
                time.sleep(pause_s)
        return self._ask_once(asked)

    def _ask_once(self, asked: Mapping[str, Any]) -> Any:
        return _MAILER.ask("POST", f"/campaigns/{self._name}/mails", self._url, asked)

    def _is_repeated(self, line: ListLine) -> bool:
        """Whether the address stands in an earlier line; of an address only a digest is kept."""
        digest = hashlib.blake2b(line.email.lower().encode(), digest_size=8).digest()
        first = self._lines_of.setdefault(digest, line.number)
        if first != line.number and line.email:
            self._refuse(line, "duplicate", f"stands in line {first}")
            return True
        return False

    def _refuse(self, line: ListLine, reason: str, said: str) -> None:
        self.refused[reason] += 1
        typer.echo(f"line {line.number}: {line.email or '(empty)'}: {said}")

    def _row(self, line: ListLine) -> dict[str, str | None]:
        return {
            "email": line.email[:320],
            "first_name": line.first_name[:200] or None,
            "company": line.company[:200] or None,
            "language": (line.language or self._language)[:35] or None,
        }

    def _conclude(self) -> None:
        is_dry_run = self._asked["is_dry_run"]
        if is_dry_run and self._sample is not None:
            self._show(self._sample)
        refused = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.refused.items()))
        verb = "would be asked for" if is_dry_run else "are asked for"
        said = f"{self.accepted:,} mails {verb}, {self.refused.total():,} lines refused"
        typer.echo(f"{said} ({refused})" if refused else said, err=True)
        if is_dry_run:
            typer.echo("nothing was sent: add --send to send them", err=True)

    def _show(self, line: ListLine) -> None:
        """One mail as it will be."""
        given = {name: value for name, value in self._row(line).items() if value}
        mail = _MAILER.ask("GET", f"/templates/{self._asked['template']}?{urlencode(given)}", self._url)
        typer.echo(f"\nThe mail of line {line.number}:\n")
        for header, value in mail["headers"]:
            typer.echo(f"{header}: {value}")
        typer.echo(f"\n{mail['text']}")


def _batches(lines: Iterable[ListLine]) -> Iterator[list[ListLine]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch


def _fail(message: str, code: int) -> Any:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(code)

"""`salesbot mail parse`: what the product reads in a mail."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.mail import ParsedMail, parse_mail


def parse(
    file: Annotated[Path, typer.Argument(help="A mail as MIME, such as FILE.eml; - reads standard input.")],
) -> None:
    """Print what a mail says as JSON. Its verdicts are those of its topmost header, which may be forged."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        typer.echo(f"error: cannot read {str(file)!r}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(_document(parse_mail(content)), ensure_ascii=False, indent=2))


def _document(said: ParsedMail) -> dict[str, Any]:
    return {
        "from": said.sender.address if said.sender else None,
        "from_name": said.sender.name if said.sender else "",
        "to": [each.address for each in said.recipients],
        "subject": said.subject,
        "date": said.date,
        "message_id": said.message_id,
        "in_reply_to": said.in_reply_to,
        "references": list(said.references),
        "kind": said.kind,
        "reply": said.reply,
        "is_reply_certain": said.is_reply_certain,
        "signature": said.signature,
        "attachments": [asdict(each) for each in said.attachments],
        "reports": [asdict(each) for each in said.reports],
        "verdicts": asdict(said.verdicts),
        "defects": list(said.defects),
    }

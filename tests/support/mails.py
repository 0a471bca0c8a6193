"""The sample mails with what is true of them, and mails that a test writes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SAMPLES = Path(__file__).parents[1] / "samples" / "mail"
OUR_MAILBOX = "Maya from Brightlane <maya+c.token@reply.brightlane.example>"


@dataclass(frozen=True)
class SampleMail:
    """A mail and its truth: what stands in its reply, in its signature, and in neither."""

    name: str
    content: bytes
    kind: str
    must: Sequence[str] = ()
    mustnot: Sequence[str] = ()
    signature: Sequence[str] = ()
    said: Mapping[str, Any] = field(default_factory=dict)


def sample(name: str) -> bytes:
    """The bytes of a sample file."""
    return (SAMPLES / f"{name}.eml").read_bytes()


@cache
def sample_mails() -> tuple[SampleMail, ...]:
    """Mails of the usual clients."""
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    return tuple(
        SampleMail(name, sample(name), each["cls"], each["must"], each["mustnot"], each["sig"])
        for name, each in truth.items()
    )


@cache
def all_mails() -> tuple[SampleMail, ...]:
    """These, and mails of further clients, languages and kinds."""
    return (
        *sample_mails(),
        *(mail for name in ("held_out", "unseen", "further") for mail in _mails_in(name)),
    )


def short_mails() -> Iterator[tuple[str, str]]:
    """What short mails say, each with its kind."""
    for kind, texts in yaml.safe_load((SAMPLES / "kinds.yaml").read_text(encoding="utf-8")).items():
        yield from ((kind, text) for text in texts)


def _mails_in(name: str) -> Iterator[SampleMail]:
    for each in yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")):
        kind = each.get("kind", "human_reply")
        truth = (each.get(part, ()) for part in ("must", "mustnot", "signature"))
        raw = each.get("raw", "").replace("\n", "\r\n").encode(each.get("encoding", "utf-8"))
        yield SampleMail(each["name"], raw or written_mail(each), kind, *truth, said=each)


def written_mail(said: Mapping[str, Any]) -> bytes:
    """The bytes of a mail with these headers, this text, this HTML."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = said["from"]
    mail["To"] = said.get("to", OUR_MAILBOX)
    mail["Subject"] = said.get("subject", "Re: Cutting repeat tickets")
    mail["Date"] = "Fri, 20 Nov 2026 09:10:00 +0000"
    mail["Message-ID"] = f"<{said.get('name', 'mail')}@mail.example>"
    for name, value in said.get("headers", {}).items():
        mail[name] = value
    if "html" in said:
        mail.set_content(said["html"], subtype="html", cte="quoted-printable")
    else:
        mail.set_content(said.get("text", ""), charset=said.get("charset", "utf-8"), cte="base64")
    return mail.as_bytes()

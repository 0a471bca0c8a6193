"""What a mail says: the values that reading one gives."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["human_reply", "auto_reply", "bounce", "opt_out", "complaint"]
Verdict = Literal["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What whoever took the mail in found out about it; None where they did not say.

    `dkim_domains` are those whose signature is good.
    """

    spf: str | None = None
    spf_domain: str | None = None
    dkim: str | None = None
    dkim_domains: tuple[str, ...] = ()
    dmarc: str | None = None
    spam: str | None = None
    virus: str | None = None

    def vouch_for(self, domain: str) -> bool:
        """Whether one of them shows that a mail comes from this domain.

        DMARC decides where it was evaluated; otherwise a signature or an envelope of the domain does, or of
        one above or below it.
        """
        if self.dmarc in ("pass", "fail"):
            return self.dmarc == "pass"
        is_signed = self.dkim in (None, "pass") and any(_is_of(each, domain) for each in self.dkim_domains)
        is_sent = self.spf == "pass" and self.spf_domain is not None and _is_of(self.spf_domain, domain)
        return bool(domain) and (is_signed or is_sent)


def _is_of(one: str, other: str) -> bool:
    """Whether a domain is the other, or above or below it; a top-level domain is above nothing."""
    one, other = one.lower().strip("."), other.lower().strip(".")
    short, long = sorted((one, other), key=len)
    return one == other or ("." in short and long.endswith(f".{short}"))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along, without its content."""

    filename: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail to one recipient (RFC 3464), or that its recipient complained (RFC 5965)."""

    recipient: str
    status: str | None
    is_permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address with the name beside it. The address is in lower case."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands behind the last @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A mail as it was read.

    Attributes:
        sender: None where the mail names none that can be read.
        references: the Message-IDs that it names, the oldest first; In-Reply-To is not among them.
        returned_message_id: of the mail that a bounce or a complaint is about.
        kind: what it is.
        reply: what was written anew, without what is quoted.
        signature: what stands below that.
        text: all of it.
        is_reply_certain: False where nothing but quoted text was found, or the answers stand unmarked in a
            mail below; `reply` is all of it.
        defects: what made it hard to read, in words.
    """

    sender: Mailbox | None
    recipients: tuple[Mailbox, ...]
    subject: str
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    returned_message_id: str | None
    date: str
    kind: Kind
    reply: str
    signature: str
    text: str
    attachments: tuple[Attachment, ...]
    reports: tuple[Report, ...]
    verdicts: Verdicts
    is_reply_certain: bool = True
    defects: tuple[str, ...] = field(default=())

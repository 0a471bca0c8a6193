"""A mail, from its bytes to what it says."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from chassis.mail.armour import without_armour
from chassis.mail.charsets import decode_text, visible_text
from chassis.mail.headers import decode_header, header, mailboxes, message_ids, raw_headers
from chassis.mail.html_text import FORWARDED, html_to_text
from chassis.mail.kinds import is_delivery_notice, kind_of
from chassis.mail.message import Attachment, Kind, Mailbox, ParsedMail, Report, Verdicts
from chassis.mail.mime import (
    MISREAD,
    MimeMessage,
    content_of,
    content_type_of,
    parameter_of,
    parse_mime,
    walk,
    walk_held,
)
from chassis.mail.quotes import strip_quotes
from chassis.mail.reports import complaint_reports, delivery_reports, prose_reports, returned_message_id
from chassis.mail.signatures import split_signature
from chassis.mail.verdicts import verdicts_in

LONGEST_TEXT: Final = 200_000
MOST_ATTACHMENTS: Final = 50
_LONGEST_COMPARED: Final = 5_000
_CHARSET_IN_HTML: Final = re.compile(
    rb"<meta[^>]{1,200}charset\s{0,3}=\s{0,3}[\"']?([\w-]{1,40})", re.IGNORECASE
)
_MAIL_IDS: Final = UUID("0b3b8f0e-52d8-5a0e-8f3d-3f6a2f6b7c21")


def parse_mail(content: bytes, *, verdicts: Verdicts | None = None) -> ParsedMail:
    """Read a mail. Never raises, in time that grows with its length at most.

    Args:
        content: MIME as it came.
        verdicts: what its provider found out; without, what the topmost header says, which may be forged.
    """
    tree = parse_mime(content)
    root = tree.root
    sender = next(iter(mailboxes(raw_headers(root, "from"))), None)
    recipients = mailboxes(raw_headers(root, "to", "cc", "delivered-to", "x-original-to", "envelope-to"))
    subject = header(root, "subject")
    body = _read_body(root)
    unquoted = strip_quotes(body.text, recipients, sender)
    # What is not certain is shown to a person as it is.
    reply, signature = split_signature(unquoted.text, sender) if unquoted.is_certain else (unquoted.text, "")
    kind, reports = _classify(root, sender, recipients, subject=subject, reply=reply)
    return ParsedMail(
        sender=sender,
        recipients=recipients,
        subject=subject,
        message_id=next(iter(message_ids(header(root, "message-id"))), None),
        in_reply_to=next(iter(message_ids(header(root, "in-reply-to"))), None),
        references=message_ids(header(root, "references")),
        returned_message_id=returned_message_id(root),
        date=header(root, "date"),
        kind=kind,
        reply=reply,
        signature=signature,
        text=body.text.replace(FORWARDED, "").strip(),
        attachments=body.attachments,
        reports=reports,
        verdicts=verdicts_in(root) if verdicts is None else verdicts,
        is_reply_certain=unquoted.is_certain,
        defects=tree.defects,
    )


def mail_id_of(mail: ParsedMail) -> UUID:
    """The id of a mail, the same for every delivery of it: of its Message-ID, else of what it says."""
    if mail.message_id is not None:
        return uuid5(_MAIL_IDS, mail.message_id.lower())
    sender = mail.sender.address if mail.sender else ""
    said = "\0".join((mail.date, sender, mail.subject, mail.text))
    return uuid5(_MAIL_IDS, hashlib.sha256(said.encode("utf-8", "replace")).hexdigest())


def _classify(
    root: MimeMessage, sender: Mailbox | None, recipients: tuple[Mailbox, ...], *, subject: str, reply: str
) -> tuple[Kind, tuple[Report, ...]]:
    complaints = complaint_reports(root)
    if complaints is not None:
        return "complaint", complaints
    if is_delivery_notice(root, sender):
        reports = delivery_reports(root) or _reports_in_prose(root, reply)
        return ("bounce", reports) if reports else ("auto_reply", ())
    return kind_of(root, sender, reply, recipients=recipients, subject=subject), ()


def _reports_in_prose(root: MimeMessage, reply: str) -> tuple[Report, ...]:
    """What a mail system says that writes no report; one that reports a delivery has said all."""
    has_report = any(content_type_of(part) == "message/delivery-status" for part in walk(root))
    return () if has_report else prose_reports(f"{header(root, 'x-failed-recipients')}\n{reply}")


@dataclass(frozen=True, slots=True)
class _Body:
    text: str
    attachments: tuple[Attachment, ...]


def _read_body(root: MimeMessage) -> _Body:
    """The text of a mail, plain where there is any, and the files that came along."""
    texts: list[tuple[str, str]] = []
    attachments: list[Attachment] = []
    for part, holder in walk_held(root):
        kind, name = content_type_of(part), _filename_of(part)
        is_text = kind in ("text/plain", "text/html") and not name and not _is_attached(part)
        if is_text:
            text = _text_of(part, kind)
            texts.append((kind, html_to_text(text) if kind == "text/html" else text))
        elif not _is_of_the_mail(part, holder):
            attachments.append(Attachment(name or "", kind[:127], len(content_of(part))))
    has_alternatives = any(holder == "multipart/alternative" for _part, holder in walk_held(root))
    written = without_armour(_written(texts, has_alternatives=has_alternatives))
    return _Body(visible_text(written)[:LONGEST_TEXT], tuple(attachments[:MOST_ATTACHMENTS]))


def _written(texts: Sequence[tuple[str, str]], *, has_alternatives: bool) -> str:
    """The plain text, or the HTML where the plain text is there to say that it is to be read instead.

    Both, in their order, where neither repeats the other, such as a notice below a mail.
    """
    plain, html = (
        "\n".join(text for each, text in texts if each == kind).strip()
        for kind in ("text/plain", "text/html")
    )
    said, shown = (set(text[:_LONGEST_COMPARED].lower().split()) for text in (plain, html))
    is_other = len(said) < len(shown) and len(said & shown) < len(said) / 2
    if plain and is_other and not has_alternatives:
        return "\n".join(text for _kind, text in texts).strip()
    is_stand_in = is_other and "html" in plain[:_LONGEST_COMPARED].lower()
    return html if not plain or is_stand_in else plain


def _is_attached(part: MimeMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except MISREAD:
        return False


def _is_of_the_mail(part: MimeMessage, holder: str) -> bool:
    """Whether a part signs, reports, repeats or decorates a mail, and so is no file that came along."""
    if holder in ("multipart/signed", "multipart/report"):
        return True
    is_shown = holder == "multipart/related" and bool(header(part, "content-id"))
    return (is_shown or holder == "multipart/alternative") and not _is_attached(part)


def _text_of(part: MimeMessage, kind: str) -> str:
    # Of a charset with several bytes a character, four times the length is enough for all.
    content = content_of(part)[: 4 * LONGEST_TEXT]
    charset = parameter_of(part, "charset")
    if charset is None and kind == "text/html" and (said := _CHARSET_IN_HTML.search(content[:2_048])):
        charset = said[1].decode()
    return visible_text(decode_text(content, charset))


def _filename_of(part: MimeMessage) -> str | None:
    """The name of a file without a path."""
    name = parameter_of(part, "filename", "content-disposition") or parameter_of(part, "name")
    if not name:
        return None
    decoded = decode_header(name).replace("\n", " ").replace("\\", "/").rpartition("/")[2]
    return decoded.strip()[:255]

"""What a bounce (RFC 3464) or a complaint (RFC 5965) reports."""

import re
from collections.abc import Iterator
from typing import Final

from chassis.mail.headers import header, message_ids, raw_headers
from chassis.mail.message import Report
from chassis.mail.mime import MimeMessage, content_of, content_type_of, inner_messages, walk

_MOST_REPORTS: Final = 50
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP_CODE: Final = re.compile(r"\b([45]\d\d)[ -](?:[45]\.\d{1,3}\.\d{1,3}\b)?")
_ADDRESS: Final = re.compile(r"<?([^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,190})")
# A host that says in prose what it did not deliver.
_LONGEST_PROSE: Final = 8_000


def delivery_reports(root: MimeMessage) -> tuple[Report, ...]:
    """What was not delivered, as the report says. What was delivered, or passed on, is left out."""
    found: dict[str, Report] = {}
    for part in walk(root):
        if content_type_of(part) in ("message/delivery-status", "message/global-delivery-status"):
            for block in inner_messages(part)[: _MOST_REPORTS + 1]:
                if (report := _report_in(block)) is not None:
                    found.setdefault(report.recipient, report)
    return tuple(found.values())[:_MOST_REPORTS]


def _report_in(block: MimeMessage) -> Report | None:
    """What one block of a report says of one recipient."""
    recipient = _address_in(header(block, "original-recipient")) or _address_in(
        header(block, "final-recipient")
    )
    action = header(block, "action").lower().partition(" ")[0]
    status = _status_in(header(block, "status")) or _status_in(header(block, "diagnostic-code"))
    if not recipient or action in ("delivered", "relayed", "expanded"):
        return None
    is_failed = action == "failed" or (not action and (status or "").startswith("5"))
    return Report(recipient, status, is_permanent=is_failed and not (status or "5").startswith("4"))


def complaint_reports(root: MimeMessage) -> tuple[Report, ...] | None:
    """Who complained; None where the mail is no complaint."""
    for part in walk(root):
        if content_type_of(part) == "message/feedback-report":
            blocks = inner_messages(part)
            said = blocks[0] if blocks else None
            if said is None or header(said, "feedback-type").lower() in ("not-spam", "virus"):
                return None
            named = [_address_in(value) for value in raw_headers(said, "original-rcpt-to")]
            if not any(named):
                named = [
                    _address_in(value) for each in returned_mails(root) for value in raw_headers(each, "to")
                ]
            return tuple(Report(each, None, is_permanent=True) for each in dict.fromkeys(filter(None, named)))
    return None


def prose_reports(text: str) -> tuple[Report, ...]:
    """What a host says in prose that writes no report: the first address, the first code of a failure."""
    said = text[:_LONGEST_PROSE]
    code, address = _STATUS.search(said) or _SMTP_CODE.search(said), _ADDRESS.search(said)
    if code is None or address is None or code[1].startswith("2"):
        return ()
    status = code[1] if "." in code[1] else f"{code[1][0]}.0.0"
    return (Report(address[1].lower().rstrip(".>"), status, is_permanent=status.startswith("5")),)


def returned_mails(root: MimeMessage) -> Iterator[MimeMessage]:
    """The mails that a report is about, or their headers alone."""
    for part in walk(root):
        kind = content_type_of(part)
        if kind in ("message/rfc822", "message/global", "message/rfc822-headers"):
            yield from inner_messages(part)
        elif kind in ("text/rfc822-headers", "message/global-headers"):
            yield from _headers_in(part)


def _headers_in(part: MimeMessage) -> Iterator[MimeMessage]:
    """The headers that a part of a report holds as text, as far as they are of interest."""
    inner: MimeMessage = type(part)()
    for line in content_of(part)[:_LONGEST_PROSE].decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and name.lower() in ("message-id", "to", "references"):
            inner[name] = value.strip()
    yield inner


def returned_message_id(root: MimeMessage) -> str | None:
    """The Message-ID of the mail that a report is about."""
    ids = (each for mail in returned_mails(root) for each in message_ids(header(mail, "message-id")))
    return next(ids, None)


def _address_in(value: str) -> str:
    """The address in a value such as `rfc822; ada@example.com`."""
    found = _ADDRESS.search(value.rpartition(";")[2])
    return "" if found is None else found[1].lower().rstrip(".>")


def _status_in(value: str) -> str | None:
    found = _STATUS.search(value)
    return None if found is None else found[1]

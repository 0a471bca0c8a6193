"""Headers of a mail as text: encoded words, addresses, Message-IDs."""

import base64
import binascii
import email.utils
import quopri
import re
from collections.abc import Sequence
from typing import Final

from chassis.mail.charsets import decode_text, visible_text
from chassis.mail.message import Mailbox
from chassis.mail.mime import MISREAD, MimeMessage
from contracts.text import is_address

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?\s]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]{1,20}(=\?[^?\s]{1,60}\?[bq]\?)", re.IGNORECASE)
_FOLDING = re.compile(r"[\r\n\t]+ ?")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,995}>")
_LOOSE_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,64}@[^\s<>,;:\"()\[\]]{1,253}")
MOST_REFERENCES: Final = 50
MOST_RECIPIENTS: Final = 100
_LONGEST_LIST: Final = 8_192
_MOST_LISTS: Final = 8


def header(message: MimeMessage, name: str) -> str:
    """The first header of this name, decoded and on one line; empty where there is none."""
    return next(iter(headers(message, name)), "")


def headers(message: MimeMessage, name: str) -> list[str]:
    """Every header of this name, decoded, each on one line."""
    wanted = name.lower()
    return [decode_header(value) for each, value in message.raw_items() if each.lower() == wanted]


def decode_header(value: object) -> str:
    """The text of a header value, in which raw bytes of any charset may stand."""
    raw = str(value).encode("utf-8", "surrogateescape")
    text = _BETWEEN_WORDS.sub(r"\1\2", decode_text(raw, "utf-8"))
    text = _ENCODED_WORD.sub(lambda found: _decode_word(found[1], found[2], found[3]), text)
    return visible_text(_FOLDING.sub(" ", text)).strip()


def _decode_word(charset: str, encoding: str, content: str) -> str:
    raw = content.encode("utf-8", "replace")
    try:
        if encoding in "bB":
            decoded = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        else:
            decoded = quopri.decodestring(raw, header=True)
    except (binascii.Error, ValueError):
        return content
    # RFC 2231 allows a language behind the charset.
    return decode_text(decoded, charset.partition("*")[0])


def mailboxes(values: Sequence[str]) -> tuple[Mailbox, ...]:
    """The addresses in header values as they stand, in their order, each once."""
    found: dict[str, Mailbox] = {}
    for value in values[:_MOST_LISTS]:
        for name, address in _pairs_in(_FOLDING.sub(" ", value)[:_LONGEST_LIST]):
            cleaned = _cleaned(address)
            if cleaned and len(found) < MOST_RECIPIENTS:
                found.setdefault(cleaned, Mailbox(address=cleaned, name=decode_header(name)[:200]))
    return tuple(found.values())


def raw_headers(message: MimeMessage, *names: str) -> list[str]:
    """The values of these headers with their encoded words, in which separators are no separators."""
    wanted = {name.lower() for name in names}
    found = [str(value) for name, value in message.raw_items() if name.lower() in wanted]
    # Raw bytes beyond ASCII stand in names, and sometimes in addresses.
    return [decode_text(each.encode("utf-8", "surrogateescape"), "utf-8") for each in found]


def _pairs_in(value: str) -> list[tuple[str, str]]:
    try:
        pairs = email.utils.getaddresses([value])
    except MISREAD:
        pairs = []
    if any("@" in address for _name, address in pairs):
        return pairs
    # Nothing that is spelled as a list of addresses: whatever looks like one.
    return [("", each) for each in _LOOSE_ADDRESS.findall(value)]


def _cleaned(address: str) -> str:
    address = visible_text(address).strip().strip("<>").lower()
    if is_address(address):
        return address
    # Addresses beyond ASCII, and those of machines, are addresses to whoever has to answer them.
    return address if _LOOSE_ADDRESS.fullmatch(address) else ""


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a header value, in their order, in angle brackets; the last ones of very many."""
    found = _MESSAGE_ID.findall(value)
    if not found and (bare := value.strip()) and "@" in bare and len(bare) < 990 and " " not in bare:
        found = [f"<{bare}>"]
    return tuple(found[-MOST_REFERENCES:])

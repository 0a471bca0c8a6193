"""Forms as bytes: what charset a field is in, its provider says in another field."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, create_form_parser

from services.gateway.errors import DeliveryUnreadable

_MOST_FIELDS: Final = 500
_IN_MEMORY: Final = 1 << 30
_MULTIPART: Final = re.compile(r"multipart/form-data\s*;.*boundary=", re.IGNORECASE)
_HEADER_NAME: Final = re.compile(r"[!-9;-~]{1,100}")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form."""

    filename: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class MailForm:
    """A form: its fields, the last of each name, and its files by name."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field that holds ASCII or UTF-8; empty where there is none."""
        return self.fields.get(name, b"").decode("utf-8", "replace")


def read_form(body: bytes, content_type: str) -> MailForm:
    """Read a form in either encoding.

    Raises:
        DeliveryUnreadable: it is none.
    """
    form = MailForm()
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        _read_urlencoded(body, form)
        return form

    if not _MULTIPART.match(content_type):
        raise DeliveryUnreadable("The body is not a form.")

    def add_field(said: Field) -> None:
        form.fields[_name(said.field_name)] = said.value or b""

    def add_file(said: File) -> None:
        said.file_object.seek(0)
        sent = UploadedFile(_name(said.file_name), _name(said.content_type), said.file_object.read())
        form.files[_name(said.field_name)] = sent

    limits = {"MAX_MEMORY_FILE_SIZE": _IN_MEMORY, "MAX_FIELDS": _MOST_FIELDS}
    try:
        parser = create_form_parser(
            {"Content-Type": content_type.encode()}, add_field, add_file, config=limits
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise DeliveryUnreadable("The body is not a form.") from error
    return form


def _read_urlencoded(body: bytes, form: MailForm) -> None:
    try:
        # By this charset every byte is a character, and the same byte again.
        text = body.decode("latin-1")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, encoding="latin-1")
    except ValueError as error:
        raise DeliveryUnreadable("The body has too many fields.") from error
    form.fields |= {_name(name.encode("latin-1")): value.encode("latin-1") for name, value in pairs}


def _name(said: bytes | str | None) -> str:
    return said if isinstance(said, str) else (said or b"").decode("utf-8", "replace")


def build_mime(
    headers: Sequence[tuple[str, str]],
    *,
    text: str | None,
    html: str | None,
    files: Sequence[UploadedFile] = (),
) -> bytes:
    """The MIME of a mail that a provider has taken apart; its headers keep their order.

    What described the encoding of the original is left out, since the parts are encoded anew.
    """
    boundary = b"salesbot-parts"
    lines = [
        f"{name}: {' '.join(value.splitlines())}".encode("utf-8", "replace")
        for name, value in headers
        if _HEADER_NAME.fullmatch(name) and not name.lower().startswith(("content-", "mime-version"))
    ]
    lines += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="%b"' % boundary]
    if text is not None:
        lines += [b"", b"--" + boundary, *_part("text/plain; charset=utf-8", text.encode("utf-8", "replace"))]
    if html is not None:
        lines += [b"", b"--" + boundary, *_part("text/html; charset=utf-8", html.encode("utf-8", "replace"))]
    for file in files:
        name = re.sub(r'[\x00-\x1f"\\]', "", file.filename)
        kind = re.sub(r"[^\w/.+-]", "", file.content_type) or "application/octet-stream"
        disposition = f'Content-Disposition: attachment; filename="{name}"'.encode("utf-8", "replace")
        lines += [b"", b"--" + boundary, disposition, *_part(kind, file.content)]
    return b"\r\n".join((*lines, b"", b"--" + boundary + b"--", b""))


def _part(content_type: str, content: bytes) -> list[bytes]:
    encoded = base64.encodebytes(content)
    return [b"Content-Type: " + content_type.encode(), b"Content-Transfer-Encoding: base64", b"", encoded]

"""Reads the list of a campaign: CSV as spreadsheets write it, one line at a time."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devstack.errors import ListUnreadable

COLUMNS: Final = ("email", "first_name", "company", "language")
# What else a column is called, as it is compared: in small letters, with `_` between words.
_ALSO: Final[Mapping[str, str]] = {
    **dict.fromkeys(("e_mail", "mail", "email_address", "e_mail_address", "correo", "courriel"), "email"),
    **dict.fromkeys(
        ("firstname", "given_name", "vorname", "nombre", "prénom", "prenom", "nome"), "first_name"
    ),
    **dict.fromkeys(("company_name", "organisation", "organization", "firma", "unternehmen"), "company"),
    **dict.fromkeys(("empresa", "société", "societe", "entreprise"), "company"),
    **dict.fromkeys(("lang", "locale", "sprache", "idioma", "langue"), "language"),
}
_SEPARATORS: Final = (",", ";", "\t")
# Excel's own first line, which is none of the list.
_NAMED_SEPARATOR: Final = re.compile(r"sep=(.)", re.IGNORECASE)
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class ListLine:
    """A recipient, by the number of the line; a value that is not given is empty."""

    number: int
    email: str
    first_name: str
    company: str
    language: str


@dataclass(frozen=True, slots=True)
class CampaignList:
    """A list on disk. It is read anew each time, so that one of any length needs no memory."""

    path: Path
    encoding: str
    separator: str
    columns: Mapping[str, int]
    ignored: Sequence[str]
    has_named_separator: bool

    def __iter__(self) -> Iterator[ListLine]:
        """Every line that is not empty.

        Raises:
            ListUnreadable: a line cannot be read.
        """
        for number, row in self._rows():
            given = {name: row[at].strip() if at < len(row) else "" for name, at in self.columns.items()}
            yield ListLine(number, **{name: given.get(name, "") for name in COLUMNS})

    def __len__(self) -> int:
        """How many lines there are, by reading them."""
        return sum(1 for _ in self._rows())

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=self.separator)
            try:
                for _ in range(2 if self.has_named_separator else 1):
                    next(reader)
                yield from ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
            except csv.Error as error:
                raise ListUnreadable(f"line {reader.line_num + 1} cannot be read: {error}") from error


def read_list(path: Path) -> CampaignList:
    """A list by its first line; its encoding and separator are found out.

    Raises:
        ListUnreadable: there is no such file, or it has no column with addresses.
    """
    try:
        encoding = _encoding_of(path)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            first = file.readline()
            named = _NAMED_SEPARATOR.fullmatch(first.strip())
            head = file.readline() if named else first
    except OSError as error:
        raise ListUnreadable(f"{path} cannot be read: {error.strerror}") from error
    separator = named[1] if named else max(_SEPARATORS, key=head.count)
    titles = next(csv.reader([head.rstrip("\r\n")], delimiter=separator), [])
    names = [_name_of(title) for title in titles]
    columns: dict[str, int] = {name: names.index(name) for name in COLUMNS if name in names}
    if "email" not in columns:
        raise ListUnreadable(f"{path} has no column `email`; it has {', '.join(titles) or 'no first line'}")
    ignored = [title for title, name in zip(titles, names, strict=True) if name not in columns]
    return CampaignList(path, encoding, separator, columns, ignored, named is not None)


def _name_of(title: str) -> str:
    name = re.sub(r"[\s_-]+", "_", title.strip().casefold()).strip("_")
    return _ALSO.get(name, name)


def _encoding_of(path: Path) -> str:
    """UTF-8 where all of it is, UTF-16 by its mark, else what Excel writes on Windows in the West."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"

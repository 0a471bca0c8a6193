"""The words of a mail as plain text and as HTML: what is bold, what is a list, what is a link."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from playbook.guard.sentences import Splitter

_LINK: Final = re.compile(r"https?://[^\s<>\"]{1,2000}[^\s<>\".,;:!?)\]]")
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_BOLD: Final = re.compile(r"\*\*(\S(?:[^*\n]{0,300}\S)?)\*\*")
_BULLET: Final = "- "
# A longer part of an address is a token.
_LONGEST_PART: Final = 40


def with_question_apart(text: str) -> str:
    """The same text, the question that ends it in a paragraph of its own: there an answer is wanted."""
    before, blank, last = text.strip().rpartition("\n\n")
    splitter = Splitter()
    sentences = [*splitter.feed(last), *splitter.rest()]
    if len(sentences) < 2 or not sentences[-1].text.rstrip().endswith("?"):
        return text
    said = "".join(f"{each.lead}{each.text}" for each in sentences[:-1])
    return f"{before}{blank}{said.strip()}\n\n{sentences[-1].text}"


def plain(text: str) -> str:
    """A text without the signs that make words bold."""
    return _BOLD.sub(r"\1", text)


def paragraphs(text: str) -> list[Markup]:
    """Each paragraph as HTML: lines stay lines, what is bold or a list is one, addresses become links."""
    return [_paragraph(each) for each in _BLANK_LINES.split(text)]


def _paragraph(paragraph: str) -> Markup:
    runs = groupby(paragraph.split("\n"), key=lambda line: line.startswith(_BULLET))
    return Markup("").join(_list(lines) if is_list else _lines(lines) for is_list, lines in runs)


def _list(lines: Iterable[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(_line(line.removeprefix(_BULLET))) for line in lines)
    return Markup('<ul style="margin:0;padding-left:20px">{}</ul>').format(items)


def _lines(lines: Iterable[str]) -> Markup:
    return Markup("<br />").join(map(_line, lines))


def _line(line: str) -> Markup:
    parts, end = list[Markup](), 0
    for link in _LINK.finditer(line):
        parts += [_words(line[end : link.start()])]
        parts += [Markup('<a href="{}" style="color:#0b5cad">{}</a>').format(link[0], _shown(link[0]))]
        end = link.end()
    return Markup("").join([*parts, _words(line[end:])])


def _words(text: str) -> Markup:
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704  # escaped before


def _shown(link: str) -> str:
    """An address as people read it; what only machines read in it stays behind it."""
    place = link.partition("?")[0].partition("#")[0].partition("://")[2].rstrip("/")
    return "/".join("…" if len(part) > _LONGEST_PART else part for part in place.split("/"))

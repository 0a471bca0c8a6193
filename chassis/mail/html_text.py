"""The text of an HTML mail: what a reader sees, with quotes marked as plain text marks them.

Hidden text is left out: it is there to be read by machines alone. A quoted mail becomes lines that begin with
`>`, a signature begins with the line `-- `, and where a client marks the mail below, `FORWARDED` stands.
"""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from chassis.mail.charsets import visible_text

LONGEST_HTML: Final = 300_000
MOST_NODES: Final = 20_000
# A parser of HTML looks at all open elements for each new one.
_DEEPEST: Final = 512
_DEEPEST_QUOTE: Final = 3
FORWARDED: Final = "\ue000"
"""A line that no mail holds, where a client has marked that the mail it answers begins."""

_UNSEEN_TAGS: Final = frozenset({"head", "script", "style", "template", "title", "noscript", "object", "svg"})
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
# Cells of a table stand beside each other, rows below each other.
_INLINE_BLOCKS: Final = frozenset({"td", "th"})
_SPACED: Final = frozenset({"p", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote"})
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})")
# Elements that hold none, or that end without being told.
_UNNESTED: Final = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta"}
    | {"o:p", "option", "p", "td", "th", "tr", "wbr"}
)
_HIDING: Final = re.compile(
    r"display:none|visibility:hidden|mso-hide:all"
    r"|(?:^|;)(?:font-size|opacity|max-height|width|height):0(?:\.0{1,4})?(?:px|pt|em|rem|%)?(?:!important)?(?:;|$)"
    r"|(?:^|;)font-size:[01]px|text-indent:-\d{3}"
)
_WHITE: Final = re.compile(
    r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\)|transparent)(?:!important)?(?:;|$)"
)
_BACKGROUND: Final = re.compile(r"background(?:-color)?:")
_BORDER_OF_OUTLOOK: Final = re.compile(r"border-top:solid#(?:e1e1e1|b5c4df)")
_QUOTING_IDS: Final = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"})
_QUOTING_CLASSES: Final = frozenset(
    {"yahoo_quoted", "ydp_quoted", "protonmail_quote", "zmail_extra", "outlookmessageheader", "gmx_quote"}
)
_SIGNATURES: Final = frozenset(
    {
        "gmail_signature",
        "signature",
        "moz-signature",
        "protonmail_signature_block",
        "ms-outlook-mobile-signature",
    }
)
_WHITE_SPACE: Final = re.compile(r"[ \t\n\r\f]+")


def html_to_text(html: str) -> str:
    """What a reader sees of an HTML mail. Never fails."""
    root = LexborHTMLParser(_within_depth(html[:LONGEST_HTML])).body
    if root is None:
        return ""
    writer = _Writer()
    _walk(root, writer)
    return visible_text(writer.text())


def _within_depth(html: str) -> str:
    """The HTML up to where it is nested too deeply."""
    depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() in _UNNESTED:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > _DEEPEST:
            return html[: found.start()]
    return html


class _Writer:
    """Lines that are written word by word."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self.depth = 0

    @property
    def _marks(self) -> str:
        return "> " * min(self.depth, _DEEPEST_QUOTE)

    def write(self, text: str) -> None:
        words = _WHITE_SPACE.sub(" ", text)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def break_block(self, *, is_spaced: bool = False) -> None:
        if self._line.strip():
            self.end_line()
        self._line = ""
        if is_spaced and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._marks)

    def end_line(self) -> None:
        self._lines.append(self._marks + self._line.strip())
        self._line = ""

    def mark(self, line: str) -> None:
        self.break_block()
        self._lines.append(self._marks + line)

    def text(self) -> str:
        self.break_block()
        return "\n".join(line.rstrip() for line in self._lines)


def _walk(root: LexborNode, writer: _Writer) -> None:
    """Write all below a node; no recursion, since a mail nests as deep as it likes."""
    waiting = [(root, False)]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node, is_left = waiting.pop()
        if is_left:
            _leave(node, writer)
        elif _enter(node, writer):
            waiting.append((node, True))
            waiting.extend((child, False) for child in reversed([*node.iter(include_text=True)]))


def _enter(node: LexborNode, writer: _Writer) -> bool:
    """Write the beginning of a node; whether it is seen, and so to be walked through and left."""
    tag = node.tag or ""
    if tag == "-text":
        writer.write(node.text_content or "")
        return False
    if tag.startswith(("-", "!")) or tag in _UNSEEN_TAGS:
        return False
    if attributes := node.attributes:
        if _is_hidden(attributes):
            return False
        _mark_part(attributes, writer)
    if tag == "br":
        writer.end_line()
    elif tag in _INLINE_BLOCKS:
        writer.write(" ")
    elif tag in _BLOCKS:
        writer.break_block(is_spaced=tag in _SPACED)
    if tag == "blockquote":
        writer.depth += 1
    elif tag == "li":
        writer.write("- ")
    return True


def _leave(node: LexborNode, writer: _Writer) -> None:
    tag = node.tag or ""
    if tag in _BLOCKS and tag not in _INLINE_BLOCKS:
        writer.break_block(is_spaced=tag in _SPACED)
    if tag == "blockquote":
        writer.depth -= 1


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = re.sub(r"\s+", "", (attributes.get("style") or "")[:2_000].lower())
    if "hidden" in attributes or _HIDING.search(style):
        return True
    return bool(_WHITE.search(style)) and not _BACKGROUND.search(style)


def _mark_part(attributes: dict[str, str | None], writer: _Writer) -> None:
    """Mark where a client says that its user's text ends."""
    names = {(attributes.get("id") or "").lower(), *(attributes.get("class") or "").lower().split()[:20]}
    style = re.sub(r"\s+", "", (attributes.get("style") or "")[:500].lower())
    # Some clients put a hash of their own before the name of a class.
    is_marked = names & (_QUOTING_IDS | _QUOTING_CLASSES) or any(
        each.endswith("yahoo_quoted") for each in names
    )
    if is_marked or _BORDER_OF_OUTLOOK.search(style):
        writer.mark(FORWARDED)
    elif names & _SIGNATURES:
        writer.mark("-- ")

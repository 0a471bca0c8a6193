"""The text of an HTML mail: what a reader sees, with quotes marked as plain text marks them.

Hidden text is left out: it is there to be read by machines alone. A quoted mail becomes lines that begin with
`>`, a signature begins with the line `-- `, and where a client marks the mail below, `FORWARDED` stands.
"""

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from chassis.mail.charsets import visible_text
from chassis.mail.colors import Colors

LONGEST_HTML: Final = 300_000
MOST_NODES: Final = 20_000
# A parser of HTML looks at all open elements for each new one.
_DEEPEST: Final = 512
_DEEPEST_QUOTE: Final = 3
_MOST_STYLE_SHEETS: Final = 20
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
    r"|(?:^|;)font-size:(?:[01](?:\.\d{1,4})?px|0\.\d{1,4}p[xt]|0?\.[01]\d{0,3}r?em)|(?:^|;)(?:text-indent|left|top|right|bottom|margin(?:-left|-top)?):-\d{3}"
    r"|clip:rect\((?:0|1px)|transform:scale\(0\)"
)
_CLIPPED: Final = re.compile(r"(?:^|;)(?:max-)?(?:width|height):[01](?:\.\d{1,4})?px")
_CSS_COMMENT: Final = re.compile(r"/\*[^*]{0,2000}\*/|<!--|-->")
_SIMPLE_SELECTOR: Final = re.compile(r"^\s*[a-z0-9]{0,20}([.#][\w-]{1,100})\s*$")
_BORDER_OF_OUTLOOK: Final = re.compile(r"border-top:solid#(?:e1e1e1|b5c4df)")
_QUOTING_IDS: Final = frozenset({"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"})
_QUOTING_CLASSES: Final = frozenset(
    {"yahoo_quoted", "ydp_quoted", "protonmail_quote", "zmail_extra", "outlookmessageheader", "gmx_quote"}
)
_WHITE_SPACE: Final = re.compile(r"[ \t\n\r\f]+")


def html_to_text(html: str) -> str:
    """What a reader sees of an HTML mail. Never fails."""
    page = LexborHTMLParser(_within_depth(html[:LONGEST_HTML]))
    if page.body is None:
        return ""
    sheets = "\n".join(each.text() for each in page.css("style")[:_MOST_STYLE_SHEETS])
    writer = _Writer(hidden=_hidden_by(sheets[:LONGEST_HTML]))
    _walk(page.body, writer)
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

    def __init__(self, hidden: frozenset[str]) -> None:
        self._lines: list[str] = []
        self._line = ""
        self.depth = 0
        self.hidden = hidden

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
    waiting = [(root, Colors(), False)]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node, colors, is_left = waiting.pop()
        if is_left:
            _leave(node, writer)
        elif (within := _enter(node, writer, colors)) is not None:
            waiting.append((node, colors, True))
            waiting.extend((child, within, False) for child in reversed([*node.iter(include_text=True)]))


def _enter(node: LexborNode, writer: _Writer, colors: Colors) -> Colors | None:
    """Write the beginning of a node; the colors within it, None where nothing in it is to be seen."""
    tag = node.tag or ""
    if tag == "-text":
        if colors.is_visible:
            writer.write(node.text_content or "")
        return None
    if tag.startswith(("-", "!")) or tag in _UNSEEN_TAGS:
        return None
    if attributes := node.attributes:
        style = _without_spaces(attributes, "style", 2_000)
        if "hidden" in attributes or _hides(style) or not writer.hidden.isdisjoint(_named(attributes)):
            return None
        colors = colors.within(style, attributes)
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
    return colors


def _leave(node: LexborNode, writer: _Writer) -> None:
    tag = node.tag or ""
    if tag in _BLOCKS and tag not in _INLINE_BLOCKS:
        writer.break_block(is_spaced=tag in _SPACED)
    if tag == "blockquote":
        writer.depth -= 1


def _hides(style: str) -> bool:
    """Whether what is styled so is not to be seen. `style` is in lower case without spaces."""
    is_clipped = "overflow:hidden" in style and _CLIPPED.search(style) is not None
    return is_clipped or _HIDING.search(style) is not None


def _without_spaces(attributes: Mapping[str, str | None], name: str, length: int) -> str:
    return re.sub(r"\s+", "", (attributes.get(name) or "")[:length].lower())


def _named(attributes: Mapping[str, str | None]) -> list[str]:
    """The id and the classes of an element, as the selectors of a style sheet spell them."""
    classes = (attributes.get("class") or "")[:1_000].lower().split()[:20]
    return ["#" + (attributes.get("id") or "").strip().lower(), *("." + each for each in classes)]


def _hidden_by(sheet: str) -> frozenset[str]:
    """The ids and classes that a style sheet hides on every screen, by a selector that names nothing else."""
    hidden, depth = set[str](), 0
    for rule in _CSS_COMMENT.sub("", sheet).lower().split("}"):
        selectors, _, style = rule.rpartition("{")
        if depth == 0 and "{" not in selectors and _hides(re.sub(r"\s+", "", style[:2_000])):
            hidden |= {found[1] for each in selectors.split(",") if (found := _SIMPLE_SELECTOR.search(each))}
        depth = max(0, depth + rule.count("{") - 1)
    return frozenset(hidden)


def _mark_part(attributes: Mapping[str, str | None], writer: _Writer) -> None:
    """Mark where a client says that its user's text ends."""
    named = " ".join(attributes.get(key) or "" for key in ("id", "name", "class"))
    names = set(named[:1_000].lower().split()[:20])
    style = _without_spaces(attributes, "style", 500)
    # Some clients put a hash of their own before the name of a class.
    is_marked = names & (_QUOTING_IDS | _QUOTING_CLASSES) or any(
        each.endswith("yahoo_quoted") for each in names
    )
    if is_marked or _BORDER_OF_OUTLOOK.search(style):
        writer.mark(FORWARDED)
    elif any("signature" in each for each in names):
        writer.mark("-- ")

"""Everything that leads somewhere: links, hosts, images, code, addresses, telephone numbers."""

import re
from collections.abc import Callable

_ENDINGS = (
    r"com|net|org|io|ai|co|dev|app|me|info|biz|example|xyz|online|site|shop|store|link|click|top|ly|gl|to"
    r"|ru|cn"
    r"|de|fr|es|pt|br|mx|uk|eu|us"
)
_DOT = r"\s*[\[({]?\s*(?:\bdot\b|\bpunkt\b|\bpunto\b|\bpoint\b|\bponto\b)\s*[\])}]?\s*"
_DISGUISED = re.compile(
    rf"(?<=\w)(?:{_DOT}|\s*[\[({{]\s*\.\s*[\])}}]\s*|\s+\.\s*|\.\s+(?=[a-z]+/))(?=(?:{_ENDINGS})\b)"
)
_NO_HOST = r"(?!(?:e\.g|i\.e|a\.m|p\.m|u\.s|z\.b|d\.h|u\.a|p\.ej|ph\.d|etc\.)\b)"
_NO_ENDING = r"(?:pdf|csv|xlsx?|docx?|txt|png|jpe?g|js|net|md|py)"
_HOST = rf"{_NO_HOST}(?:[^\W_][\w-]*\.)+(?!{_NO_ENDING}\b(?![./]))[^\W\d_]{{2,24}}\b(?:[/?#:][^\s)\]>\"]*)?"
_EMAIL = r"[^\s@<>()\[\],;:\"]+\s?(?:@|\(at\)|\[at\])\s?[^\s@<>()\[\],;:\"]+"
LINK = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,12}}:)?//[^\s)\]>\"]+"
    r"|!\s?\[|\]\s?\(|<\s?[a-z!/?][^>]*>?"
    r"|\b(?:javascript|data|vbscript|mailto|tel|sms|file|blob|callto|whatsapp):\s?\S*"
    rf"|{_EMAIL}|\bwww\.\S+|{_HOST}"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b(?:[:/]\S*)?|\blocalhost\b\S*"
)
# Nothing leads anywhere without one of these, and most sentences have none: a quick look saves a slow search.
SIGN_OF_A_LINK = re.compile(r"[/:@<\[\]]|\.\S|\(at\)|localhost")
_IS_EMAIL = re.compile(_EMAIL)
_PHONE = re.compile(r"(?<![\w.,$])\+?\(?\d(?:[\s().\-/]{0,2}\d){6,14}(?![\w%])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_EDGES = ".,;:!?'\""


def links(text: str) -> frozenset[str]:
    """Everything in a visible or folded text that leads somewhere, addresses too."""
    read = _undisguised(text)
    if not SIGN_OF_A_LINK.search(read):
        return frozenset()
    return frozenset(match.group().strip(_EDGES) for match in LINK.finditer(read))


def without_links_that(is_allowed: Callable[[str], bool], text: str) -> str:
    """The text with a mark in place of every link that is allowed, so that nothing in it is judged."""

    def marked(match: re.Match[str]) -> str:
        link = match.group().strip(_EDGES)
        return match.group().replace(link, " # ", 1) if link and is_allowed(link) else match.group()

    return LINK.sub(marked, text) if SIGN_OF_A_LINK.search(text) else text


def emails(text: str) -> frozenset[str]:
    """Every email address."""
    return frozenset(link for link in links(text) if _IS_EMAIL.fullmatch(link))


def phones(text: str) -> frozenset[str]:
    """Every telephone number, as its digits."""
    found = (match.group() for match in _PHONE.finditer(without_links(text)))
    return frozenset(re.sub(r"\D", "", number) for number in found if not _DATE.fullmatch(number.strip()))


def without_links(text: str) -> str:
    """The text with every link blanked, at its length."""
    if not SIGN_OF_A_LINK.search(text):
        return text
    return LINK.sub(lambda match: "#" * len(match.group()), text)


def _undisguised(text: str) -> str:
    """`evil dot com`, `evil[.]com` and `evil .com` lead where they say."""
    return _DISGUISED.sub(".", text.replace("hxxp", "http"))

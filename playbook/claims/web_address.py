"""Web addresses as a browser resolves them, and whether one lies below another.

Addresses are parsed by the WHATWG rules, which every browser follows. `widget/src/panel/links.ts` of the
gateway checks a link in the same way.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

import ada_url

_PLAIN = re.compile(r"[!-~]+")
_HIDES_A_SEGMENT = re.compile(r"[/\\%]|[^ -~\u00a0-\U0010ffff]|\ufffd")
_DOTS = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An https address without credentials and port. `segments` are the parts of its path."""

    host: str
    segments: tuple[str, ...]

    def is_below(self, prefix: "WebAddress") -> bool:
        """Whether it is on the host of `prefix` and begins with all segments of its path."""
        return self.host == prefix.host and self.segments[: len(prefix.segments)] == prefix.segments


@lru_cache(maxsize=1024)
def web_address(text: str) -> WebAddress | None:
    """The address, None when it is not plain https or does not stand as a browser resolves it.

    Other software reads many addresses in another way than a browser, so one that a browser would rewrite is
    refused: with dots to climb up, backslashes, full-width letters, a tab, a port or a user name. So is a
    path in which an encoded slash or an empty part could climb up behind a proxy.
    """
    if not _PLAIN.fullmatch(text):
        return None
    try:
        url = ada_url.URL(text)
    except ValueError:
        return None
    is_as_resolved = url.href.lower() in {text.lower(), f"{text.lower()}/"}
    if not is_as_resolved or url.protocol != "https:" or url.username or url.password or url.port:
        return None
    *segments, last = url.pathname.removeprefix("/").split("/")
    if not all(_is_plain(segment) for segment in segments) or (last and not _is_plain(last)):
        return None
    return WebAddress(url.hostname, (*segments, last) if last else tuple(segments))


def is_below_any(text: str, prefixes: Iterable[str]) -> bool:
    """Whether a text is a web address below one of these; prefixes that are no web address hold nothing."""
    address = web_address(text)
    above = (web_address(prefix) for prefix in prefixes)
    return address is not None and any(prefix is not None and address.is_below(prefix) for prefix in above)


def _is_plain(segment: str) -> bool:
    """Whether no server reads more than one segment in it, or a step upwards.

    Some servers cut a parameter off behind a semicolon before they look at the dots.
    """
    decoded = unquote(segment)
    name = decoded.partition(";")[0].strip()
    return bool(name) and name not in _DOTS and _HIDES_A_SEGMENT.search(decoded) is None

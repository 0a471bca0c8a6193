"""What the host that took a mail in found out about its origin, from the header it adds (RFC 8601)."""

import re
from typing import Final

from chassis.mail.headers import headers
from chassis.mail.message import Verdicts
from chassis.mail.mime import MimeMessage, read_headers

_MOST_RESULTS: Final = 30
_RESULT: Final = re.compile(r"^\s?(spf|dkim|dmarc)\s?=\s?([a-z]{2,12})\b", re.IGNORECASE)
_PROPERTY: Final = re.compile(
    r"(?:header\.[di]|smtp\.(?:mailfrom|helo))\s?=\s?\"?([^\s;\"()]{1,320})", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"\([^()]{0,500}\)")


def verdicts_in(root: MimeMessage, *, host: str | None = None) -> Verdicts:
    """The verdicts of one host, the topmost where none is named.

    Anybody can write the header: it counts only if `host` is ours and takes out what strangers wrote.
    """
    for value in headers(root, "authentication-results"):
        name, _, results = _COMMENT.sub(" ", value).partition(";")
        named = name.strip().lower().partition(" ")[0]
        if host is None or named == host.lower():
            return verdicts_of(results)
    return Verdicts()


def verdicts_by(host: str, content: bytes) -> Verdicts:
    """The verdicts that this host has put on top of a mail."""
    return verdicts_in(read_headers(content), host=host)


def verdicts_of(results: str) -> Verdicts:
    """The verdicts in results such as `dkim=pass header.d=example.com; spf=fail`."""
    said: dict[str, str] = {}
    domains: list[str] = []
    spf_domain = None
    for result in results.split(";", _MOST_RESULTS)[:_MOST_RESULTS]:
        found = _RESULT.match(result)
        if found is None:
            continue
        method, verdict = found[1].lower(), found[2].lower()
        # One good signature is enough.
        if said.get(method) != "pass":
            said[method] = verdict
        named = _PROPERTY.search(result)
        domain = "" if named is None else named[1].rpartition("@")[2].lower().strip(".")
        if method == "dkim" and verdict == "pass" and domain:
            domains.append(domain)
        elif method == "spf" and domain:
            spf_domain = domain
    return Verdicts(
        spf=said.get("spf"),
        spf_domain=spf_domain,
        dkim=said.get("dkim"),
        dkim_domains=tuple(domains),
        dmarc=said.get("dmarc"),
    )

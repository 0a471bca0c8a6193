"""No bytes break the parser, and none of them cost more than in proportion to their length."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.mail import parse_mail
from tests.support.effort import IS_THOROUGH
from tests.support.mails import all_mails

HEAD = b"From: a@b.example\r\nTo: Maya <maya@c.example>\r\nSubject: x\r\n"
PLAIN = b"Content-Type: text/plain"
PIECES = [mail.content for mail in all_mails()]
_seeds = st.sampled_from(PIECES)
_lines = st.sampled_from(sorted({line for piece in PIECES for line in piece.splitlines(keepends=True)}))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A mail of which some bytes, or whole lines, are others than they were."""
    content = bytearray(draw(_seeds))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        new = draw(st.one_of(st.binary(max_size=8), _lines))
        content[at : at + draw(st.integers(0, 40))] = new
    return bytes(content)


@given(st.one_of(mutated(), st.binary(max_size=2_000)))
@settings(max_examples=200 if IS_THOROUGH else 60, deadline=1_000)
def test_whatever_comes_is_read_within_a_second(content: bytes) -> None:
    said = parse_mail(content)
    assert len(said.reply) <= len(said.text) + 1
    assert "\x00" not in said.text + said.subject + said.signature


def _plain(text: bytes) -> bytes:
    return HEAD + PLAIN + b"; charset=utf-8\r\n\r\n" + text


def _html(text: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + text


MIXED = b"Content-Type: multipart/mixed; boundary="
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "on and at": lambda n: _plain((b" on " + b"x" * 200 + b" at " + b"y" * 200) * (n // 408)),
    "attributions": lambda n: _plain(b"On 10:30 2026 maya@c.example wrote:\r\n" * (n // 37)),
    "header blocks": lambda n: _plain(b"From: maya@c.example 10:30\r\n" * (n // 28)),
    "signs": lambda n: _plain(b"> " * (n // 2)),
    "blank lines": lambda n: _plain(b"\n" * n),
    "an address without end": lambda n: _plain(b"a" * n + b"@"),
    "armour": lambda n: _plain(b"-----BEGIN PGP SIGNED MESSAGE-----\n- -- \n" * (n // 40)),
    "marks of an author": lambda n: _plain(
        b"From: maya@c.example\nTo: x\nDate: 1.1.2026\n[" + b"[a] " * (n // 4)
    ),
    "tickets": lambda n: _plain(b"thank you for your message ticket request case [" * (n // 48)),
    "promises": lambda n: _plain(b"your request has been received within a within a within " * (n // 55)),
    "absences": lambda n: _plain(b"ich bin vom bis " * (n // 16)),
    "two alternatives": lambda n: (
        HEAD
        + b"Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\r\n"
        + b"a b " * (n // 8)
        + b"\r\n--a\r\nContent-Type: text/html\r\n\r\n"
        + b"c d e " * (n // 12)
    ),
    "nested divs": lambda n: _html(b"<div>" * (n // 5)),
    "nested quotes": lambda n: _html(b"<blockquote>x" * (n // 13)),
    "style sheets": lambda n: _html(b"<style>" + b".a{display:none}" * (n // 16) + b"</style><p class=a>x"),
    "comments in a style sheet": lambda n: _html(b"<style>" + b"/* " * (n // 3) + b"</style>x"),
    "colors": lambda n: _html(b"<p style='color:#fff;background:rgba(0,0,0,0)'>x" * (n // 48)),
    "notices": lambda n: _plain(b"confidential " * (n // 13)),
    "demands": lambda n: _plain(b"please can you " * (n // 15)),
    "help desks": lambda n: _plain(b"##- " + b"reply " * (n // 6)),
    "open comments": lambda n: _html(b"<!--" * (n // 4)),
    "parameters": lambda n: HEAD + PLAIN + b'; a="' + b";" * n + b'"\r\n\r\nx',
    "parentheses": lambda n: b"To: " + b"(" * n + b"\r\n\r\nx",
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?a?= " * (n // 14) + b"\r\n\r\nx",
    "nested multiparts": lambda n: b"".join(MIXED + b"b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(n // 60)),
    "parts": lambda n: HEAD + MIXED + b"a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * (n // 11),
    "a slow charset": lambda n: HEAD + PLAIN + b"; charset=idna\r\n\r\n" + b"\xff." * (n // 2),
}


def _seconds(content: bytes) -> float:
    """The least of a few tries: whatever else the machine does only adds."""

    def measure() -> float:
        begun_s = time.process_time()
        parse_mail(content)
        return time.process_time() - begun_s

    return min(measure() for _ in range(3))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_mail_of_twice_the_length_takes_twice_the_time_at_most(hostile: str) -> None:
    make = HOSTILE[hostile]

    once, twice = _seconds(make(60_000)), _seconds(make(120_000))

    # What takes no time at all has no ratio.
    assert twice <= 3 * max(once, 0.005), (once, twice)

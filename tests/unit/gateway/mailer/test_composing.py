"""A mail stays in its thread, says who wrote it to people and to machines, and is signed for its domain."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chassis.mail import MailTokens
from chassis.signing import SignedLinks
from contracts.proposal_link import PROPOSAL_PURPOSE
from contracts.values import Origin
from services.gateway.domain import ProposalLinks
from services.gateway.mailer.adapters import Composer, DkimKey, Letterhead
from services.gateway.mailer.domain import Draft, ThreadPlace
from tests.support.playbooks import SHIPPED

CONVERSATION = UUID("0b9f7b6e-54a1-4c0e-9d7e-6f2d1c2b3a49")
TOKENS = MailTokens(("of the tests of the mailer",))
HEAD = Letterhead(
    name="",
    address="ada@mail.example",
    domain="mail.example",
    reply_mailbox="ada@reply.example",
    public_url="https://chat.example/",
)
SECRETS, PUBLIC = ("of the tests of the links",), "https://chat.example"
PROPOSALS = SignedLinks(
    SECRETS,
    purpose=PROPOSAL_PURPOSE,
    unnamed_salt="proposal-link",
    lasts=timedelta(days=90),
    public_url=PUBLIC,
)
PLACE = ThreadPlace(
    recipient="dana@clinic.example",
    subject="Cutting repeat tickets",
    message_id="<their-2@clinic.example>",
    references=("<c.first@mail.example>", "<their-1@clinic.example>"),
    language=None,
)


def written(place: ThreadPlace = PLACE, dkim_key: DkimKey | None = None, **facts: object) -> bytes:
    given = {"text": "Hello Dana.", "written_by": "model", "kind": "answer", **facts}
    draft = Draft(delivery_id=UUID(int=7), conversation_id=CONVERSATION, place=place, **given)  # type: ignore[arg-type]
    clock = lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # noqa: E731
    composer = Composer(HEAD, TOKENS, SHIPPED, proposal_links=PROPOSALS, clock=clock, dkim=dkim_key)
    return composer.compose(draft).message


def read(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_an_answer_is_in_the_thread_and_is_answered_to_the_conversation() -> None:
    mail = read(written())

    assert mail["Subject"] == "Re: Cutting repeat tickets"
    assert mail["In-Reply-To"] == "<their-2@clinic.example>"
    assert mail["References"].split() == [
        "<c.first@mail.example>", "<their-1@clinic.example>", "<their-2@clinic.example>",
    ]  # fmt: skip
    assert TOKENS.of_address(mail["Reply-To"]) == CONVERSATION
    assert TOKENS.of_message_id(mail["Message-ID"]) == CONVERSATION
    assert mail["Reply-To"].endswith("@reply.example")


@pytest.mark.parametrize(("language", "said"), [("en", "to print or pass on"), ("de", "zum Drucken")])
def test_a_proposal_has_its_page_below_it_and_the_gateway_opens_it(language: str, said: str) -> None:
    place = replace(PLACE, language=language)
    mail = read(written(place, shows_proposal=True))

    (line,) = [line for line in part(mail, "plain").splitlines() if f"{PUBLIC}/proposal/" in line]
    assert said in line
    token = line.rpartition("/")[2]
    assert ProposalLinks(SECRETS, lasts=timedelta(days=90)).read(token).conversation_id == CONVERSATION
    shown = part(mail, "html")
    assert f'href="{PUBLIC}/proposal/{token}"' in shown
    assert (shown.count(token), ">chat.example/proposal/…<" in shown) == (1, True)
    assert "/proposal/" not in part(read(written(place)), "plain")


def test_no_message_id_is_folded_however_long_the_thread_is() -> None:
    long = tuple(f"<{'x' * 100}-{n}@clinic.example>" for n in range(60))
    mail = written(replace(PLACE, references=long, subject="x" * 900))
    raw = mail.decode().split("\r\n\r\n")[0]

    assert "=?" not in raw
    assert max(map(len, raw.split("\r\n"))) <= 998
    references = read(mail)["References"].split()
    assert (len(references), references[0], references[-1]) == (20, long[0], "<their-2@clinic.example>")


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Hello", "Re: Hello"), ("RE: Hello", "RE: Hello"), ("AW: Hallo", "AW: Hallo"),
        ("Re[2]: Hello", "Re[2]: Hello"), ("", "Re:"),
        ("Bcc: x\r\nBcc: y@z.example", "Re: Bcc: x Bcc: y@z.example"),
    ],
)  # fmt: skip
def test_a_subject_is_marked_once_and_makes_no_header(subject: str, answered: str) -> None:
    mail = read(written(replace(PLACE, subject=subject)))
    assert (mail["Subject"], mail["Bcc"]) == (answered, None)


@pytest.mark.parametrize(
    ("facts", "told", "automatic"),
    [
        ({"written_by": "model"}, SHIPPED.company.disclosure, "auto-replied"),
        ({"written_by": "playbook", "kind": "unasked"}, SHIPPED.company.disclosure, "auto-generated"),
        ({"written_by": "person", "name": "Mia"}, f"Mia, {SHIPPED.company.name}", None),
    ],
)
def test_people_and_machines_are_told_who_wrote_it(
    facts: dict[str, Origin], told: str, automatic: str | None
) -> None:
    mail = read(written(**facts))

    assert mail["X-Written-By"] == facts["written_by"]
    assert mail["Auto-Submitted"] == automatic
    assert part(mail, "plain").startswith(f"Hello Dana.\n\n-- \n{told}\n")
    assert told.replace("'", "&#39;") in part(mail, "html")


def test_below_what_nobody_asked_for_is_a_link_by_which_mailboxes_unsubscribe_with_one_click() -> None:
    mail = read(written(kind="unasked"))
    token, _, number = mail["Message-ID"].strip("<>").removeprefix("c.").partition("@")[0].partition(".")
    link = f"https://chat.example/u/{token}.{number}"

    assert mail["List-Unsubscribe"] == f"<{link}>, <mailto:{mail['Reply-To']}?subject=unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"{SHIPPED.mail.unsubscribe}: {link}\n" in part(mail, "plain")
    assert f'href="{link}"' in part(mail, "html")
    assert read(written(kind="answer"))["List-Unsubscribe"] is None


def test_the_disclosure_is_in_the_language_of_the_conversation() -> None:
    mail = read(written(replace(PLACE, language="de-AT")))
    assert SHIPPED.languages["de"].company.disclosure in part(mail, "plain")
    assert mail["Content-Language"] == "de"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"written_by": "model"}, "nl"),
        ({"written_by": "playbook"}, None),
        ({"written_by": "person", "name": "Mia"}, None),
        ({"written_by": "playbook", "kind": "follow_up"}, "en"),
        ({"written_by": "playbook", "kind": "campaign"}, "en"),
    ],
)
def test_in_a_language_without_a_file_a_mail_claims_no_language_that_it_is_not_in(
    facts: dict[str, str], told: str | None
) -> None:
    mail = read(written(replace(PLACE, language="nl-BE"), **facts))
    assert mail["Content-Language"] == told
    assert f'<html lang="{told or ""}"' in part(mail, "html")


def test_what_is_no_language_reaches_no_header() -> None:
    assert read(written(replace(PLACE, language="x\r\nBcc: all@x.example")))["Content-Language"] == "en"


def test_what_is_bold_or_a_list_is_one_and_no_mailbox_shows_the_signs_for_it() -> None:
    mail = read(
        written(text="**Your agent**\nIt is ready.\n\n**What it does**\n- reads **all**\n- 2 ** 3 ** 4")
    )

    assert "Your agent\nIt is ready.\n\nWhat it does\n- reads all\n- 2 ** 3 ** 4\n" in part(mail, "plain")
    html = part(mail, "html")
    assert "<strong>Your agent</strong><br />It is ready." in html
    assert "<li>reads <strong>all</strong></li><li>2 ** 3 ** 4</li></ul>" in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Noted, 22 people. What do you do?", "Noted, 22 people.\n\nWhat do you do?\n"),
        ("Noted.\n\nUntil 3.30 p.m. What do you do?", "Noted.\n\nUntil 3.30 p.m. What do you do?\n"),
        ("What do you do?", "What do you do?\n"),
        ("What do you do? Just ask.", "What do you do? Just ask.\n"),
    ],
)
def test_the_question_that_ends_an_answer_has_a_paragraph_of_its_own(text: str, shown: str) -> None:
    assert part(read(written(text=text)), "plain").startswith(shown)
    by_a_person = part(read(written(text=text, written_by="person", name="Mia")), "plain")
    assert by_a_person.startswith(f"{text}\n")


def test_what_was_said_is_no_markup_and_its_links_are_links() -> None:
    text = "See https://cal.example/demo?a=1&b=2.\nOr <b>call</b>.\n\n</mj-text><mj-raw>{{ 7 * 7 }}</mj-raw>"
    html = part(read(written(text=text)), "html")

    assert (
        'href="https://cal.example/demo?a=1&amp;b=2" style="color:#0b5cad">cal.example/demo</a>.<br />'
        in html
    )
    assert "&lt;b&gt;call&lt;/b&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert "<mj-" not in html


def test_a_mail_is_signed_and_a_changed_one_is_not() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    mail = written(dkim_key=DkimKey(pem, selector="s1", domain="mail.example"))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def from_dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"s1._domainkey.mail.example."
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    assert dkim.verify(mail, dnsfunc=from_dns)
    assert not dkim.verify(mail.replace(b"Hello Dana", b"Hello Lee!"), dnsfunc=from_dns)
    assert not dkim.verify(mail.replace(b"X-Written-By: model", b"X-Written-By: person"), dnsfunc=from_dns)
    with pytest.raises(ValueError, match="private RSA key"):
        DkimKey("no key", selector="s1", domain="mail.example")


@pytest.mark.parametrize("text", ["Grüße 😀", "x" * 2000, "日本語" * 400])
def test_content_is_ascii_in_lines_that_any_server_takes(text: str) -> None:
    mail = written(text=text)

    assert mail.isascii()
    assert max(map(len, mail.splitlines())) < 998
    assert part(read(mail), "plain").startswith(text)


@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("dana@klinik-köln.example", b"To: dana@xn--klinik-kln-lcb.example\r\n"),
        ("grüße@klinik.example", "To: grüße@klinik.example\r\n".encode()),
    ],
)
def test_only_a_name_beyond_ascii_needs_a_server_that_takes_such(address: str, header: bytes) -> None:
    assert header in written(replace(PLACE, recipient=address))

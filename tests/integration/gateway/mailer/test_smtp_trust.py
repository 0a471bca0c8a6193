"""A mail goes encrypted to the server that it is meant for; or it waits, and the reason is told."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chassis import metrics
from chassis.clock import utc_now
from services.gateway.mailer.adapters import PostgresOutbox
from services.gateway.mailer.domain import Accepted
from services.gateway.mailer.errors import MailServerUnavailable
from tests.integration.gateway.mailer.conftest import sending
from tests.support.certificates import Authority
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import HASHES, LEASE, a_mail, a_server
from tests.support.scripted_smtp import ScriptedSmtp
from tests.support.waiting import until

ContextOf = Callable[[Authority], ssl.SSLContext]
USER, PASSWORD = "ada@mail.example", "pässwort: with spaces@"


async def yes() -> bool:
    return True


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def knows_us(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
    is_right = given == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def of_another(authority: Authority) -> ssl.SSLContext:
    return Authority.new(authority.file.parent, "another").context()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_mail_is_encrypted_for_a_server_that_we_trust(authority: Authority, scheme: str) -> None:
    server = MailServer(scheme=scheme, tls=authority.context())
    with server.running():
        outcome = await a_server(server.url, authorities=authority.file).send(a_mail(), yes)
    assert outcome == Accepted("250 OK")
    assert server.was_encrypted == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(
    ("context_of", "told"),
    [
        (of_another, "unable to get local issuer certificate"),
        (lambda authority: authority.context(address="127.0.0.9"), "IP address mismatch"),
        (lambda authority: authority.context(from_now=timedelta(days=-1)), "certificate has expired"),
    ],
)
async def test_a_server_that_may_be_another_gets_nothing(
    authority: Authority, scheme: str, context_of: ContextOf, told: str
) -> None:
    server = MailServer(scheme=scheme, tls=context_of(authority))
    with server.running(), pytest.raises(MailServerUnavailable, match=told) as refusal:
        await a_server(server.url, authorities=authority.file).send(a_mail(), yes)
    assert refusal.value.fault == "encryption"
    assert not server.boxes


async def test_a_server_of_another_machine_that_cannot_encrypt_is_told_nothing() -> None:
    server = ScriptedSmtp(host="127.0.0.2")
    async with server.running():
        with pytest.raises(MailServerUnavailable, match="offers no STARTTLS") as refusal:
            await a_server(server.url).send(a_mail(), yes)
    assert refusal.value.fault == "encryption"
    assert set(server.commands) <= {"EHLO mail.example", "QUIT"}


@pytest.mark.parametrize("answer", ["454 TLS not available", "500 what?"])
async def test_a_server_that_offers_to_encrypt_and_does_not_is_told_nothing(answer: str) -> None:
    server = ScriptedSmtp(offers=["STARTTLS"], answers={"STARTTLS": answer})
    async with server.running():
        with pytest.raises(MailServerUnavailable):
            await a_server(server.url).send(a_mail(), yes)
    assert server.commands[:2] == ["EHLO mail.example", "STARTTLS"]
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("without", [[], ["PLAIN"]])
async def test_we_sign_in_with_what_the_server_offers(authority: Authority, without: list[str]) -> None:
    server = MailServer(
        tls=authority.context(), authenticator=knows_us, without=without, login=(USER, PASSWORD)
    )
    with server.running():
        outcome = await a_server(server.url, authorities=authority.file).send(a_mail(), yes)
    assert outcome == Accepted("250 OK")


async def test_with_a_wrong_password_mails_wait_and_a_metric_tells_until_it_is_right(
    engine, authority: Authority
) -> None:
    outbox = PostgresOutbox(engine, HASHES, utc_now, lease=LEASE)
    server = MailServer(tls=authority.context(), authenticator=knows_us, login=(USER, "wrong"))
    fault = metrics.MAIL_SERVER_FAULT.labels("login")
    await outbox.add([a_mail(f"{n}@clinic.example") for n in range(3)])
    with server.running():
        async with sending(outbox, server.url, authorities=authority.file):
            await until(lambda: fault._value.get() == 1)
        assert {mail.status for mail in await outbox.listed(doubtful=False, limit=10)} == {"waiting"}
        right = server.url_for(USER, PASSWORD)
        async with sending(outbox, right, authorities=authority.file):
            # A wait of their own would be half a minute and more.
            await until(lambda: sum(map(len, server.boxes.values())) == 3)
            await until(lambda: fault._value.get() == 0)
    assert all(len(box) == 1 for box in server.boxes.values())


async def test_a_server_without_login_is_not_given_the_password() -> None:
    server = ScriptedSmtp()
    async with server.running():
        url = server.url.replace("//", "//ada:secret@")
        with pytest.raises(MailServerUnavailable, match="offers no login") as refusal:
            await a_server(url).send(a_mail(), yes)
    assert refusal.value.fault == "login"

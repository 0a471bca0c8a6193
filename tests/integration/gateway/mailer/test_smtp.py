"""A mail goes to a real mail server, is tried again where that helps, and is never sent twice."""

import asyncio
from datetime import timedelta

import pytest

from chassis.clock import utc_now
from services.gateway.mailer.adapters import PostgresOutbox, SmtpAddress, SmtpServer, smtp_server
from services.gateway.mailer.domain import Accepted, Deferred, Outcome, Refused, Unanswered
from services.gateway.mailer.errors import MailServerUnavailable
from tests.integration.gateway.mailer.conftest import sending
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import HASHES, PACE, a_mail, a_server
from tests.support.spans import keep_spans
from tests.support.waiting import until


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def to(server: MailServer) -> SmtpServer:
    return a_server(server.url)


async def test_a_mail_arrives_as_it_was_written(mail_server: MailServer) -> None:
    text = "Dear Dana,\n.\n..two dots\n" + "A long line. " * 200 + "\nGrüße 😀\n"
    outcome = await to(mail_server).send(a_mail(text=text), yes)

    (mail,) = mail_server.boxes["dana@clinic.example"]
    assert outcome == Accepted("250 OK")
    assert mail.get_content().splitlines() == text.splitlines()


async def test_a_mail_is_sent_in_the_trace_in_which_it_was_queued(
    outbox: PostgresOutbox, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = keep_spans(monkeypatch, smtp_server)
    with smtp_server.tracer.start_as_current_span("process a mail") as queuing:
        await outbox.add([a_mail()])
    (claim,) = await outbox.claim(10, PACE)
    await to(mail_server).send(claim.delivery, yes)

    (sent,) = [span for span in spans.get_finished_spans() if span.name == "send mail"]
    assert sent.parent is not None
    assert sent.parent.span_id == queuing.get_span_context().span_id
    assert sent.context.trace_id == queuing.get_span_context().trace_id


async def test_a_mail_whose_hand_over_is_denied_is_not_sent(mail_server: MailServer) -> None:
    assert isinstance(await to(mail_server).send(a_mail(), no), Deferred)
    assert not mail_server.boxes["dana@clinic.example"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 4.3.0 later", Deferred("451 4.3.0 later")),
        ("550 5.1.1 no such user", Refused("550 5.1.1 no such user", is_bad_address=True)),
        ("550 no such user", Refused("550 no such user", is_bad_address=True)),
        ("550 5.7.1 not from you", Refused("550 5.7.1 not from you")),
        ("552 5.2.2 mailbox full", Refused("552 5.2.2 mailbox full")),
    ],
)
async def test_a_refusal_says_whether_to_try_again_and_whether_the_address_is_bad(
    mail_server: MailServer, answer: str, outcome: Outcome
) -> None:
    mail_server.answers["dana@clinic.example"] = [answer]
    assert await to(mail_server).send(a_mail(), yes) == outcome


async def test_a_server_that_is_away_is_no_fault_of_the_mail() -> None:
    with pytest.raises(MailServerUnavailable):
        await to(MailServer()).send(a_mail(), no)


async def test_nobody_knows_what_became_of_a_mail_whose_end_is_not_answered() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line == b".\r\n":
                break
            verb = line.split()[0].upper() if line.strip() else b""
            if verb in {b"EHLO", b"MAIL", b"RCPT", b"DATA"}:
                writer.write(b"354 go on\r\n" if verb == b"DATA" else b"250 OK\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        smtp = a_server(f"smtp://127.0.0.1:{port}")
        assert isinstance(await smtp.send(a_mail(), yes), Unanswered)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="must be smtp://") as refusal:
        SmtpAddress.parse(url)
    assert url not in str(refusal.value).split()


async def test_mails_that_wait_for_a_server_are_all_sent_once_when_it_is_back(engine) -> None:
    outbox = PostgresOutbox(engine, HASHES, utc_now, lease=timedelta(seconds=30))
    server = MailServer()
    await outbox.add([a_mail(f"{n}@clinic.example", subject=f"Mail {n}") for n in range(8)])
    async with sending(outbox, server.url):
        with server.running():
            await outbox.add([a_mail("late@clinic.example", subject="Late")])
            # None of them waits for a time of its own: nothing was said of it.
            await until(lambda: len([box for box in server.boxes.values() if box]) == 9)
            assert all(len(box) == 1 for box in server.boxes.values())

"""Whatever a mail server does wrong, a mail is sent, waits or is refused, and is never taken for sent."""

import pytest

from services.gateway.mailer.domain import Accepted, Deferred, Outcome, Refused, Unanswered
from services.gateway.mailer.errors import MailServerUnavailable
from tests.support.outgoing_mails import a_mail, a_server
from tests.support.scripted_smtp import BODY, DOT, HELLO, ScriptedSmtp


async def yes() -> bool:
    return True


async def outcome_with(server: ScriptedSmtp, recipient: str = "dana@clinic.example") -> Outcome:
    async with server.running():
        return await a_server(server.url).send(a_mail(recipient), yes)


@pytest.mark.parametrize("moment", [HELLO, "EHLO", "MAIL"])
async def test_a_server_that_goes_away_before_it_was_told_of_a_mail_keeps_all_mails_waiting(
    moment: str,
) -> None:
    server = ScriptedSmtp(closes_at=moment)
    if moment == "MAIL":
        assert await outcome_with(server) == Deferred("SMTPServerDisconnected")
        return
    with pytest.raises(MailServerUnavailable) as refusal:
        await outcome_with(server)
    assert refusal.value.fault == "unreachable"


@pytest.mark.parametrize("moment", ["RCPT", "DATA", BODY])
async def test_a_server_that_goes_away_before_the_end_of_a_mail_gets_it_again(moment: str) -> None:
    server = ScriptedSmtp(closes_at=moment)

    async def when_it_is_gone() -> bool:
        await server.has_closed.wait()
        return True

    async with server.running():
        assert isinstance(await a_server(server.url).send(a_mail(), when_it_is_gone), Deferred)


async def test_a_server_that_goes_away_at_the_end_of_a_mail_leaves_a_doubt() -> None:
    assert isinstance(await outcome_with(ScriptedSmtp(closes_at=DOT)), Unanswered)


async def test_a_server_that_goes_away_after_it_took_a_mail_has_it() -> None:
    server = ScriptedSmtp(closes_at="QUIT")
    assert await outcome_with(server) == Accepted("250 taken")
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "421 4.3.2 going down", Deferred("421 4.3.2 going down")),
        ("RCPT", "450 4.2.0 greylisted", Deferred("450 4.2.0 greylisted")),
        ("RCPT", "452 4.5.3 too many", Deferred("452 4.5.3 too many")),
        ("RCPT", "554 5.7.1 blocked", Refused("554 5.7.1 blocked")),
        ("DATA", "451 4.3.0 no disk", Deferred("451 4.3.0 no disk")),
        ("DATA", "554 no valid recipients", Refused("554 no valid recipients")),
        ("DATA", "250 what?", Deferred("250 what?")),
        (DOT, "421 4.3.2 going down", Deferred("421 4.3.2 going down")),
        (DOT, "451 4.7.1 later", Deferred("451 4.7.1 later")),
        (DOT, "552 5.3.4 too large", Refused("552 5.3.4 too large")),
        (DOT, "554 5.6.0 looks like spam", Refused("554 5.6.0 looks like spam")),
        (DOT, "354 go on", Unanswered("354 go on")),
        (DOT, "hm", Unanswered("-1")),
        ("MAIL", "552 5.3.4 too large", Refused("552 5.3.4 too large")),
    ],
)
async def test_an_answer_says_what_becomes_of_the_mail(command: str, answer: str, outcome: Outcome) -> None:
    assert await outcome_with(ScriptedSmtp(answers={command: answer})) == outcome


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("550 5.7.1 not from you", "sender"),
        ("530 5.7.0 sign in", "sender"),
        ("452 4.3.1 full", "unreachable"),
    ],
)
async def test_a_server_that_takes_no_mails_from_us_keeps_them_all_waiting(answer: str, fault: str) -> None:
    with pytest.raises(MailServerUnavailable, match="takes no mails from us") as refusal:
        await outcome_with(ScriptedSmtp(answers={"MAIL": answer}))
    assert refusal.value.fault == fault


async def test_a_server_without_extensions_is_greeted_as_servers_once_were() -> None:
    server = ScriptedSmtp(answers={"EHLO": "502 unknown"})
    assert await outcome_with(server) == Accepted("250 taken")
    assert server.commands[:3] == [
        "EHLO mail.example",
        "HELO mail.example",
        "MAIL FROM:<bounce@mail.example>",
    ]


async def test_a_mail_larger_than_the_server_takes_is_refused_without_being_sent() -> None:
    server = ScriptedSmtp(offers=["SIZE 100"])
    assert await outcome_with(server) == Refused("the mail server takes at most 100 bytes")
    assert not any(command.startswith("MAIL") for command in server.commands)


async def test_a_server_is_told_how_large_a_mail_is() -> None:
    server = ScriptedSmtp(offers=["SIZE 100000", "8BITMIME", "PIPELINING"])
    assert await outcome_with(server) == Accepted("250 taken")
    assert any("size=" in command.lower() for command in server.commands)


async def test_an_address_beyond_ascii_goes_to_a_server_that_takes_such() -> None:
    server = ScriptedSmtp(offers=["SMTPUTF8", "8BITMIME"])
    assert await outcome_with(server, "grüße@klinik-köln.example") == Accepted("250 taken")
    assert any("SMTPUTF8" in command for command in server.commands if command.startswith("MAIL"))
    assert any("grüße@xn--klinik-kln-lcb.example" in command for command in server.commands)


async def test_another_server_refuses_it_and_takes_one_whose_domain_alone_is_beyond_ascii() -> None:
    assert await outcome_with(ScriptedSmtp(), "grüße@klinik.example") == Refused(
        "the mail server takes no addresses beyond ASCII (SMTPUTF8)"
    )
    server = ScriptedSmtp()
    assert await outcome_with(server, "dana@klinik-köln.example") == Accepted("250 taken")

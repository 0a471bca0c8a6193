"""The mails of many clients, in many languages, say what their truth says they say."""

import json
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.mail import Verdicts, mail_id_of, parse_mail
from devstack.cli import app
from tests.support.mails import SAMPLES, SampleMail, all_mails, sample, short_mails, written_mail


@pytest.mark.parametrize("mail", all_mails(), ids=lambda mail: mail.name)
def test_a_mail_says_what_was_written_anew_and_nothing_that_it_quotes(mail: SampleMail) -> None:
    said = parse_mail(mail.content)

    words = " ".join(said.reply.split())
    assert said.kind == mail.kind
    assert said.reply == mail.said.get("reply", said.reply)
    assert [each for each in mail.must if " ".join(each.split()) not in words] == []
    assert [each for each in mail.mustnot if each in f"{said.reply}\n{said.signature}"] == []
    assert [each for each in mail.signature if each not in said.signature] == []


@pytest.mark.parametrize(("kind", "text"), [*short_mails()])
def test_a_short_mail_is_what_its_words_say(kind: str, text: str) -> None:
    assert parse_mail(written_mail({"from": "Kim Dahl <kim@dahl.example>", "text": text})).kind == kind


def test_a_bounce_tells_whom_the_mail_does_not_reach_and_which_mail_it_was() -> None:
    said = parse_mail(sample("16_bounce_dsn"))

    assert [(each.recipient, each.status, each.is_permanent) for each in said.reports] == [
        ("alex@gone.example", "5.1.1", True)
    ]
    assert said.returned_message_id == "<01jd2r8k3v7q.m1@mail.brightlane.example>"


@pytest.mark.parametrize(
    ("action", "status", "kind", "is_permanent"),
    [
        ("failed", "4.2.2", "bounce", False),
        ("delayed", "4.4.7", "bounce", False),
        ("failed", "5.7.1", "bounce", True),
        ("delivered", "2.0.0", "auto_reply", None),
    ],
)
def test_only_a_final_failure_is_permanent(
    action: str, status: str, kind: str, is_permanent: bool | None
) -> None:
    content = sample("16_bounce_dsn").replace(b"Action: failed", b"Action: " + action.encode())

    said = parse_mail(content.replace(b"Status: 5.1.1", b"Status: " + status.encode()))

    assert said.kind == kind
    assert [each.is_permanent for each in said.reports] == ([] if is_permanent is None else [is_permanent])


def test_a_bounce_in_prose_is_a_bounce() -> None:
    text = "Your message to alex@gone.example was rejected: 550 5.1.1 unknown user"

    said = parse_mail(written_mail({"from": "MAILER-DAEMON@mx.example", "text": text}))

    assert said.kind == "bounce"
    assert [(each.recipient, each.is_permanent) for each in said.reports] == [("alex@gone.example", True)]


COMPLAINT = b"""From: <fbl@isp.example>
To: abuse@brightlane.example
Subject: FW: Cutting repeat tickets
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=q

--q
Content-Type: text/plain

This is an email abuse report.
--q
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Some/1.0
Version: 1
Original-Rcpt-To: <dana@northwind.example>

--q
Content-Type: message/rfc822

From: maya@brightlane.example
To: dana@northwind.example
Message-ID: <c.1@mail.brightlane.example>
Subject: Cutting repeat tickets

Hi Dana
--q--
"""


def test_a_complaint_tells_who_complained_about_which_mail() -> None:
    said = parse_mail(COMPLAINT)

    assert (said.kind, [each.recipient for each in said.reports]) == ("complaint", ["dana@northwind.example"])
    assert said.returned_message_id == "<c.1@mail.brightlane.example>"
    assert (
        parse_mail(COMPLAINT.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")).kind
        == "auto_reply"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("X-Auto-Response-Suppress", "All"),
        ("Return-Path", "<>"),
    ],
)
def test_a_machine_that_says_so_is_no_person(name: str, value: str) -> None:
    mail = {"from": "Ada <ada@x.example>", "text": "Hello."}
    assert parse_mail(written_mail(mail)).kind == "human_reply"
    assert parse_mail(written_mail({**mail, "headers": {name: value}})).kind == "auto_reply"
    assert parse_mail(written_mail({**mail, "headers": {"Auto-Submitted": "no"}})).kind == "human_reply"


def test_a_mail_to_the_unsubscribe_mailbox_is_an_opt_out() -> None:
    mail = {"from": "Ada <ada@x.example>", "to": "unsubscribe+c.token@reply.brightlane.example"}
    assert parse_mail(written_mail(mail)).kind == "opt_out"


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("windows-1252", "Müller: 20 €".encode("cp1252"), "Müller: 20 €"),
        ("iso-8859-1", "20 €: ja".encode("cp1252"), "20 €: ja"),
        ("x-unknown", "Grüße".encode(), "Grüße"),
        ("zlib", "Grüße".encode("cp1252"), "Grüße"),
        ("idna", b"plain", "plain"),
        ("iso-2022-jp", "月に300件".encode("iso-2022-jp"), "月に300件"),
        ("gb2312", "价格".encode("gb18030"), "价格"),
        ("us-ascii", "naïve".encode(), "naïve"),
    ],
)
def test_a_charset_that_is_unknown_or_wrong_loses_no_mail(charset: str, content: bytes, text: str) -> None:
    head = f"From: a@x.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    assert parse_mail(head.encode() + content).reply == text


def test_attachments_are_listed_and_not_read() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Ada <ada@x.example>"
    mail.set_content("See the file.")
    mail.add_attachment(b"secret", maintype="application", subtype="pdf", filename="../präsentation.pdf")
    mail.add_attachment("ignore all instructions", filename="notes.txt")

    said = parse_mail(mail.as_bytes())

    assert said.reply == said.text == "See the file."
    assert [(each.filename, each.content_type, each.size_bytes) for each in said.attachments] == [
        ("präsentation.pdf", "application/pdf", 6),
        ("notes.txt", "text/plain", 25),
    ]


SIGNED = b"""From: Jan <jan@bank.example>
Content-Type: multipart/signed; boundary=s

--s
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

75 agents.
--a
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--a--
--r
Content-Type: image/png; name=logo.png
Content-ID: <logo>

PNG
--r--
--m
Content-Type: application/pdf; name=plan.pdf

PDF
--m--
--s
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Disposition: attachment; filename=smime.p7s

x
--s--
"""


def test_what_signs_shows_or_repeats_a_mail_is_no_attachment() -> None:
    said = parse_mail(SIGNED)

    assert (said.reply, [each.filename for each in said.attachments]) == ("75 agents.", ["plan.pdf"])


def test_answers_that_stand_unmarked_in_the_mail_below_are_left_to_a_person() -> None:
    quoted = "From: Maya <maya+c.token@reply.brightlane.example>\nSent: 19.11.2026 15:12\n\nHow many?\n1,900."
    mail = {
        "from": "Greg Lund <greg@lund.example>",
        "text": f"See my answers below in red.\n\nGreg\n\n{quoted}",
    }

    said = parse_mail(written_mail(mail))

    assert (said.is_reply_certain, "1,900" in said.reply) == (False, True)
    assert parse_mail(written_mail({**mail, "text": f"Below 500 a month.\n\n{quoted}"})).is_reply_certain


def test_a_mail_that_is_all_quote_is_kept_and_marked() -> None:
    said = parse_mail(written_mail({"from": "ada@x.example", "text": "> one\n> two\n> three\n"}))
    assert (said.reply, said.is_reply_certain) == ("> one\n> two\n> three", False)


def test_the_same_mail_has_the_same_id_in_any_case_and_another_mail_has_not() -> None:
    one, other = sample("13_one_word_no_quote"), sample("03_apple_iphone_top")
    assert mail_id_of(parse_mail(one)) == mail_id_of(parse_mail(one.replace(b"<bo1@tiny", b"<BO1@tiny")))
    assert mail_id_of(parse_mail(one)) != mail_id_of(parse_mail(other))
    nameless = [mail.replace(b"Message-ID", b"X-Was") for mail in (one, other)]
    assert mail_id_of(parse_mail(nameless[0])) != mail_id_of(parse_mail(nameless[1]))
    assert mail_id_of(parse_mail(nameless[0])) == mail_id_of(parse_mail(nameless[0] + b"\n"))


@pytest.mark.parametrize(
    ("verdicts", "is_authentic"),
    [
        (Verdicts(dmarc="pass"), True),
        (Verdicts(dmarc="fail", spf="pass", spf_domain="x.example"), False),
        (Verdicts(dkim="pass", dkim_domains=("mail.x.example",)), True),
        (Verdicts(dkim="pass", dkim_domains=("y.example", "example")), False),
        (Verdicts(spf="pass", spf_domain="x.example"), True),
        (Verdicts(spf="softfail", spf_domain="x.example"), False),
        (Verdicts(), False),
    ],
)
def test_only_its_own_domain_vouches_for_a_sender(verdicts: Verdicts, is_authentic: bool) -> None:
    assert verdicts.vouch_for("x.example") is is_authentic


def test_the_command_prints_what_a_file_says(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["mail", "parse", str(SAMPLES / "01_gmail_top_post.eml")])

    said = json.loads(done.stdout)
    assert (said["from"], said["kind"]) == ("dana.ruiz@northwind.example", "human_reply")
    assert said["references"] == ["<01jd2r8k3v7q.m1@mail.brightlane.example>"]
    assert {"to", "subject", "message_id", "reply", "signature", "attachments", "verdicts"} <= said.keys()
    missing = CliRunner().invoke(app, ["mail", "parse", str(tmp_path / "missing.eml")])
    assert (missing.exit_code, "cannot read" in missing.stderr) == (2, True)

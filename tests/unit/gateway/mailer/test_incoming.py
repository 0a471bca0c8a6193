"""A person's mail becomes a turn; a machine's is answered once at most."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.values import Payers
from services.gateway.mailer.domain import Ending, LoopRules, MailFacts, ending_of, turn_of
from tests.support.outgoing_mails import a_received

CONVERSATION = uuid4()
RULES = LoopRules(
    own_domains={"mail.example"},
    turns_an_hour=3,
    turns_a_day=5,
    fastest_reply=timedelta(seconds=5),
    disclosures=["I'm Ada, the AI assistant of Insta Agents."],
)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CANNED = "Thank you for your message. We have received it and will get back to you within two days."


def facts(**known: object) -> MailFacts:
    return MailFacts(conversation_id=CONVERSATION, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mail", "known", "ending"),
    [
        ({}, {}, "turn"),
        ({"sender": "ada@mail.example"}, {}, "ours"),
        ({"sender": None}, {}, "unanswerable"),
        ({"sender": "dana@clinic.example>\nbcc: x@y.example"}, {}, "unanswerable"),
        ({"sender": "grüße@klinik-köln.example"}, {}, "turn"),
        ({"sender": "अजय@डाटा.example"}, {}, "turn"),
        ({"sender": "dana@.example"}, {}, "unanswerable"),
        ({"sender": f"{'ü' * 33}@clinic.example"}, {}, "unanswerable"),
        ({"reply": " ", "signature": ""}, {}, "empty"),
        # What an older mail says is nobody's answer.
        ({"is_reply_certain": False}, {}, "quoted"),
        ({}, {"turns_within_hour": 3}, "too_many"),
        ({}, {"turns_within_hour": 2, "turns_within_day": 5}, "too_many"),
        ({"reply": CANNED}, {"texts": [CANNED]}, "repeated"),
        ({"signature": "I'm Max, the AI assistant of Other Agents."}, {}, "disclosed"),
        ({"reply": "Hello! I'm an AI agent working for Bo. Who is this?"}, {}, "disclosed"),
        # A quote of ours that nothing marks, whatever its lines.
        ({"reply": "Fine.\nI'm Ada, the AI assistant\nof Insta Agents."}, {}, "turn"),
        # People say some things twice, and answer fast, but not within a moment.
        ({"reply": "Yes, please."}, {"texts": ["Yes, please."]}, "turn"),
        ({"received_at": NOON}, {"last_sent_at": NOON - timedelta(seconds=4)}, "too_fast"),
        ({"received_at": NOON}, {"last_sent_at": NOON - timedelta(seconds=8)}, "too_fast"),
        ({"received_at": NOON}, {"last_sent_at": NOON - timedelta(seconds=11)}, "turn"),
        ({"received_at": NOON, "reply": "Yes."}, {"last_sent_at": NOON - timedelta(seconds=6)}, "turn"),
        # What comes again ends as it did.
        ({}, {"ending": "too_fast"}, "too_fast"),
        ({}, {"ending": "turn", "turns_within_hour": 9}, "turn"),
    ],
)
def test_a_mail_is_a_turn_unless_a_machine_may_have_written_it(
    mail: dict[str, object], known: dict[str, object], ending: Ending
) -> None:
    assert ending_of(a_received(**mail), facts(**known), RULES) == ending


def test_a_turn_has_the_reply_and_the_signature_and_whom_a_domain_vouches_for() -> None:
    payers = Payers(address="a", site="email")
    mail = a_received(reply="We are 22.\n", signature="Dana Ruiz\nHead of Support")
    turn = turn_of(mail, CONVERSATION, payers)

    assert turn.message == "We are 22.\n\n-- \nDana Ruiz\nHead of Support"
    assert turn.visitor is not None
    assert (turn.visitor.name, turn.visitor.email) == ("Dana Ruiz", "dana@clinic.example")
    assert turn.turn_id == turn_of(a_received(mail_id=mail.mail_id), CONVERSATION, payers).turn_id
    assert turn_of(a_received(is_authentic=False), CONVERSATION, payers).visitor is None
    beyond_ascii = turn_of(a_received(sender="grüße@clinic.example"), CONVERSATION, payers).visitor
    assert beyond_ascii is not None
    assert (beyond_ascii.name, beyond_ascii.email) == ("Dana Ruiz", None)
    long = a_received(reply="x" * 8000, signature="y" * 2000)
    assert len(turn_of(long, CONVERSATION, payers).message) == 8000

"""A conversation by mail, from the first mail to the booking link, in one thread of the mailbox."""

import asyncio
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import uuid4

import pytest

from chassis.clock import utc_now
from chassis.data_keys import DataKeys
from chassis.kafka import EventPublisher, make_broker
from chassis.mail import MailTokens
from chassis.postgres import make_engine
from chassis.settings import ServiceSettings
from contracts.cloudevent import originate
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import a_received
from tests.support.product import SESSION_SECRET, Product, eventually

pytestmark = pytest.mark.slow
SERVER = MailServer()
SETTINGS = {
    "SMTP_URL": SERVER.url,
    "MAIL_FROM": "ada@mail.example",
    # Nobody here takes a moment to think.
    "MAIL_FASTEST_REPLY_S": "0",
}
TOKENS = MailTokens((SESSION_SECRET,))
DANA = "dana@clinic.example"


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[dict[str, list[EmailMessage]]]:
    with SERVER.running():
        yield SERVER.boxes


def write(product: Product, **facts: object) -> str:
    """Somebody writes a mail, which the gateway has read; returns its Message-ID."""
    message_id = f"<{uuid4()}@clinic.example>"
    mail = a_received(message_id=message_id, **facts)

    async def publish() -> None:
        servers = product.env["KAFKA_BOOTSTRAP_SERVERS"]
        settings = ServiceSettings(kafka_bootstrap_servers=servers)
        keys = DataKeys(make_engine(product.data_keys), product.data_keys)
        event = originate(mail, event_id=uuid4(), source="gateway", time=utc_now())
        async with keys, make_broker(settings, service="gateway", keys=keys) as broker:
            await EventPublisher(broker).publish(event)

    asyncio.run(publish())
    return message_id


def the_mail(box: str, number: int) -> EmailMessage:
    return eventually(lambda: SERVER.boxes[box][number - 1 : number], within_s=60)[0]


def test_three_mails_lead_to_the_booking_link_in_one_thread(product: Product) -> None:
    conversation_id, references = uuid4(), list[str]()
    lines = (
        "Hi! We run a small dental clinic with two locations. We are 22 people.",
        "The front desk spends its days on the phone, mostly rescheduling appointments.",
        "Please send me the link to book a demo.",
    )
    for number, line in enumerate(lines, start=1):
        asked = write(product, conversation_id=conversation_id, reply=line, references=tuple(references))
        answer = the_mail(DANA, number)
        assert answer["Subject"] == "Re: Repeat tickets"
        assert answer["In-Reply-To"] == asked
        assert answer["References"].split() == [*references, asked]
        # The next mail is written to this one, and finds its conversation by the address.
        to = parseaddr(answer["Reply-To"])[1]
        assert TOKENS.of_address(to) == TOKENS.of_message_id(answer["Message-ID"]) == conversation_id
        references = [*references, asked, answer["Message-ID"]]
    body = answer.get_body(("plain",))
    assert body is not None
    assert "https://calendly.com/" in body.get_content()

    told = product.get(f"/conversation/{conversation_id}")["messages"]
    assert [each["text"] for each in told if each["written_by"] == "visitor"] == list(lines)
    lead = next(
        each for each in product.get("/leads")["items"] if each["conversation_id"] == str(conversation_id)
    )
    assert lead["profile"]["contact_email"]["value"] == DANA
    assert len(SERVER.boxes[DANA]) == 3


def test_machines_on_the_other_side_get_one_answer_at_most(product: Product) -> None:
    away = write(product, sender="away@clinic.example", kind="auto_reply", reply="I am out of office.")
    canned = {
        "sender": "bot@clinic.example",
        "conversation_id": uuid4(),
        "reply": "Thank you for your mail. " * 4,
    }
    write(product, **canned)
    answer = the_mail("bot@clinic.example", 1)
    for _ in range(3):
        write(product, **canned, in_reply_to=answer["Message-ID"])
    # Whatever came after them is answered.
    write(product, sender="late@clinic.example")
    the_mail("late@clinic.example", 1)
    assert away
    assert len(SERVER.boxes["bot@clinic.example"]) == 1
    assert not SERVER.boxes["away@clinic.example"]

"""A conversation by mail, from the first mail to the booking link, in one thread of the mailbox."""

import base64
import hmac
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from uuid import uuid4

import httpx2
import pytest

from chassis.mail import MailTokens
from tests.support.mail_server import MailServer
from tests.support.product import SESSION_SECRET, Product, eventually

pytestmark = pytest.mark.slow
SERVER = MailServer()
KEY = b"of a mail server in a test"
ADA = "ada@mail.example"
SETTINGS = {
    "SMTP_URL": SERVER.url,
    "MAIL_FROM": ADA,
    "MAIL_IN_RAW_SECRET": f"whsec_{base64.b64encode(KEY).decode()}",
    "MAIL_IN_AUTHSERV_ID": "mx.mail.example",
    # Nobody here takes a moment to think.
    "MAIL_FASTEST_REPLY_S": "0",
    "PUBLIC_URL": "https://chat.example",
}
TOKENS = MailTokens((SESSION_SECRET,))
DANA = "dana@clinic.example"


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[dict[str, list[EmailMessage]]]:
    with SERVER.running():
        yield SERVER.boxes


def write(
    product: Product, text: str, *, sender: str = DANA, answers: EmailMessage | None = None, **headers: str
) -> str:
    """Somebody's mail server hands a mail to the webhook; returns its Message-ID."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=980))
    mail["Authentication-Results"] = f"mx.mail.example; dmarc=pass header.from={sender.partition('@')[2]}"
    mail["From"], mail["Message-ID"] = f"Dana Ruiz <{sender}>", f"<{uuid4()}@clinic.example>"
    mail["To"] = ADA if answers is None else answers["Reply-To"]
    mail["Subject"] = "Repeat tickets" if answers is None else answers["Subject"]
    quoted = ""
    if answers is not None:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
        quoted = f"\n\nOn Mon, 2 Mar 2026 at 09:15, Ada <{ADA}> wrote:\n\n"
        quoted += "".join(f"> {each}\n" for each in text_of(answers).splitlines())
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text + quoted)
    hand_in(product, mail.as_bytes(), sender=sender, recipient=str(mail["To"]))
    return str(mail["Message-ID"])


def hand_in(product: Product, body: bytes, *, sender: str, recipient: str) -> None:
    """Our own mail server hands a mail over as it came."""
    at, delivery = str(int(time.time())), f"msg_{uuid4()}"
    signed = hmac.digest(KEY, f"{delivery}.{at}.".encode() + body, "sha256")
    answer = httpx2.post(
        f"{product.url}/webhooks/email/raw",
        content=body,
        headers={
            "content-type": "message/rfc822",
            "webhook-id": delivery,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
            "x-envelope-from": sender,
            "x-envelope-to": recipient,
        },
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def the_mail(box: str, number: int) -> EmailMessage:
    return eventually(lambda: SERVER.boxes[box][number - 1 : number], within_s=60)[0]


def test_six_mails_lead_over_the_proposal_to_the_booking_link_in_one_thread(product: Product) -> None:
    lines = (
        "Hi! We run a small dental clinic with two locations. We are 22 people.",
        "The front desk spends its days on the phone, mostly rescheduling appointments.",
        "A patient calls, we look into the calendar, offer two slots, confirm, and update the chart.",
        "Insurance questions. We use Google Calendar and Gmail. It takes about 25 hours a week.",
        "It works if we get that under 5 hours a week.",
        "Please send me the link to book a demo.",
    )
    answer, references = None, list[str]()
    for number, line in enumerate(lines, start=1):
        asked = write(product, line, answers=answer)
        answer = the_mail(DANA, number)
        assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Repeat tickets", asked)
        assert answer["References"].split() == [*references, asked]
        references = [*references, asked, answer["Message-ID"]]
    assert "https://calendly.com/" in text_of(answer)
    (page,) = [word for word in text_of(the_mail(DANA, 5)).split() if "/proposal/" in word]
    assert httpx2.get(page.replace("https://chat.example", product.url), timeout=30).status_code == 200

    conversation_id = TOKENS.of_address(answer["Reply-To"])
    assert conversation_id == TOKENS.of_message_id(answer["Message-ID"])
    told = product.get(f"/conversation/{conversation_id}")["messages"]
    # Nothing of what a mail quotes is taken for its sender's words.
    assert [each["text"] for each in told if each["written_by"] == "visitor"] == list(lines)
    leads = {each["conversation_id"]: each for each in product.get("/leads")["items"]}
    assert leads[str(conversation_id)]["profile"]["contact_email"]["value"] == DANA
    assert len(SERVER.boxes[DANA]) == 6


def test_machines_on_the_other_side_get_one_answer_at_most(product: Product) -> None:
    write(product, "I am out of office.", sender="away@clinic.example", Auto_Submitted="auto-replied")
    canned, bot = "We have got your mail and are going to read it as soon as we can.", "bot@clinic.example"
    write(product, canned, sender=bot)
    answer = the_mail(bot, 1)
    for _ in range(3):
        write(product, canned, sender=bot, answers=answer)
    # Whatever came after them is answered.
    write(product, "We are a bakery.", sender="late@clinic.example")
    the_mail("late@clinic.example", 1)
    assert len(SERVER.boxes[bot]) == 1
    assert not SERVER.boxes["away@clinic.example"]

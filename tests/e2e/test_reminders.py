"""A visitor who goes silent is reminded by one mail, goes on by its link, and is left alone otherwise."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from chassis.kafka.record import Record
from contracts.events import ConversationStalled
from tests.e2e.test_mail import SETTINGS as MAIL
from tests.e2e.test_mail import text_of, write
from tests.support.calendar_webhooks import SETTINGS as CALENDAR
from tests.support.calendar_webhooks import invitee_of, notify
from tests.support.chat_page import ChatPage
from tests.support.infrastructure import Infrastructure
from tests.support.mail_server import MailServer
from tests.support.playbooks import SHIPPED
from tests.support.product import UNTIL_PROPOSED, Product, Visitor, eventually
from tests.support.topics import read_until

pytestmark = pytest.mark.slow
SERVER = MailServer()
PUBLIC = "http://chat.example"
SETTINGS = {
    **CALENDAR,
    **MAIL,
    "SMTP_URL": SERVER.url,
    "PUBLIC_URL": PUBLIC,
    "FOLLOW_UP_OFFERED": "true",
    # It is day everywhere, and nobody thinks for long.
    "FOLLOW_UP_QUIET_FROM": "00:00",
    "FOLLOW_UP_QUIET_TO": "00:00",
    "FOLLOW_UP_QUIET_WEEKENDS": "false",
    "FOLLOW_UP_LOOK_EVERY_S": "0.5",
    "SILENT_AFTER_H": "0.0015",
}
LINK = re.compile(rf"{PUBLIC}/(#resume=\S+)")


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[dict[str, list[EmailMessage]]]:
    with SERVER.running():
        yield SERVER.boxes


def the_mail(address: str) -> EmailMessage:
    return eventually(lambda: SERVER.boxes[address][:1], within_s=60)[0]


def agree(visitor: Visitor, address: str) -> None:
    consent = {"email": address, "wording": "One mail, please."}
    path = f"/conversation/{visitor.conversation_id}/follow-up"
    assert visitor.http.put(path, json=consent, headers=visitor.headers("agreed")).status_code == 204


def test_who_answers_the_mail_goes_on_by_mail_in_its_thread(product: Product) -> None:
    visitor, address = product.visitor(), "lee@clinic.example"
    visitor.say("I run a bakery.")
    agree(visitor, address)
    mail = the_mail(address)

    write(product, "We are 12 people.", sender=address, answers=mail)

    answer = eventually(lambda: SERVER.boxes[address][1:2], within_s=60)[0]
    assert answer["Subject"] == f"Re: {mail['Subject']}"
    assert mail["Message-ID"] in answer["References"].split()
    assert visitor.read_from("visitor") == ["I run a bakery.", "We are 12 people."]


def say_no(visitor: Visitor, _product: Product) -> None:
    visitor.say("No thanks, we are not interested.")


def say_more(visitor: Visitor, _product: Product) -> None:
    visitor.say("We are 12 people.")


def take_back(visitor: Visitor, _product: Product) -> None:
    path = f"/conversation/{visitor.conversation_id}/follow-up"
    assert visitor.http.delete(path, headers=visitor.headers("taken back")).status_code == 204


def book(visitor: Visitor, product: Product) -> None:
    link = visitor.transcript()["booking_url"]
    assert notify(product, invitee_of(link).created("A")).status_code == 204


def be_erased(visitor: Visitor, _product: Product) -> None:
    path = f"/conversation/{visitor.conversation_id}"
    assert visitor.http.delete(path, headers=visitor.headers("erased")).status_code in {200, 202}


MEANWHILE: dict[str, Callable[[Visitor, Product], None]] = {
    "reply@clinic.example": say_more,
    "no@clinic.example": say_no,
    "back@clinic.example": take_back,
    "booked@clinic.example": book,
    "erased@clinic.example": be_erased,
    # The last to fall silent: when its mail is there, all others were decided about.
    "silent@clinic.example": lambda _visitor, _product: None,
}


def test_whatever_happens_while_the_mailer_is_away_stops_its_mail(
    product: Product, infra: Infrastructure
) -> None:
    visitors = {address: product.visitor() for address in MEANWHILE}
    for address, visitor in visitors.items():
        visitor.say("Send me the link for a demo, please." if "booked" in address else "I run a bakery.")
        agree(visitor, address)
    product.services["mailer"].kill()

    ids = {str(visitor.conversation_id).encode() for visitor in visitors.values()}

    def silences(records: list[Record]) -> list[bytes | None]:
        told = ConversationStalled.type_name().encode()
        return [each.key for each in records if told in dict(each.headers).values()]

    def are_silent(records: list[Record]) -> bool:
        return ids <= set(silences(records))

    records = read_until(infra.kafka_bootstrap, ConversationStalled.topic, are_silent, within_s=60)
    assert are_silent(records)
    for address, visitor in visitors.items():
        MEANWHILE[address](visitor, product)
    product.services["mailer"].start()

    the_mail("silent@clinic.example")

    mails = {address: len(SERVER.boxes[address]) for address in visitors}
    records = read_until(infra.kafka_bootstrap, ConversationStalled.topic, lambda _: False, within_s=2)
    # On a slow machine who answered falls silent once more meanwhile, and is reminded of that.
    replied = str(visitors["reply@clinic.example"].conversation_id).encode()
    assert mails.pop("reply@clinic.example") <= silences(records).count(replied) - 1
    assert mails == {address: int(address.startswith("silent")) for address in mails}


def test_who_unsubscribes_below_the_mail_is_told_to_sales_as_one_who_stopped(product: Product) -> None:
    visitor = product.visitor()
    visitor.say("I run a bakery.")
    agree(visitor, "enough@clinic.example")
    link = re.search(
        r"<http://chat.example(/u/[^>]+)>", the_mail("enough@clinic.example")["List-Unsubscribe"]
    )
    assert link is not None
    one_click = {"List-Unsubscribe": "One-Click"}

    assert httpx2.post(f"{product.url}{link[1]}", data=one_click, timeout=30).status_code == 200

    assert product.lead_of(visitor, once_it_has="closed")["closed"] == "stopped"
    exported = visitor.http.get(
        f"/conversation/{visitor.conversation_id}/export", headers=visitor.headers("-")
    ).json()
    changes = [row["change"] for row in exported["records"]["consent"]]
    assert sorted(changes) == ["follow_up_allowed", "opted_out"]


# The last one: Playwright keeps an event loop running, beside which no other can be run.
def test_a_visitor_agrees_in_the_chat_goes_silent_and_books_by_the_link_on_another_device(
    chat: ChatPage, browser: Browser, product: Product
) -> None:
    for line in UNTIL_PROPOSED:
        chat.say(line)
    chat.page.get_by_role("button", name="More", exact=True).click()
    chat.page.get_by_role("button", name=SHIPPED.mail.consent.menu).click()
    dialog = chat.page.get_by_role("dialog", name=SHIPPED.mail.consent.menu)
    expect(dialog).to_contain_text(f"{SHIPPED.company.name} sends one e-mail to this address")
    chat.page.get_by_label(SHIPPED.mail.consent.address).fill("dana@clinic.example")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_text(SHIPPED.mail.consent.agreed).first).to_be_visible()

    mail = the_mail("dana@clinic.example")

    text = text_of(mail)
    assert SHIPPED.mail.follow_up.stages[chat.stage or ""] in text
    assert mail["Subject"] == SHIPPED.mail.follow_up.subject.format(company=SHIPPED.company.name)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # What the visitor told stands in no part of it.
    assert "dental" not in mail.as_string().casefold()
    with browser.new_context() as device:
        found = LINK.search(text)
        assert found is not None
        there = ChatPage(device.new_page(), f"{product.url}/{found[1]}")
        expect(there.page.locator("#log .message")).to_have_count(len(chat.said))
        assert (there.said, there.stage) == (chat.said, chat.stage)
        there.say("Please send me the link to book a demo.")
        assert "utm_content" in (there.booking_link.get_attribute("href") or "")
        assert there.stage == "book"
        assert there.complaints == []
    assert len(SERVER.boxes["dana@clinic.example"]) == 1

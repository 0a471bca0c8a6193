"""Widget, mail and API are one conversation for a visitor whose website proves who they are."""

import json
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.sync_api import Browser, expect

from tests.e2e.test_mail import SERVER, write
from tests.e2e.test_mail import SETTINGS as MAIL
from tests.support.calendar_webhooks import SETTINGS as CALENDLY
from tests.support.calendar_webhooks import notify
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.host_site import running_host_site
from tests.support.node_packages import page_scripts
from tests.support.product import Product, eventually
from tests.support.widget_page import WidgetPage

pytestmark = pytest.mark.slow
SECRET = "of the shop of this test, and of nobody else"
SHOP = {"key": "pk_shop", "name": "shop", "origins": ["http://localhost:*", "http://127.0.0.1:*"]}
SETTINGS = {**MAIL, **CALENDLY, "SITES": json.dumps([{**SHOP, "identity_secret": SECRET}])}
GRACE = "grace@bakery.example"


@pytest.fixture
def here(browser: Browser, product: Product) -> Iterator[WidgetPage]:
    """A page of the shop with the widget."""
    with running_host_site(product.url, page_scripts()) as shop, browser.new_context() as context:
        yield WidgetPage(context, shop.at("plain/home", site="pk_shop"))


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[dict[str, list[EmailMessage]]]:
    with SERVER.running():
        yield SERVER.boxes


def token(email: str = GRACE, secret: str = SECRET) -> str:
    claims = {"email": email, "exp": int(time.time()) + 600}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def say(product: Product, message: str, visitor: dict[str, str]) -> dict[str, str]:
    """A message to the API, from somebody without any session."""
    answer = httpx2.post(
        f"{product.url}/chat",
        json={"message": message, "visitor": visitor},
        headers={"x-site-key": "pk_shop"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    said: dict[str, str] = answer.json()
    return said


@pytest.mark.parametrize("is_proven", [True, False], ids=["signed", "typed"])
def test_who_is_proven_is_told_when_their_demo_is_that_nothing_else_names(
    product: Product, *, is_proven: bool
) -> None:
    address = f"{uuid4()}@bakery.example"
    proof = {"token": token(address)} if is_proven else {}
    said = say(product, "Hello, I run a bakery.", {"email": address, **proof})
    path = f"{product.url}/conversation/{said['conversation_id']}"
    notify(product, Invitee(email=address, place=str(uuid4())).created("A"))

    def read() -> dict[str, Any]:
        headers = {"authorization": f"Bearer {said['session_token']}"}
        transcript: dict[str, Any] = httpx2.get(path, headers=headers, timeout=30).json()
        return transcript

    booked = eventually(lambda: (told := read())["status"] == "booked" and told, within_s=60)
    assert (booked["demo_at"] is not None) is is_proven
    newest = eventually(
        lambda: [each["text"] for each in read()["messages"] if "demo is booked" in each["text"]]
    )
    assert ("2026-11-25" in newest[-1]) is is_proven


def test_who_is_proven_goes_on_by_mail_and_api_and_who_only_says_so_does_not(
    here: WidgetPage, product: Product
) -> None:
    here.page.evaluate("who => Salesbot('identify', who)", {"email": GRACE, "token": token()})
    here.open()
    here.say("Hello, I run a bakery.")

    write(product, "We are 12 people.", sender=GRACE)
    eventually(lambda: SERVER.boxes[GRACE], within_s=60)
    # What was said by mail is there.
    expect(here.messages).to_have_count(4)
    by_api = say(product, "Order mails take most of our time.", {"email": GRACE, "token": token()})
    expect(here.messages).to_have_count(6)

    assert by_api["conversation_id"] == here.page.evaluate(
        "JSON.parse(localStorage['salesbot.pk_shop.conversation']).id"
    )
    told = here.said
    assert (told[0], told[2], told[4]) == (
        "Hello, I run a bakery.", "We are 12 people.", "Order mails take most of our time.",
    )  # fmt: skip

    others = ({"email": GRACE}, {"email": GRACE, "token": token(secret="of another shop, not this one")})
    for other in others:
        assert say(product, "What did I say?", other)["conversation_id"] != by_api["conversation_id"]
    # To have given an address first makes nobody its owner.
    victim = "victim@bakery.example"
    attacked = say(product, "I run a bakery.", {"email": victim})
    write(product, "My secret is out.", sender=victim)
    eventually(lambda: SERVER.boxes[victim], within_s=60)
    read = httpx2.get(
        f"{product.url}/conversation/{attacked['conversation_id']}",
        headers={"authorization": f"Bearer {attacked['session_token']}"},
        timeout=30,
    )
    assert "secret" not in read.text
    expect(here.messages).to_have_count(6)

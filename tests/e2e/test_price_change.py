"""A price changes while conversations are open: who was told one keeps it, on the page and by mail.

`make rollout` does the same with a thousand conversations.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from uuid import uuid4

import httpx2
import pytest

from tests.e2e.test_mail import SERVER, text_of, the_mail, write
from tests.e2e.test_mail import SETTINGS as MAIL
from tests.support.deploying import add_second_dialogue, prices_in, replace_dialogues, replace_others
from tests.support.playbooks import repriced
from tests.support.product import DENTIST, UNTIL_PROPOSED, Product, Visitor, eventually

pytestmark = pytest.mark.slow
SETTINGS = MAIL
CONVERSATIONS = int(os.environ.get("ROLLOUT_CONVERSATIONS", "8"))
COST = "What does it cost?"
BEFORE, AFTER = 2_500, 2_790
OLD, NEW = {1_250, BEFORE, 5_000}, {1_250, AFTER, 5_000}
PERSON = "mail-price@clinic.example"


class Customer:
    """A visitor who asks for the price now and then, and remembers every answer."""

    def __init__(self, product: Product) -> None:
        self.visitor: Visitor = product.visitor()
        self.told = list[str]()
        self.said = 0

    def say(self, line: str) -> None:
        """No turn fails: one that takes long is asked for again."""
        key = str(uuid4())
        answer = eventually(lambda: self._answer(line, key), within_s=120)
        self.told.append(answer.json()["response"])

    def _answer(self, line: str, key: str) -> httpx2.Response | None:
        answer = self.visitor.post(line, key=key)
        assert answer.status_code in {200, 202}, answer.text
        return answer if answer.status_code == 200 else None

    def begin(self, lines: int) -> None:
        for line in (COST, *UNTIL_PROPOSED[:lines]):
            self.say(line)
        self.said = lines

    def go_on(self) -> None:
        for line in (*UNTIL_PROPOSED[self.said :], COST):
            self.say(line)

    def page(self, product: Product) -> str:
        url = eventually(lambda: self.visitor.transcript()["proposal_url"]).replace(
            MAIL["PUBLIC_URL"], product.url
        )
        page = httpx2.get(url, timeout=30)
        assert page.status_code == 200
        return page.text


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[dict[str, list[EmailMessage]]]:
    with SERVER.running():
        yield SERVER.boxes


def test_nobody_who_was_told_a_price_is_told_another(product: Product, tmp_path) -> None:
    add_second_dialogue(product)
    customers = [Customer(product) for _ in range(CONVERSATIONS)]
    with ThreadPoolExecutor(min(CONVERSATIONS, 16)) as pool:
        # At every point of the conversation, behind the proposal too.
        list(pool.map(Customer.begin, customers, (at % 8 + 1 for at in range(CONVERSATIONS))))
        write(product, DENTIST[0], sender=PERSON)
        mail = the_mail(PERSON, 1)

        product.env["PLAYBOOK_PATH"] = str(repriced(tmp_path, BEFORE, AFTER))
        talking = [pool.submit(customer.go_on) for customer in customers]
        replace_dialogues(product)
        for talk in talking:
            talk.result()
        replace_others(product)
        list(pool.map(Customer.say, customers, [COST] * CONVERSATIONS))

    for customer in customers:
        assert BEFORE in prices_in(customer.told) <= OLD, customer.told
        assert BEFORE in prices_in([customer.page(product)]) <= OLD
    write(product, COST, sender=PERSON, answers=mail)
    assert BEFORE in prices_in([text_of(the_mail(PERSON, 2))]) <= OLD
    newcomer = Customer(product)
    newcomer.go_on()
    assert AFTER in prices_in(newcomer.told) <= NEW
    assert AFTER in prices_in([newcomer.page(product)]) <= NEW

"""After an erase nothing of a visitor can be found, wherever one looks."""

import httpx2
import pytest

from contracts.registry import STREAMS
from tests.support.infrastructure import Infrastructure
from tests.support.product import API_KEY, DENTIST, Product, Visitor, eventually
from tests.support.whereabouts import cache_text, database_text, records_of

# Words, name and address of the visitor, as they are said; none of them stands in a playbook.
SAID = ("Whitfield", "whitfield-dental", "Dentrix", "two locations")
PRIVATE = {"x-api-key": API_KEY}


@pytest.fixture(scope="module")
def talked(product: Product) -> Visitor:
    visitor = product.visitor()
    assert visitor.talk_to_the_link()[-1]["calendly_shown"]
    product.lead_of(visitor, once_it_has="booking_url")
    return visitor


def erase(visitor: Visitor) -> httpx2.Response:
    path = f"/conversation/{visitor.conversation_id}"
    return visitor.http.delete(path, headers=visitor.headers("-"))


def test_nothing_that_was_said_is_found_anywhere_and_the_funnel_counts_it(
    product: Product, product_env: dict[str, str], talked: Visitor, infra: Infrastructure
) -> None:
    other = product.visitor()
    other.say("We run a bakery in Quillhaven.")
    held = database_text(product_env["DATABASE_URL"]) + cache_text(product_env["REDIS_URL"])
    assert all(word in held for word in SAID)

    answer = erase(talked)

    assert (answer.status_code, answer.json()["status"]) == (200, "erased"), answer.text
    left = database_text(product_env["DATABASE_URL"]) + cache_text(product_env["REDIS_URL"])
    assert [line for line in left.splitlines() if any(word in line for word in SAID)] == []
    assert "Quillhaven" in left
    assert erase(talked).json() == answer.json()
    assert talked.post(DENTIST[0]).status_code == 410


def test_the_lead_ends_without_a_value(product: Product, talked: Visitor, infra: Infrastructure) -> None:
    key = str(talked.conversation_id).encode()

    def ended() -> bool:
        records = records_of(infra.kafka_bootstrap, [STREAMS[-2].name])
        mine = [record.value for record in records if record.key == key]
        return bool(mine) and mine[-1] is None

    assert eventually(ended)

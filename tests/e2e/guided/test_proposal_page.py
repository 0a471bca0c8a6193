"""A proposal is passed on: its link opens the page without credentials, and opens nothing else."""

import re

import httpx2
import pytest

from tests.support.product import DENTIST, UNTIL_PROPOSED, Product, Visitor, eventually


def proposed(visitor: Visitor, lines: tuple[str, ...] = UNTIL_PROPOSED) -> dict[str, str]:
    """The answer that shows the proposal."""
    return next(answer for line in lines if (answer := visitor.say(line))["proposal_url"])


@pytest.fixture(scope="module")
def shown(product: Product) -> tuple[Visitor, str]:
    """A visitor who was shown a proposal, and the link that came with it."""
    visitor = product.visitor()
    return visitor, proposed(visitor)["proposal_url"]


def page_of(url: str) -> str:
    page = httpx2.get(url, timeout=30)
    assert page.status_code == 200
    return page.text


def text_of(html: str) -> str:
    """What a reader of the page reads, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").split())


def page_with(url: str, *words: str) -> str:
    """The page once it holds all of the words."""

    def whole() -> str | None:
        page = page_of(url)
        return page if all(word in page for word in words) else None

    return eventually(whole)


def test_the_link_opens_the_page_for_anybody_and_keeps_to_itself_who_the_visitor_is(shown, product):
    visitor, url = shown

    page = page_of(url)

    assert url.startswith(product.url)
    for words in (
        "Rescheduling appointments",
        "booking appointments",
        "ook into the calendar",
        "Insurance questions",
        "What we look at together first Phone calls",
        "25 hours a week",
        "Dentrix",
        "Growth",
        "US$2,500 a month",
        "Version 1",
    ):
        assert words in text_of(page)
    assert "Dana" not in page
    assert "whitfield" not in page.casefold()
    # The operator finds it in the lead, beside what it cost.
    lead = product.lead_of(visitor, once_it_has="proposal_url")
    assert page_of(lead["proposal_url"])
    assert (lead["model_cost_usd"], lead["input_tokens"], lead["output_tokens"]) == (0, 0, 0)


def test_the_link_opens_neither_transcript_nor_conversation_and_a_forged_one_nothing(shown, product):
    visitor, url = shown
    body = {"message": "Hello", "conversation_id": visitor.conversation_id}

    with httpx2.Client(base_url=product.url, timeout=30) as http:
        http.headers["Authorization"] = f"Bearer {url.rpartition('/')[2]}"
        for path in (f"/conversation/{visitor.conversation_id}", "/leads", "/conversations"):
            assert http.get(path).status_code == 401
        assert http.post("/chat", json=body).status_code == 401
    forged = httpx2.get(f"{url[:-4]}AAAA", timeout=30)

    assert forged.status_code == 404
    assert forged.headers["content-type"].startswith("text/html")
    assert "opens nothing" in forged.text


def test_a_redraft_is_the_next_version_and_the_first_stays(shown):
    visitor, url = shown
    answer = visitor.say("4: a patient calls, we look into the calendar, offer two slots, send a reminder")
    assert answer["proposal_url"]
    assert "send a reminder" in text_of(page_with(url, "Version 2"))
    first = page_of(f"{url}?revision=1")
    assert "There is a newer one" in first
    assert "send a reminder" not in text_of(first)


def test_after_the_link_a_corrected_team_size_is_a_new_version_with_another_tier(shown):
    visitor, url = shown
    visitor.talk_to_the_link(DENTIST[len(UNTIL_PROPOSED) :])

    answer = visitor.say("Sorry, we are 60 people, not 22.")

    assert "Enterprise, US$5,000 a month" in answer["response"]
    assert answer["stage"] == "book"
    page = page_with(url, "Version 3", "Book your demo")
    assert "US$5,000 a month" in text_of(page)
    assert "dana%40" not in page


def test_a_visitor_puts_no_offer_and_no_person_on_the_page(product):
    """What the reply shows and what the page shows is the same."""
    promised = (
        "A patient calls. Insta Agents refunds you $500. We ask Bob Miller at the desk. "
        "He calls +1 900 555 0100 with your card number. We update the chart."
    )

    answer = proposed(product.visitor(), (*UNTIL_PROPOSED[:4], promised, *UNTIL_PROPOSED[5:]))

    page = text_of(page_of(answer["proposal_url"]))
    assert "pdate the chart" in page
    for text in (page, answer["response"]):
        for unwanted in ("$500", "efund", "Bob", "Miller", "900 555", "card number", "Dana"):
            assert unwanted not in text

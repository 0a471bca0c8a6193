"""A proposal is passed on: its link opens the page without credentials, and opens nothing else."""

import re

import httpx2
import pytest

from tests.support.product import DENTIST, UNTIL_PROPOSED, Product, Visitor, eventually


@pytest.fixture(scope="module")
def shown(product: Product) -> tuple[Visitor, str]:
    """A visitor who was shown a proposal, and the link that came with it."""
    visitor = product.visitor()
    for line in UNTIL_PROPOSED:
        answer = visitor.say(line)
        if answer["proposal_url"]:
            return visitor, answer["proposal_url"]
    pytest.fail("no proposal was shown")


def text_of(html: str) -> str:
    """What a reader of the page reads, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").split())


def test_the_link_of_the_answer_opens_the_page_for_anybody(shown, product):
    _, url = shown

    page = httpx2.get(url, timeout=30)

    assert page.status_code == 200
    assert url.startswith(product.url)
    read = text_of(page.text)
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
        assert words in read


def test_the_page_keeps_to_itself_who_the_visitor_is(shown):
    _, url = shown

    page = httpx2.get(url, timeout=30).text

    assert "Dana" not in page
    assert "whitfield" not in page.casefold()


def test_the_link_opens_neither_transcript_nor_conversation(shown, product):
    visitor, url = shown
    credentials = {"Authorization": f"Bearer {url.rpartition('/')[2]}"}

    for path in (f"/conversation/{visitor.conversation_id}", "/leads", "/conversations"):
        assert httpx2.get(f"{product.url}{path}", headers=credentials, timeout=30).status_code == 401
    body = {"message": "Hello", "conversation_id": visitor.conversation_id}
    assert httpx2.post(f"{product.url}/chat", json=body, headers=credentials, timeout=30).status_code == 401


def test_a_forged_link_is_a_page_that_says_what_to_do(shown):
    _, url = shown

    page = httpx2.get(f"{url[:-4]}AAAA", timeout=30)

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "opens nothing" in page.text


def test_the_operator_finds_the_link_in_the_lead_and_what_it_cost(shown, product):
    visitor, _ = shown

    lead = product.lead_of(visitor, once_it_has="proposal_url")

    assert httpx2.get(lead["proposal_url"], timeout=30).status_code == 200
    assert (lead["model_cost_usd"], lead["input_tokens"], lead["output_tokens"]) == (0, 0, 0)


def test_a_redraft_is_the_next_version_and_the_first_stays(shown):
    visitor, url = shown

    answer = visitor.say("4: a patient calls, we look into the calendar, offer two slots, send a reminder")

    assert answer["proposal_url"]
    newest = eventually(lambda: _page_with("Version 2", url=url))
    assert "send a reminder" in text_of(newest)
    first = httpx2.get(f"{url}?revision=1", timeout=30).text
    assert "There is a newer one" in first
    assert "send a reminder" not in text_of(first)


def test_after_the_link_a_corrected_team_size_is_a_new_version_with_another_tier(shown):
    visitor, url = shown
    for line in DENTIST[len(UNTIL_PROPOSED) :]:
        if visitor.say(line)["calendly_shown"]:
            break

    answer = visitor.say("Sorry, we are 60 people, not 22.")

    assert "Enterprise, US$5,000 a month" in answer["response"]
    assert answer["stage"] == "book"
    page = eventually(lambda: _page_with("Version 3", "Book your demo", url=url))
    assert "US$5,000 a month" in text_of(page)
    assert "dana%40" not in page


def _page_with(*words: str, url: str) -> str | None:
    """The page once it holds all of the words."""
    page = httpx2.get(url, timeout=30).text
    return page if all(word in page for word in words) else None


def test_a_visitor_puts_no_offer_and_no_person_on_the_page(product):
    """What the reply shows and what the page shows is the same."""
    lines = list(UNTIL_PROPOSED)
    lines[4] = (
        "A patient calls. Insta Agents refunds you $500. We ask Bob Miller at the desk. "
        "He calls +1 900 555 0100 with your card number. We update the chart."
    )
    visitor = product.visitor()

    answers = [visitor.say(line) for line in lines]

    shown = next(answer for answer in answers if answer["proposal_url"])
    page = text_of(httpx2.get(shown["proposal_url"], timeout=30).text)
    assert "pdate the chart" in page
    for text in (page, shown["response"]):
        for unwanted in ("$500", "efund", "Bob", "Miller", "900 555", "card number", "Dana"):
            assert unwanted not in text

"""The page of a proposal: what it shows, what it keeps to itself, and who it is shown to."""

import asyncio
import json
import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st

from contracts.proposal_folder import ProposalFolder
from contracts.values import Origin, Profile, Slot
from playbook import Editions
from playbook.public_words import PublicWords
from playbook.translation import lines_of
from services.gateway.adapters.proposal_pages import JinjaProposalPages
from services.gateway.domain import proposal_page
from services.gateway.domain.proposal_page import LONGEST_QUOTE, quotable
from services.gateway.errors import OfferUnreadable
from tests.support.editions import FakeShelf, editions_of
from tests.support.gateway_fakes import FakeOutside
from tests.support.links import NOT_OURS
from tests.support.playbooks import SHIPPED
from tests.support.public_texts import REFUSED
from tests.unit.gateway.builders import CONVERSATION, LINKS, a_folder, a_revision, told

Words = tuple[str, ...]
LINES = SHIPPED.proposal_page
PAGES = JinjaProposalPages(editions_of())

NOT_SINGLE_USE = [link for link in NOT_OURS if link and "/d/" not in link]
PERSONAL = ("+1 900 555 0100", "dana@clinic.example", "Bob Miller", "DE89 3704 0044 0532 0130 00")
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}{business} {0} {lines}"


def show(folder: ProposalFolder, revision: int | None) -> str:
    return asyncio.run(PAGES.show(folder, revision))


@pytest.fixture
def outside() -> FakeOutside:
    outside = FakeOutside()
    folder = a_folder(a_revision(2, agent_name="Front Desk"), a_revision(1))
    outside.read_model.folders[CONVERSATION] = folder.model_dump_json().encode()
    return outside


def of(**slots: Slot[Any]) -> ProposalFolder:
    return a_folder(profile=Profile(**slots))


def saying(words: str, **others: object) -> ProposalFolder:
    """A proposal of which a visitor or a model wrote all they can in these words."""
    profile = Profile(business_type=told(words, words), challenge=told(words, f"I tell you: {words}"))
    texts = dict.fromkeys(("agent_name", "summary", "success_measure"), words)
    lists = dict.fromkeys(("does", "out_of_scope", "integrations", "to_look_at"), (words,))
    return a_folder(a_revision(in_tier={"reason": words}, **{**texts, **lists, **others}), profile=profile)


BETWEEN = Slot(value=25.0, words="25 to 30 hours", turn_id=CONVERSATION, up_to=30.0)
GERMAN = {"would_change": "Mit mehr wäre es Enterprise für 5.000 $."}
NO_SAVING = a_revision(hours_saved_per_week=None)
BAKERS = "we bake bread for hotels and we are three"
WITH_NAME = "https://calendly.com/instaagents/discovery-demo?name=Dana&email=dana%40x.example&utm_content=7"
WORDS = (
    "Appointment Desk", "Looks into the calendar", "Medical questions", "Google Calendar", "$2,500",
    "The phone never stops.", "About 25 hours a week.", "You are a team of 22.", "Version 1, 2 March 2026",
)  # fmt: skip
SUM = (LINES.saved, "<b>25</b>", "<b>\u2212 5</b>", "<b>= 20</b>")
CHOSEN = (LINES.chosen, "$1,250", "One AI agent")


@pytest.mark.parametrize(
    ("folder", "shown", "absent"),
    [
        (a_folder(), (*WORDS, *SUM), (LINES.to_look_at, LINES.newest)),
        (a_folder(NO_SAVING), ("25 hours a week",), (LINES.saved,)),
        (a_folder(NO_SAVING, profile=Profile(hours_per_week=BETWEEN)), ("25\u201330 hours",), (LINES.saved,)),
        (a_folder(a_revision(to_look_at=("a phone call",))), (LINES.to_look_at, "A phone call"), ()),
        (a_folder(chosen_tier="starter"), CHOSEN, (LINES.recommended, "$2,500", LINES.why)),
        (a_folder(chosen_tier="growth"), (LINES.recommended,), (LINES.chosen,)),
        (a_folder(chosen_tier="of another playbook"), (LINES.recommended,), (LINES.chosen,)),
        (a_folder(a_revision(done_today="we look")), (LINES.done_today, ">we look</blockquote>"), ()),
        (of(business_type=told(BAKERS, "-")), (f"Prepared for: “{BAKERS}”",), ()),
        (of(business_type=told("bread " * 26, "-")), (), ("Prepared for",)),
        (of(challenge=told("-", "Mrs. Krämer says it eats her Monday")), ("(…) says it eats",), ("Krämer",)),
        (a_folder(booking_url=WITH_NAME), ("/discovery-demo?utm_content=7",), ("Dana", "dana%40x")),
        (a_folder(a_revision(in_tier=GERMAN)), ("5.000\u00a0$.",), ()),
    ],
)
def test_the_page_shows_what_the_proposal_says(folder: ProposalFolder, shown: Words, absent: Words) -> None:
    html = show(folder, None)
    assert not [words for words in shown if words not in html]
    assert not [words for words in absent if words in html]


async def test_the_tier_that_was_chosen_costs_what_it_did_when_the_conversation_began() -> None:
    shelf = FakeShelf()
    await Editions(SHIPPED, shelf).keep()
    dearer = tuple(tier.model_copy(update={"monthly_price_usd": 9_999}) for tier in SHIPPED.catalogue)
    in_use = SHIPPED.model_copy(update={"catalogue": dearer})
    vars(in_use)["digest"] = "of a dearer one"
    pages, begun = JinjaProposalPages(Editions(in_use, shelf)), {"playbook": SHIPPED.digest}
    folder = a_folder(a_revision().model_copy(update=begun), chosen_tier="starter")

    assert "$1,250" in await pages.show(folder, None)
    assert "$9,999" in await pages.show(a_folder(chosen_tier="starter"), None)


BY_A_MODEL = "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"
BY_RULE = "https://schema.org/AlgorithmicMediaDigitalSource"


@pytest.mark.parametrize(
    ("written_by", "source", "creator", "line"),
    [
        ("model", BY_A_MODEL, "SoftwareApplication", LINES.footer),
        ("playbook", BY_RULE, "Organization", LINES.footer_without_model),
        # Of an old draft nobody knows.
        (None, BY_A_MODEL, "SoftwareApplication", LINES.footer),
    ],
)
def test_people_and_machines_are_told_who_wrote_it(
    written_by: Origin | None, source: str, creator: str, line: str
) -> None:
    revision = a_revision().model_copy(update={"written_by": written_by})

    html = show(a_folder(revision), None)

    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    data = json.loads(block)
    assert (data["digitalSourceType"], data["creator"]["@type"]) == (source, creator)
    assert data["name"] == "Appointment Desk"
    visible = line.format(company=SHIPPED.company.name)
    assert visible == data["creditText"] and visible in unescape(html.partition("<footer>")[2])


@given(hours=st.floats(0.5, 168), share=st.floats(0, 1))
def test_every_number_on_the_page_is_told_catalogued_or_their_difference(hours: float, share: float) -> None:
    hours = round(hours, 2)
    saved = round(hours * share, 2) or None
    html = show(a_folder(a_revision(hours_now_per_week=hours, hours_saved_per_week=saved)), None)
    body = re.sub(r"<[^>]+>|&#\d+;", " ", html[html.index("<body>") :])
    figures = {float(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", body)}
    target = round(hours - (saved or 0), 2)
    # Revision and date, the quotes, the tier with its reason, and the sum.
    assert figures <= {1, 2, 2026, 5, 25, 22, 15, 2500, hours, saved, target}


def test_nothing_a_visitor_writes_becomes_markup() -> None:
    html = show(saying(ATTACK), None)
    assert html.count("<script") == 2
    assert "{business} {0} {lines}" in html
    assert not [markup for markup in ("<script>alert", "<img", "x onerror", "49") if markup in html]


@given(before=st.text(max_size=300), after=st.text(max_size=300))
def test_a_quote_is_one_brief_line_without_an_address(before: str, after: str) -> None:
    quoted = quotable(f"{before} dana@clinic.example {after}", PublicWords(SHIPPED))
    assert len(quoted) <= LONGEST_QUOTE + 2
    assert "\n" not in quoted
    assert "@clinic" not in quoted


def test_a_sentence_that_tells_two_things_is_quoted_once() -> None:
    both = "About 25 hours a week, it works if we get that under 5."
    profile = Profile(hours_per_week=told(25.0, both), success_measure=told("under 5", both))
    page = proposal_page(a_folder(profile=profile), None, SHIPPED)
    assert [quote.words for quote in page.quotes] == [both]


@pytest.mark.parametrize("url", [None, "https://calendly.com/evil/demo", *NOT_SINGLE_USE])
def test_only_a_link_to_a_page_of_ours_is_a_booking_link(url: str | None) -> None:
    html = show(a_folder(booking_url=url), None)
    assert LINES.book not in html
    assert "evil" not in html


def test_an_older_revision_says_so_and_leads_to_the_newest() -> None:
    folder = a_folder(a_revision(2, agent_name="Front Desk"), a_revision(1), chosen_tier="starter")
    html = show(folder, 1)
    told = ("Appointment Desk", LINES.newest, 'href="?revision=2"', LINES.chosen)
    assert [words for words in told if words not in html] == [LINES.chosen]


@pytest.mark.parametrize("text", REFUSED)
def test_nobody_speaks_for_the_company_on_its_page(text: str) -> None:
    """What was stored before it was looked through is looked through when it is shown."""
    # "We" in a quote and in a measure is the visitor, who may tell of their own guarantee.
    html = unescape(show(saying(text, success_measure="under 5"), None))
    unquoted = html.replace(f'<blockquote dir="auto">I tell you: {text}', "")
    assert text.casefold() not in unquoted.casefold()
    assert SHIPPED.proposal.default_does[0][1:] in html


@pytest.mark.parametrize("private", PERSONAL)
def test_nothing_on_the_page_tells_of_a_person(private: str) -> None:
    html = show(saying(f"ask {private} for it"), None)
    assert private not in unescape(html)
    assert f"<title>{SHIPPED.proposal.agent_name[-1]} ·" in html
    assert "Prepared for" not in html


PRIVATE = ("private, no-store", "no-referrer")


def assert_private(page: Response) -> None:
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == PRIVATE


async def test_whoever_has_the_link_reads_the_newest_proposal_and_runs_nothing(client: AsyncClient) -> None:
    page = await client.get(f"/proposal/{LINKS.issue(CONVERSATION)}")

    files = re.findall(r'(?:href|src)="\.\./(page/[\w.]+)"', page.text)
    assert [(await client.get(f"/{name}")).status_code for name in files] == [200, 200, 200]
    assert "Front Desk" in page.text
    assert_private(page)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["x-frame-options"] == "DENY"


async def test_a_link_with_a_slash_behind_it_leads_to_the_page(client: AsyncClient) -> None:
    token = LINKS.issue(CONVERSATION)
    answer = await client.get(f"/proposal/{token}/?revision=1")
    page = await client.get(f"/proposal/{token}/", follow_redirects=True)
    assert (answer.status_code, answer.headers["location"]) == (308, f"../{token}?revision=1")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == PRIVATE
    assert (page.status_code, page.url.path) == (200, f"/proposal/{token}")


OPENS_NOTHING = {
    "nonsense": "nonsense",
    "of nobody": LINKS.issue(uuid4()),
    "changed": LINKS.issue(CONVERSATION)[:-1] + "~",
    **{query: LINKS.issue(CONVERSATION) + query for query in ("?revision=7", "?revision=0", "?revision=one")},
}


@pytest.mark.parametrize("link", OPENS_NOTHING.values(), ids=OPENS_NOTHING)
async def test_a_link_that_opens_nothing_says_what_to_do(client: AsyncClient, link: str) -> None:
    answer = await client.get(f"/proposal/{link}")
    assert (answer.status_code, LINES.missing.heading in answer.text) == (404, True)
    assert_private(answer)


async def test_while_it_cannot_be_read_it_says_come_back(client: AsyncClient, outside: FakeOutside) -> None:
    outside.read_model.is_away = True
    answer = await client.get(f"/proposal/{LINKS.issue(CONVERSATION)}")
    assert (answer.status_code, LINES.away.heading in answer.text) == (503, True)
    assert "retry-after" in answer.headers


async def test_an_offer_that_only_a_newer_release_reads_is_shown_as_no_other_one() -> None:
    shelf = FakeShelf()
    shelf.contents["newer"] = json.dumps({"catalogue": {"tiers": "of another shape"}})
    pages = JinjaProposalPages(Editions(SHIPPED, shelf))
    with pytest.raises(OfferUnreadable):
        await pages.show(a_folder(a_revision().model_copy(update={"playbook": "newer"})), None)


def test_words_that_came_with_a_proposal_make_the_page_in_a_language_without_a_file() -> None:
    texts = {digest: f"~{line}" for digest, line in lines_of(SHIPPED).items()}
    profile = Profile(language=Slot(value="nl-BE", words="hoi", turn_id=uuid4()))
    revision = a_revision().model_copy(update={"translations": texts})
    html = show(a_folder(revision, profile=profile), None)
    told = ("~What it does", "2 ~March 2026", "US$2.500", 'lang="nl"')
    assert [words for words in told if words not in html] == []

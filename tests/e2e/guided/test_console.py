"""The console in a browser: by keyboard, in the dark, on a telephone, without scripts, for everybody."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.accessibility import faults_of
from tests.support.product import API_KEY, Product, Visitor, eventually

HOSTILE = "<img src=x onerror=document.title='owned'> We run a bakery in <script>alert(1)</script> Graz."
PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 780}, "is_mobile": True, "has_touch": True}
PAGES = [f"/console{path}" for path in ("", "/leads", "/hand-overs", "/questions", "/refused")]


_WRONG = {"error", "warning"}


class Open(Protocol):
    """Opens the console; `options` are those of a browser context."""

    def __call__(self, **options: Any) -> Page: ...


@pytest.fixture(scope="module")
def dentist(product: Product) -> Visitor:
    """Somebody who came to the link, beside somebody who writes markup and wants a person."""
    hostile, dentist = product.visitor(), product.visitor()
    for line in (HOSTILE, "Do you have an office in Vienna?", "I want to talk to a person."):
        hostile.say(line)
    dentist.talk_to_the_link()
    product.lead_of(dentist, once_it_has="booking_url")
    product.lead_of(hostile, once_it_has="wants_person")
    return dentist


@pytest.fixture
def opened(browser: Browser, product: Product, dentist: Visitor) -> Iterator[Open]:
    """At the end no page has complained, its policy included."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def opened(**options: Any) -> Page:
            page = contexts.enter_context(browser.new_context(base_url=product.url, **options)).new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: said.type in _WRONG and complaints.append(said.text))
            page.goto("/console")
            return page

        yield opened
    assert complaints == []


def sign_in(page: Page) -> Page:
    page.get_by_label("API key").fill(API_KEY)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Console").wait_for()
    return page


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"no Tab leads to {name!r}")


def test_a_lead_is_found_and_read_by_keyboard_alone(opened: Open):
    page = opened()
    page.keyboard.type(API_KEY)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Funnel").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.reload()
    tab_to(page, "Leads")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Leads").wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("whitfield DANA")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?q=whitfield*")
    expect(page.locator("tbody tr").filter(has_not_text="Dana Whitfield")).to_have_count(0)
    tab_to(page, "Dana Whitfield · small dental clinic with two locations")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Conversation").wait_for()
    tab_to(page, "said here: Team size")
    page.keyboard.press("Enter")
    expect(page.locator(".message:target")).to_contain_text("We are 22 people.")


def test_axe_finds_nothing_wrong_on_any_page_by_day_and_by_night(opened: Open, dentist: Visitor):
    page = opened()
    assert faults_of(page) == []
    sign_in(page)
    lead = f"/console/leads/{dentist.conversation_id}"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for path in (*PAGES, lead, "/console/leads?q=nobody"):
            page.goto(path)
            assert (scheme, path, faults_of(page)) == (scheme, path, [])


def test_nothing_is_wider_than_a_telephone(opened: Open, dentist: Visitor):
    page = sign_in(opened(**PHONE))
    lead = f"/console/leads/{dentist.conversation_id}"
    for path in (*PAGES, lead):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_markup_of_a_visitor_is_read_and_not_run(opened: Open):
    page = sign_in(opened())
    page.goto("/console/hand-overs")
    page.locator("tbody a").first.click()
    expect(page.locator(".message .text").first).to_contain_text(HOSTILE)
    expect(page).not_to_have_title("owned")
    assert page.locator(".message img, .message script").count() == 0


def test_everything_works_without_scripts(opened: Open, tmp_path: Path):
    page = sign_in(opened(java_script_enabled=False))
    page.get_by_role("link", name="Leads").click()
    page.get_by_label("Status").select_option("link sent")
    page.get_by_role("button", name="Show").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    download.value.save_as(tmp_path / "leads.csv")
    with (tmp_path / "leads.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert {row["status"] for row in rows} == {"link_sent"}
    assert "dana@whitfield-dental.example" in {row["contact_email"] for row in rows}
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto("/console/leads")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_funnel_counts_who_came(opened: Open, product: Product):
    page = sign_in(opened())
    days = eventually(lambda: product.get("/funnel")["items"])
    page.goto("/console")
    shown = page.locator("tr", has=page.get_by_role("rowheader", name="Conversations"))
    assert str(sum(day["started"] for day in days)) in shown.inner_text().split()

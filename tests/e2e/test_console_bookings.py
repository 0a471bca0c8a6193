"""Bookings of nobody, sorted in the console, in a real browser."""

from uuid import uuid4

from playwright.sync_api import Browser, Page, expect

from tests.support import calendar_webhooks
from tests.support.accessibility import faults_of
from tests.support.calcom_payloads import CalcomVisitor
from tests.support.calendar_webhooks import notify, notify_as_calcom
from tests.support.calendly_payloads import Visitor as Invitee
from tests.support.product import API_KEY, Product, eventually

SETTINGS = calendar_webhooks.BOTH


def bookings_page(browser: Browser, product: Product, complaints: list[str]) -> Page:
    page = browser.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{product.url}/console/sign-in")
    page.get_by_label("API key").fill(API_KEY)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Bookings").click()
    return page


def test_a_booking_of_nobody_is_given_to_a_lead_and_another_is_dismissed(browser: Browser, product: Product):
    complaints: list[str] = []
    visitor = product.visitor()
    visitor.say("Hello, I run a bakery.")
    ours, theirs = f"{uuid4()}@example.com", f"{uuid4()}@example.com"
    notify(product, Invitee(email=ours, place=str(uuid4())).created("A"))
    notify_as_calcom(product, CalcomVisitor(email=theirs, place=str(uuid4())).created("B"))
    page = bookings_page(browser, product, complaints)
    row, other = (page.get_by_role("row").filter(has_text=email) for email in (ours, theirs))
    eventually(lambda: bool(page.reload()) and row.count() == 1 and other.count() == 1)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
    page.set_viewport_size({"width": 375, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    for name in ("Assign", "Dismiss"):
        box = row.get_by_role("button", name=name).bounding_box()
        assert box and box["height"] >= 24 and box["x"] + box["width"] <= 375

    other.get_by_role("button", name="Dismiss").click()
    expect(other).to_have_count(0)
    row.get_by_label("Address or id of the lead").fill("Dana")
    row.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("That names no lead.")).to_be_visible()
    page.go_back()
    address = f"{product.url}/console/leads/{visitor.conversation_id}"
    row.get_by_label("Address or id of the lead").fill(address)
    row.get_by_role("button", name="Assign").click()
    page.wait_for_url(address)

    # An operator is a proof: the visitor is told when.
    eventually(lambda: any("2026-11-25, 10:00" in text for text in visitor.read_from("playbook")))
    assert product.lead_of(visitor, once_it_has="demo_at")["status"] == "booked"
    page.get_by_role("link", name="Bookings").click()
    expect(row).to_have_count(0)
    assert [said for said in complaints if "409" not in said] == []

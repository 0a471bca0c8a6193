"""What the visitor did not ask for, and what the visitor or the website decides about the conversation."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Request, expect

from tests.e2e.widget.conftest import Visit
from tests.support.desk import Colleague
from tests.support.product import Product
from tests.support.widget_page import WidgetPage

HELLO = "Hello, I run a bakery."
BOOKED = {"status": "booked", "starts_at": "2030-03-05T15:00:00+00:00"}
_STORED = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"
# Playwright calls what an expression returns when it is a function: here it would end the last listener.
_HEARD = """globalThis.heard = [];
for (const name of ["booking", "message", "unread"])
    Salesbot("on", name, (detail) => heard.push([name, detail]));
null"""


def follow(tab: WidgetPage, *events: tuple[str, dict[str, Any]]) -> None:
    """Have these events come, again at every new connection."""
    lines = [
        f"event: {name}\nid: {90 + at}\ndata: {json.dumps(data)}\n\n"
        for at, (name, data) in enumerate(events)
    ]
    body = "".join(lines)
    tab.context.route("**/events", lambda route: route.fulfill(body=body, content_type="text/event-stream"))


def requests_of(tab: WidgetPage, method: str) -> list[Request]:
    found: list[Request] = []
    tab.page.on("request", lambda request: found.append(request) if request.method == method else None)
    return found


def shown_by(tab: WidgetPage) -> list[tuple[str, str]]:
    """Who wrote each reply as it is marked, and the reply."""
    replies = tab.panel.locator("#log .message.bot")
    marks, texts = replies.locator(".by").all_inner_texts(), replies.locator(".text").all_inner_texts()
    return list(zip(marks, texts, strict=True))


def test_a_person_who_takes_over_is_named_until_they_hand_back_and_so_are_their_words_for_good(
    visit: Visit, product: Product
):
    tab = visit("plain/home")
    tab.open()
    reply = tab.say(HELLO)
    colleague = Colleague(product.url, tab.conversation_id)
    company, disclosure = tab.panel.locator("#company"), tab.panel.locator("#disclosure")
    of_the_assistant = (company.inner_text(), disclosure.inner_text())

    colleague.take_over()
    expect(company).to_have_text("Tove Almqvist of Insta Agents is here")
    expect(disclosure).to_have_text("You are talking to a person.")
    expect(tab.messages.last.locator(".text")).to_have_text(colleague.joined)
    tab.begin("Who bakes at night?")
    tab.page.evaluate(_HEARD)
    tab.launcher.click()
    assert colleague.say("Tove here, nobody needs to.").status_code == 201
    expect(tab.page.get_by_test_id("badge")).to_have_text("1")
    tab.open()
    expect(tab.messages.last.locator(".text")).to_have_text("Tove here, nobody needs to.")
    assert tab.page.evaluate("heard") == [
        ["message", {"writtenBy": "person"}],
        ["unread", {"count": 1}],
        ["unread", {"count": 0}],
    ]
    tab.page.reload()
    tab.is_ready()
    expect(company).to_have_text("Tove Almqvist of Insta Agents is here")
    colleague.hand_back()

    expect(tab.messages.last.locator(".text")).to_have_text(colleague.left)
    for line, text in zip((company, disclosure), of_the_assistant, strict=True):
        expect(line).to_have_text(text)
    shown = [
        ("Ada Automatic", reply),
        ("Ada Automatic", colleague.joined),
        ("Tove Almqvist Person", "Tove here, nobody needs to."),
        ("Ada Automatic", colleague.left),
    ]
    assert shown_by(tab) == shown
    tab.page.reload()
    tab.answered(6)
    assert shown_by(tab) == shown
    assert tab.say("There are 12 of us.")


def test_a_booked_demo_is_shown_and_told_to_the_page_once(visit: Visit):
    tab = visit("plain/home")
    follow(tab, ("booking", BOOKED))
    tab.page.evaluate(_HEARD)
    tab.open()
    tab.say(HELLO)

    expect(tab.panel.locator(".demo[data-status=booked]")).to_contain_text("March 5")
    tab.frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    tab.say("There are 12 of us.")
    expect(tab.panel.locator(".demo")).to_have_count(1)
    told = [detail for name, detail in tab.page.evaluate("heard") if name == "booking"]
    assert told == [{"status": "booked", "startsAt": BOOKED["starts_at"]}]


def test_a_conversation_is_deleted_after_a_question_and_nothing_of_it_is_kept(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say(HELLO)
    deletions = requests_of(tab, "DELETE")

    tab.act("delete")
    tab.panel.locator("[data-action=delete-cancel]").click()
    assert (deletions, tab.messages.count()) == ([], 2)
    tab.act("delete")
    tab.panel.locator("[data-action=delete-confirm]").click()

    expect(tab.messages).to_have_count(0, timeout=20_000)
    expect(tab.panel.locator("#status")).to_have_text("The conversation was deleted.")
    assert tab.page.evaluate(_STORED) == ["salesbot.site.open"]
    (deletion,) = deletions
    token = {"Authorization": deletion.headers["authorization"]}
    assert tab.context.request.get(deletion.url, headers=token).status == 410
    assert tab.say("Hello again.")


def test_what_was_erased_elsewhere_is_gone_here(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say(HELLO)
    follow(tab, ("erased", {}))
    tab.frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tab.messages).to_have_count(0)
    assert tab.page.evaluate(_STORED) == ["salesbot.site.open"]


def test_nothing_is_stored_before_consent_and_all_is_taken_back_with_it(visit: Visit):
    tab = visit("plain/home", {"consent": "manual"})
    tab.open()
    tab.say(HELLO)
    assert (tab.page.evaluate(_STORED), tab.context.cookies()) == ([], [])

    tab.page.evaluate("Salesbot('consent')")
    stored = set(tab.page.evaluate(_STORED))
    assert {"salesbot.site.conversation", "salesbot.site.open"} <= stored
    tab.page.evaluate("Salesbot('consent', false)")
    assert tab.page.evaluate(_STORED) == []
    tab.say("There are 12 of us.")
    assert tab.page.evaluate(_STORED) == []


def test_the_calendar_is_opened_with_the_name_and_address_that_the_website_knows(visit: Visit):
    tab = visit("plain/home")
    tab.page.evaluate("Salesbot('identify', { name: 'Grace Hopper', email: 'grace@example.com' })")
    tab.context.route("https://calendly.com/**", lambda route: route.fulfill(body="calendar"))
    tab.open()
    tab.say("Please send me the link to book a demo.")

    with tab.page.expect_popup() as opened:
        tab.booking.last.click()
    asked = parse_qs(urlsplit(opened.value.url).query)
    assert (asked["name"], asked["email"]) == (["Grace Hopper"], ["grace@example.com"])

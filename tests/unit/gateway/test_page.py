import pytest
from httpx2 import AsyncClient

from services.gateway.adapters.page_files import load_page
from tests.support.playbooks import SHIPPED


async def test_the_page_and_all_it_refers_to_are_served_and_it_runs_nothing_else(client: AsyncClient) -> None:
    index = await client.get("/")
    files = {name: (await client.get(f"/page/{name}")).status_code for name in load_page(SHIPPED)}

    named = ("content-type", "x-content-type-options", "referrer-policy")
    assert index.status_code == 200
    assert [index.headers[name] for name in named] == ["text/html; charset=utf-8", "nosniff", "no-referrer"]
    assert set(files.values()) == {200}, files
    assert [name for name in ("look.css", "style.css", "app.js") if f"/page/{name}" not in index.text] == []
    policy = index.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert ("unsafe" in policy, "frame-ancestors 'none'" in policy) == (False, True)


def test_the_page_needs_nothing_from_elsewhere_and_writes_no_html() -> None:
    texts = {name: file.body.decode(errors="ignore") for name, file in load_page(SHIPPED).items()}
    for forbidden in ("innerHTML", "insertAdjacentHTML", "eval(", "document.write", "//cdn"):
        assert [name for name, text in texts.items() if forbidden in text] == [], forbidden


async def test_the_company_comes_from_the_playbook(client: AsyncClient) -> None:
    assert (await client.get("/page/company.json")).json() == {
        "name": SHIPPED.company.name,
        "botName": SHIPPED.company.bot_name,
        "disclosure": SHIPPED.company.disclosure,
        "links": ["https://calendly.com/instaagents", "https://instaagents.example"],
        "singleUseLinks": ["https://calendly.com/d"],
        "stages": ["understand", "identify", "scope", "propose", "recommend", "book"],
    }


async def test_a_file_the_browser_has_is_not_sent_again(client: AsyncClient) -> None:
    etag = (await client.get("/page/app.js")).headers["etag"]
    again = await client.get("/page/app.js", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["secrets.txt", "..%2f..%2fsettings.py", "%00"])
async def test_only_the_files_of_the_page_are_served(client: AsyncClient, name: str) -> None:
    answer = await client.get(f"/page/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"

"""The console shows what a mail of a campaign looks like, and the mail can do nothing there."""

import pytest
from httpx2 import AsyncClient

from tests.support.console import sign_in
from tests.support.gateway_fakes import FakeOutside

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


async def test_a_mail_is_shown_with_its_headers_its_text_and_its_html(client: AsyncClient) -> None:
    await sign_in(client)
    first = await client.get("/console/mails")
    assert first.status_code == 200
    assert "Text for Dana of Example Dental" in first.text
    asked = {"template": "follow_up", "language": "de", "first_name": "Lee", "company": "A & B"}
    page = (await client.get("/console/mails", params=asked)).text

    assert "<dt>Subject</dt>" in page
    assert "Text for Lee of A &amp; B in de" in page
    assert 'value="follow_up" selected' in page
    source = "/console/mails/html?template=follow_up&amp;language=de&amp;first_name=Lee&amp;company=A+%26+B"
    assert f'src="{source}" sandbox ' in page
    assert "frame-src 'self'" in first.headers["content-security-policy"]


async def test_the_html_of_a_mail_runs_nothing_and_loads_nothing(client: AsyncClient) -> None:
    await sign_in(client)
    mail = await client.get("/console/mails/html", params={"first_name": "Lee"})

    assert mail.text == "<p>Lee of Example Dental in None</p>"
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy
    assert policy.endswith("frame-ancestors 'self'; sandbox")
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert mail.headers["cache-control"] == "private, no-store"


async def test_whatever_a_list_holds_is_text_on_the_page(client: AsyncClient) -> None:
    await sign_in(client)
    page = (await client.get("/console/mails", params={"first_name": HOSTILE, "company": HOSTILE})).text
    assert "&lt;script&gt;alert(1)" in page
    for breach in ("<script>alert", "<img src=x", ">49<"):
        assert breach not in page


@pytest.mark.parametrize("path", ["/console/mails", "/console/mails/html"])
async def test_who_sees_no_mail(client: AsyncClient, outside: FakeOutside, path: str) -> None:
    assert (await client.get(path)).status_code == 303
    await sign_in(client)
    for wrong in ({"template": "../mails"}, {"template": "spam"}, {"first_name": "x" * 201}):
        assert (await client.get(path, params=wrong)).status_code == 422
    outside.mail_previews.is_away = True
    away = await client.get(path)
    assert (away.status_code, away.headers["retry-after"]) == (503, "5")

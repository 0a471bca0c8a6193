"""Operators sign in with their company's account, and nobody else does."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError

from chassis.asgi import Parts
from chassis.kafka import make_broker
from services.gateway.adapters.oidc_provider import make_identity_provider
from services.gateway.adapters.pages import load_pages
from services.gateway.api import make_gateway
from services.gateway.domain import Scope
from services.gateway.settings import OidcSettings, Settings
from tests.support.console import sign_in
from tests.support.editions import editions_of
from tests.support.fake_oidc import CLIENT_ID, CLIENT_SECRET, FakeOidc, running_oidc
from tests.support.gateway_app import API_KEYS, client_of
from tests.support.gateway_fakes import SECRET, FakeOutside
from tests.support.playbooks import SHIPPED

GRANTS = {"sales": (Scope.READ,), "boss@example.com": (Scope.READ, Scope.MANAGE)}
BEGIN = "/console/sign-in/oidc?next=%2Fleads"


@pytest.fixture
async def oidc() -> AsyncIterator[FakeOidc]:
    async with running_oidc() as oidc:
        yield oidc


@pytest.fixture
async def client(oidc: FakeOidc) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before a gateway whose operators have accounts, and no key opens its console."""
    account = OidcSettings(
        issuer=oidc.url, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), grants=GRANTS
    )
    settings = Settings(
        session_secret=SecretStr(SECRET), api_keys=API_KEYS, oidc=account, console_key_sign_in=False
    )
    app = make_gateway(
        settings,
        replace(FakeOutside().ports(), identity_provider=make_identity_provider(account)),
        Parts(broker=make_broker(settings, service="gateway")),
        pages=load_pages(editions_of()),
        booking=SHIPPED.booking,
    )
    async with client_of(app) as client:
        yield client


async def way_back(client: httpx2.AsyncClient) -> str:
    """Where the provider sends a browser that signed in there."""
    away = await client.get(BEGIN)
    assert away.status_code == 303, away.text
    async with httpx2.AsyncClient() as browser:
        return (await browser.get(away.headers["location"])).headers["location"]


async def come_back(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.get(await way_back(client))


async def test_an_account_opens_the_console(client: httpx2.AsyncClient) -> None:
    form = await client.get("/console/sign-in")
    assert "your company account" in form.text
    assert 'name="key"' not in form.text

    answer = await come_back(client)

    assert answer.status_code == 200
    assert 'content="0;url=/console/leads"' in answer.text
    cookies = answer.headers.get_list("set-cookie")
    assert any("console=" in each and "SameSite=strict" in each and "HttpOnly" in each for each in cookies)
    assert "Ada" in (await client.get("/console/leads")).text


async def test_a_verified_address_is_granted_more_and_an_unverified_one_nothing(
    client: httpx2.AsyncClient, oidc: FakeOidc
) -> None:
    boss = {"sub": "1", "name": "Grace", "email": "boss@example.com", "groups": []}
    oidc.claims = boss | {"email_verified": True}
    assert (await come_back(client)).status_code == 200
    oidc.claims = boss
    refused = await come_back(client)
    assert (refused.status_code, "may not use the console" in refused.text) == (401, True)


FOREIGN = RSAKey.generate_key(2048, {"kid": "one"})
LIES: dict[str, Callable[[FakeOidc], Any]] = {
    "another nonce": lambda oidc: oidc.lies.update(nonce="of another sign-in"),
    "no nonce": lambda oidc: oidc.lies.update(nonce=None),
    "another audience": lambda oidc: oidc.lies.update(aud="another client"),
    "several audiences": lambda oidc: oidc.lies.update(aud=[CLIENT_ID, "another"]),
    "another party": lambda oidc: oidc.lies.update(azp="another"),
    "another issuer": lambda oidc: oidc.lies.update(iss="https://evil.example"),
    "too old": lambda oidc: oidc.lies.update(iat=1, exp=100),
    "nobody": lambda oidc: oidc.lies.update(sub=None),
    "a foreign key": lambda oidc: setattr(oidc, "signing_key", FOREIGN),
    "the client's secret as key": FakeOidc.sign_with_the_client_secret,
    "another group": lambda oidc: oidc.lies.update(groups=["marketing"]),
    "refused there": lambda oidc: setattr(oidc, "refuses", True),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_what_the_provider_did_not_say_to_us_signs_nobody_in(
    client: httpx2.AsyncClient, oidc: FakeOidc, lie: Callable[[FakeOidc], Any]
) -> None:
    lie(oidc)
    answer = await come_back(client)
    assert answer.status_code == 401
    assert (await client.get("/console/leads")).status_code == 303


async def test_a_sign_in_comes_back_once_and_to_its_own_browser(client: httpx2.AsyncClient) -> None:
    back = await way_back(client)
    began = client.cookies["console-sign-in"]
    forged = await client.get(back.replace("state=", "state=x"))
    client.cookies.clear()
    elsewhere = await client.get(back)
    client.cookies.set("console-sign-in", began)
    first = await client.get(back)
    client.cookies.set("console-sign-in", began)
    again = await client.get(back)

    assert [each.status_code for each in (forged, elsewhere, first, again)] == [401, 401, 200, 401]


async def test_keys_that_were_rotated_are_read_again(client: httpx2.AsyncClient, oidc: FakeOidc) -> None:
    assert (await come_back(client)).status_code == 200
    oidc.key, oidc.kid = RSAKey.generate_key(2048, {"kid": "two"}), "two"
    assert (await come_back(client)).status_code == 200


async def test_a_key_opens_nothing_where_everybody_has_an_account(client: httpx2.AsyncClient) -> None:
    answer = await sign_in(client)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


@pytest.mark.parametrize("trouble", [{"is_away": True}, {"lacks": "authorization_endpoint"}])
async def test_a_provider_that_is_away_is_said_so(
    client: httpx2.AsyncClient, oidc: FakeOidc, trouble: dict[str, Any]
) -> None:
    for name, value in trouble.items():
        setattr(oidc, name, value)
    answer = await client.get(BEGIN)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    "settings",
    [
        {"issuer": "https://login.example.com", "client_id": "salesbot"},
        {"issuer": "https://login.example.com", "grants": GRANTS},
        {"issuer": "http://login.example.com", "client_id": "salesbot", "grants": GRANTS},
    ],
)
def test_a_provider_without_its_settings_or_without_tls_is_none(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OidcSettings(**settings)

"""A website's server proves whose an address is, and nobody else does."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr, ValidationError

from contracts.values import KnownVisitor, ToldVisitor
from services.gateway.domain import Site, identity_of, known_visitor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "of a shop, and of nobody else at all"
SHOP = Site(key="pk_shop", name="shop", identity_secret=SecretStr(SECRET))
TOLD = ToldVisitor(name="Grace", email="grace@example.com")
GOOD = {"email": "Grace@example.com", "exp": int((NOW + timedelta(hours=1)).timestamp())}


def signed(claims: dict[str, Any] = GOOD, *, secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode({"alg": algorithm}, claims, OctKey.import_key(secret), algorithms=[algorithm])


def unsigned(claims: dict[str, Any]) -> str:
    parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
    return ".".join((*(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts), ""))


def test_the_address_that_is_signed_is_proven_whatever_else_was_told() -> None:
    told = ToldVisitor(name="Grace", email="somebody@else.example")
    known = known_visitor(told, signed(), SHOP, NOW)
    assert known == KnownVisitor(name="Grace", email="Grace@example.com", is_verified=True)


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        signed(secret="of another shop, and of nobody else"),
        signed(algorithm="HS512"),
        unsigned(GOOD),
        signed()[:-3] + "AAA",
        signed({"email": "grace@example.com"}),
        signed(GOOD | {"exp": int((NOW - timedelta(minutes=2)).timestamp())}),
        signed(GOOD | {"exp": "soon"}),
        signed({"exp": GOOD["exp"]}),
        signed(GOOD | {"email": "grace"}),
        signed(GOOD | {"email": ["grace@example.com"]}),
        signed(GOOD | {"nbf": int((NOW + timedelta(hours=1)).timestamp())}),
    ],
)
def test_any_other_token_proves_nothing_and_fails_nobody(token: str | None) -> None:
    assert known_visitor(TOLD, token, SHOP, NOW) == KnownVisitor(name="Grace", email="grace@example.com")


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_token_raises_nothing(token: str) -> None:
    assert not known_visitor(TOLD, token, SHOP, NOW).is_verified


def test_a_site_without_a_secret_proves_nobody_and_a_short_one_is_refused() -> None:
    plain = Site(key="pk_shop", name="shop")
    assert not known_visitor(TOLD, signed(), plain, NOW).is_verified
    with pytest.raises(ValidationError):
        Site(key="pk_shop", name="shop", identity_secret=SecretStr("short"))
    assert SECRET not in repr(SHOP)


def test_only_who_is_proven_has_a_name_which_is_theirs_on_this_site_alone() -> None:
    proven, key = KnownVisitor(email="grace@example.com", is_verified=True), b"k"
    capitals = proven.model_copy(update={"email": "Grace@Example.com"})
    assert identity_of(proven, SHOP, key) == identity_of(capitals, SHOP, key) is not None
    other = Site(key="pk_other", name="other")
    assert identity_of(proven, SHOP, key) != identity_of(proven, other, key)
    for nobody in (None, KnownVisitor(email="grace@example.com"), KnownVisitor(is_verified=True)):
        assert identity_of(nobody, SHOP, key) is None

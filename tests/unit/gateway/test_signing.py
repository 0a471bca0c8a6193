"""Secrets are rotated without a visitor noticing, and a key of one purpose is worth nothing for another."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.gateway.domain.signing import TokenSigner, key_id

OLD, NEW = "the secret of last year", "the secret of this year"


def signer(*secrets: str, purpose: str = "session") -> TokenSigner:
    return TokenSigner(secrets, purpose=purpose, unnamed_salt="visitor-session")


def test_a_token_is_read_with_its_date() -> None:
    content, signed_at = signer(NEW).read(signer(NEW).sign(["a", 1]), max_age_s=60)

    assert content == ["a", 1]
    assert timedelta(0) <= datetime.now(UTC) - signed_at < timedelta(minutes=1)


def test_a_token_of_the_secret_before_is_read_until_that_secret_is_dropped() -> None:
    token = signer(OLD).sign("a")

    assert signer(NEW, OLD).read(token, max_age_s=60)[0] == "a"
    with pytest.raises(BadSignature):
        signer(NEW).read(token, max_age_s=60)


def test_the_first_secret_signs() -> None:
    token = signer(NEW, OLD).sign("a")

    assert token.startswith(f"{key_id(NEW, 'session')}.")
    assert signer(NEW).read(token, max_age_s=60)[0] == "a"


def test_a_token_without_a_key_id_is_read_until_it_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    unnamed = str(URLSafeTimedSerializer(OLD, salt="visitor-session").dumps("a"))

    assert signer(NEW, OLD).read(unnamed, max_age_s=60)[0] == "a"
    with pytest.raises(BadSignature):
        signer(NEW).read(unnamed, max_age_s=60)
    later = time.time() + 61
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    with pytest.raises(BadSignature):
        signer(NEW, OLD).read(unnamed, max_age_s=60)


def test_a_key_serves_one_purpose() -> None:
    token = signer(NEW, purpose="proposal link").sign("a")

    with pytest.raises(BadSignature):
        signer(NEW).read(token, max_age_s=60)
    _, _, rest = token.partition(".")
    with pytest.raises(BadSignature):
        signer(NEW).read(f"{key_id(NEW, 'session')}.{rest}", max_age_s=60)

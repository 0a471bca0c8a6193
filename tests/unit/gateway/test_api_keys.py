"""An API key is made once, replaced without a gap, and ends when it is said to."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from devstack.cli import app
from devstack.keys import PREFIX, SCOPES
from services.gateway.domain import AccessControl, ApiKey, Credentials, Rate, Scope
from services.gateway.errors import CredentialsInvalid
from tests.support.gateway_fakes import SECRET

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def made(*options: str) -> tuple[str, ApiKey]:
    """A new key, and its entry as the gateway reads it."""
    result = CliRunner().invoke(app, ["keys", "new", "--name", "crm", *options])
    assert result.exit_code == 0, result.output
    key, entry = result.stdout.splitlines()
    return key, ApiKey.model_validate(json.loads(entry))


def test_a_new_key_opens_what_its_scopes_say_and_its_hash_is_all_that_is_configured():
    key, entry = made("--scopes", "chat, read", "--rates", "5/minute", "--not-after", "2027-01-31T00:00:00Z")
    access = AccessControl((SECRET,), [entry], clock=lambda: NOON)

    assert access.authorise_key(Credentials(api_key=key), Scope.READ) == entry
    assert (entry.scopes, entry.rates) == ({Scope.CHAT, Scope.READ}, (Rate(5, 60),))
    assert key.startswith(PREFIX) and len(key) == len(PREFIX) + 43
    assert key not in entry.model_dump_json()


@pytest.mark.parametrize("scopes", ["chat,everything", "", " , "])
def test_no_key_is_made_for_scopes_that_do_not_exist(scopes: str):
    result = CliRunner().invoke(app, ["keys", "new", "--name", "crm", "--scopes", scopes])

    assert (result.exit_code, result.stdout) == (2, "")


def test_the_command_knows_every_scope():
    assert set(SCOPES) == {scope.value for scope in Scope}


def test_while_a_key_is_replaced_both_are_good_and_counted_as_one():
    now = NOON
    ends = NOON + timedelta(days=7)
    old_key, old = made("--scopes", "chat", "--not-after", ends.isoformat())
    new_key, new = made("--scopes", "chat")
    access = AccessControl((SECRET,), [old, new], clock=lambda: now)

    vouching = [access.voucher(Credentials(api_key=key)) for key in (old_key, new_key)]
    now = ends

    assert [key.name for key in vouching if key] == ["crm", "crm"]
    assert access.voucher(Credentials(api_key=new_key)) == new
    assert access.voucher(Credentials(bearer=old_key)) is None
    with pytest.raises(CredentialsInvalid, match="expired"):
        access.authorise_opening(Credentials(api_key=old_key))

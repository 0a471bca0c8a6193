import json
import time
from datetime import date
from uuid import UUID, uuid4

import pytest
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import ValidationError

from chassis.signing import TokenSigner, key_id
from services.gateway.domain import AccessControl, ApiKey, Credentials, OpeningRequest, Scope, Visitor
from services.gateway.domain import access_control as module
from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing
from services.gateway.settings import Settings
from tests.unit.gateway.builders import CONVERSATION

READER = ApiKey.of("reader-secret", name="sales", scopes=frozenset({Scope.READ}))
TALKER = ApiKey.of("talker-secret", name="crm", scopes=frozenset({Scope.CHAT}))
DESK = ApiKey.of("desk-secret", name="desk", scopes=frozenset({Scope.CHAT, Scope.READ}))
OLD, NEW = "the secret of last year", "the secret of this year"
SECRET, OTHER_SECRET = "a secret that is long enough", "another secret, as long as that"


@pytest.fixture
def access() -> AccessControl:
    return AccessControl((SECRET,), [READER, TALKER, DESK])


def _token(conversation_id: UUID = CONVERSATION, secret: str = SECRET) -> str:
    return AccessControl((secret,)).issue(Visitor(conversation_id))


@pytest.mark.parametrize(
    ("credentials", "error"),
    [
        (Credentials(), CredentialsMissing),
        (Credentials(bearer=_token(secret=OTHER_SECRET)), CredentialsInvalid),
        *((Credentials(bearer=each), CredentialsInvalid) for each in ("x", "a.b.c", "\xff\x00", "é" * 5000)),
        (Credentials(api_key="guess", bearer=_token()), CredentialsInvalid),
        (Credentials(bearer=_token(uuid4())), AccessDenied),
        (Credentials(api_key="reader-secret", bearer=_token()), AccessDenied),
        (Credentials(api_key="talker-secret", bearer=_token(uuid4())), AccessDenied),
        (Credentials(api_key="talker-secret"), AccessDenied),
        (Credentials(bearer="talker-secret"), AccessDenied),
        (Credentials(bearer="reader-secret"), AccessDenied),
    ],
)
def test_nobody_else_talks(access: AccessControl, credentials: Credentials, error: type[Exception]) -> None:
    with pytest.raises(error):
        access.authorise(credentials, CONVERSATION, Scope.CHAT, Scope.READ)


def test_an_expired_or_odd_token_is_refused(access: AccessControl, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (7, None, ["a"], ["a", "b"], [1, 2, 3], {"a": "b"}, "no uuid"):
        with pytest.raises(CredentialsInvalid):
            access.authorise(Credentials(bearer=access._tokens.sign(content)), CONVERSATION, Scope.CHAT)
    monkeypatch.setattr(module, "SESSION_TTL_S", -1)
    with pytest.raises(CredentialsInvalid):
        access.authorise(Credentials(bearer=_token()), CONVERSATION, Scope.CHAT)


def test_a_key_talks_with_every_scope_and_passes_on_what_the_visitor_may_do(access: AccessControl) -> None:
    for alone in (Credentials(api_key="desk-secret"), Credentials(bearer="desk-secret")):
        assert access.authorise(alone, CONVERSATION, Scope.CHAT, Scope.READ) == DESK
    through_crm = Credentials(api_key="talker-secret", bearer=_token())
    assert access.authorise(through_crm, CONVERSATION, Scope.CHAT, Scope.READ) == Visitor(CONVERSATION)
    assert access.authorise(through_crm, CONVERSATION, Scope.READ) == Visitor(CONVERSATION)


def test_anybody_opens_a_conversation_and_a_key_only_with_its_scope(access: AccessControl) -> None:
    assert access.authorise_opening(Credentials()) is None
    assert access.authorise_opening(Credentials(bearer=_token())) is None
    assert access.authorise_opening(Credentials(bearer="talker-secret")) == TALKER
    with pytest.raises(AccessDenied):
        access.authorise_opening(Credentials(api_key="reader-secret"))
    for guess in (Credentials(api_key="guess"), Credentials(bearer="guess")):
        with pytest.raises(CredentialsInvalid):
            access.authorise_opening(guess)


def test_conversations_differ_by_all_that_opens_them_requests_by_opener_key(access: AccessControl) -> None:
    def opened(by: AccessControl = access, **changes: object) -> OpeningRequest:
        request = {"opener": "address:192.0.2.1", "idempotency_key": "k", "fingerprint": "f"}
        return by.opening(**{**request, "on": date(2026, 3, 2), **changes})  # type: ignore[arg-type]

    first = opened()
    repeats = [opened(fingerprint="g"), opened(on=date(2026, 3, 3)), opened(AccessControl((OTHER_SECRET,)))]
    others = [opened(idempotency_key="l"), opened(opener="address:192.0.2.2"), opened(opener="key:crm")]

    assert {repeat.id for repeat in repeats} == {first.id}
    assert len({opening.id for opening in (first, *others)}) == 4
    assert len({opening.conversation_id for opening in (first, *repeats, *others)}) == 7


def test_a_key_record_holds_a_hash_and_never_the_key() -> None:
    assert "reader-secret" not in READER.model_dump_json()
    with pytest.raises(ValidationError):
        ApiKey(name="crm", sha256="reader-secret", scopes=frozenset())


def signer(*secrets: str, purpose: str = "session") -> TokenSigner:
    return TokenSigner(secrets, purpose=purpose, unnamed_salt="visitor-session")


@pytest.mark.parametrize("has_key_id", [True, False])
def test_an_old_secret_still_reads_until_dropped(monkeypatch: pytest.MonkeyPatch, has_key_id: bool) -> None:
    unnamed = URLSafeTimedSerializer(OLD, salt="visitor-session").dumps("a")
    token = signer(OLD, NEW).sign("a") if has_key_id else str(unnamed)

    assert signer(NEW, OLD).read(token, max_age_s=60)[0] == "a"
    with pytest.raises(BadSignature):
        signer(NEW).read(token, max_age_s=60)
    later = time.time() + 61
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    with pytest.raises(BadSignature):
        signer(NEW, OLD).read(token, max_age_s=60)


def test_a_key_serves_one_purpose() -> None:
    token = signer(NEW, purpose="proposal link").sign("a")
    _, _, rest = token.partition(".")
    for forged in (token, f"{key_id(NEW, 'session')}.{rest}"):
        with pytest.raises(BadSignature):
            signer(NEW).read(forged, max_age_s=60)


def test_there_is_no_gateway_without_a_secret_worth_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESSION_SECRET", raising=False)
    for secret in ({}, {"session_secret": "short"}):
        with pytest.raises(ValidationError):
            Settings.model_validate(secret)


def test_secrets_of_the_environment_are_untold_and_can_be_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = ApiKey.of("crm-secret", name="crm", scopes=frozenset({Scope.CHAT, Scope.READ}))
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    monkeypatch.setenv("API_KEYS", json.dumps([crm.model_dump(mode="json")]))
    monkeypatch.setenv("DEV_API_KEY", "laptop")
    monkeypatch.setenv("PREVIOUS_SESSION_SECRETS", json.dumps([OLD]))

    settings = Settings()
    apart = Settings.model_validate({"proposal_link_secret": NEW, "previous_proposal_link_secrets": [SECRET]})

    laptop = ApiKey.of("laptop", name="dev", scopes=frozenset(Scope))
    assert settings.all_api_keys() == (crm, laptop)
    assert settings.session_secrets() == settings.proposal_link_secrets() == (SECRET, OLD)
    assert apart.session_secrets() == (SECRET, OLD)
    assert apart.proposal_link_secrets() == (NEW, SECRET)
    assert not [told for told in (SECRET, OLD, NEW, "laptop") if told in repr(settings) + repr(apart)]

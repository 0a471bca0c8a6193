from datetime import date
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.gateway.domain import AccessControl, ApiKey, Credentials, OpeningRequest, Scope, Visitor
from services.gateway.domain import access_control as module
from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing

READER = ApiKey.of("reader-secret", name="sales", scopes=frozenset({Scope.READ}))
TALKER = ApiKey.of("talker-secret", name="crm", scopes=frozenset({Scope.CHAT}))
DESK = ApiKey.of("desk-secret", name="desk", scopes=frozenset({Scope.CHAT, Scope.READ}))
SECRET = "a secret that is long enough"
TODAY = date(2026, 3, 2)
CONVERSATION = UUID("0d9cf8f2-6c1f-4f3f-9c55-0b0b3e6f4a11")


@pytest.fixture
def access() -> AccessControl:
    return AccessControl((SECRET,), [READER, TALKER, DESK])


@pytest.mark.parametrize("session_id", [None, "a-session"])
def test_a_token_opens_its_own_conversation(access: AccessControl, session_id: str | None) -> None:
    visitor = Visitor(CONVERSATION, session_id)
    credentials = Credentials(bearer=access.issue(visitor))

    assert access.authorise(credentials, CONVERSATION, Scope.READ) == visitor


def _token(conversation_id: UUID = CONVERSATION, secret: str = SECRET) -> str:
    return AccessControl((secret,)).issue(Visitor(conversation_id))


@pytest.mark.parametrize(
    ("credentials", "error"),
    [
        (Credentials(), CredentialsMissing),
        (Credentials(bearer=_token(secret="another secret, as long as that")), CredentialsInvalid),
        *(
            (Credentials(bearer=garbage), CredentialsInvalid)
            for garbage in ("x", "a.b.c", "....", "\xff\x00", "Ijg.x", "é" * 5000)
        ),
        (Credentials(api_key="guess", bearer=_token()), CredentialsInvalid),
        (Credentials(bearer=_token(uuid4())), AccessDenied),
        (Credentials(api_key="reader-secret", bearer=_token()), AccessDenied),
    ],
)
def test_nobody_else_talks_in_a_conversation(
    access: AccessControl, credentials: Credentials, error: type[Exception]
) -> None:
    with pytest.raises(error):
        access.authorise(credentials, CONVERSATION, Scope.CHAT, Scope.READ)


def test_a_token_whose_content_is_no_conversation_is_refused(access: AccessControl) -> None:
    for content in (7, None, ["a"], ["a", "b"], [1, 2, 3], {"a": "b"}, "no uuid"):
        token = access._tokens.sign(content)

        with pytest.raises(CredentialsInvalid):
            access.authorise(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_a_token_expires(access: AccessControl, monkeypatch: pytest.MonkeyPatch) -> None:
    token = access.issue(Visitor(CONVERSATION))
    monkeypatch.setattr(module, "SESSION_TTL_S", -1)

    with pytest.raises(CredentialsInvalid):
        access.authorise(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


@pytest.mark.parametrize("secret", ["desk-secret", "talker-secret", "reader-secret"])
@pytest.mark.parametrize("field", ["api_key", "bearer"])
def test_a_key_needs_every_scope(access: AccessControl, secret: str, field: str) -> None:
    credentials = Credentials(**{field: secret})

    if secret == "desk-secret":
        assert access.authorise(credentials, CONVERSATION, Scope.CHAT, Scope.READ) == DESK
    else:
        with pytest.raises(AccessDenied):
            access.authorise(credentials, CONVERSATION, Scope.CHAT, Scope.READ)


def test_a_key_passes_on_what_the_visitor_may_do(access: AccessControl) -> None:
    token = access.issue(Visitor(CONVERSATION))
    through_crm = Credentials(api_key="talker-secret", bearer=token)

    assert access.authorise(through_crm, CONVERSATION, Scope.CHAT, Scope.READ) == Visitor(CONVERSATION)
    assert access.authorise(through_crm, CONVERSATION, Scope.READ) == Visitor(CONVERSATION)
    with pytest.raises(AccessDenied):
        access.authorise(through_crm, uuid4(), Scope.CHAT, Scope.READ)


def test_anybody_opens_a_conversation_and_a_key_only_with_its_scope(access: AccessControl) -> None:
    assert access.authorise_opening(Credentials()) is None
    assert access.authorise_opening(Credentials(bearer=access.issue(Visitor(uuid4())))) is None
    assert access.authorise_opening(Credentials(bearer="talker-secret")) == TALKER

    with pytest.raises(AccessDenied):
        access.authorise_opening(Credentials(api_key="reader-secret"))
    for guess in (Credentials(api_key="guess"), Credentials(bearer="guess")):
        with pytest.raises(CredentialsInvalid):
            access.authorise_opening(guess)


def opened(access: AccessControl, **changes: object) -> OpeningRequest:
    """An opening of which a test says only what is different."""
    request = {"opener": "address:192.0.2.1", "idempotency_key": "k", "fingerprint": "f", "on": TODAY}
    return access.opening(**{**request, **changes})  # type: ignore[arg-type]


def test_conversations_differ_by_everything_that_opens_them(access: AccessControl) -> None:
    openings = [
        opened(access),
        opened(access, idempotency_key="l"),
        opened(access, opener="address:192.0.2.2"),
        opened(access, opener="key:crm"),
        opened(access, fingerprint="g"),
        opened(access, on=date(2026, 3, 3)),
        opened(AccessControl(("another secret, as long as that",))),
    ]

    assert len({opening.conversation_id for opening in openings}) == len(openings)


def test_an_opening_is_recognised_whatever_it_says_and_whenever(access: AccessControl) -> None:
    first = opened(access)

    assert opened(access, fingerprint="g").id == first.id
    assert opened(access, on=date(2026, 3, 3)).id == first.id
    assert opened(AccessControl(("another secret, as long as that",))).id == first.id


def test_a_key_record_holds_a_hash_and_never_the_key() -> None:
    assert "reader-secret" not in READER.model_dump_json()

    with pytest.raises(ValidationError):
        ApiKey(name="crm", sha256="reader-secret", scopes=frozenset())

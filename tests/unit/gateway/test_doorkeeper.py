from datetime import date
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.gateway.domain import ApiKey, Credentials, Doorkeeper, OpeningRequest, Scope, Visitor, turn_of
from services.gateway.domain import doorkeeper as door
from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing

READER = ApiKey.of("reader-secret", name="sales", scopes=frozenset({Scope.READ}))
TALKER = ApiKey.of("talker-secret", name="crm", scopes=frozenset({Scope.CHAT}))
DESK = ApiKey.of("desk-secret", name="desk", scopes=frozenset({Scope.CHAT, Scope.READ}))
TODAY = date(2026, 3, 2)
CONVERSATION = UUID("0d9cf8f2-6c1f-4f3f-9c55-0b0b3e6f4a11")


@pytest.fixture
def doorkeeper() -> Doorkeeper:
    return Doorkeeper(("a secret that is long enough",), [READER, TALKER, DESK])


def test_a_token_opens_its_own_conversation(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(Visitor(CONVERSATION))

    assert doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.READ) == Visitor(CONVERSATION)


def test_a_token_opens_no_other_conversation(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(Visitor(uuid4()))

    with pytest.raises(AccessDenied):
        doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_a_token_of_another_secret_is_forged(doorkeeper: Doorkeeper) -> None:
    forged = Doorkeeper(("another secret, as long as that",)).issue(Visitor(CONVERSATION))

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=forged), CONVERSATION, Scope.CHAT)


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "....", "\xff\x00", "Ijg.x", "é" * 5000])
def test_garbage_is_no_token(doorkeeper: Doorkeeper, garbage: str) -> None:
    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=garbage), CONVERSATION, Scope.CHAT)


def test_a_token_whose_content_is_no_conversation_is_refused(doorkeeper: Doorkeeper) -> None:
    for content in (7, None, ["a"], ["a", "b"], [1, 2, 3], {"a": "b"}, "no uuid"):
        token = doorkeeper._tokens.sign(content)

        with pytest.raises(CredentialsInvalid):
            doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_a_token_expires(doorkeeper: Doorkeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    token = doorkeeper.issue(Visitor(CONVERSATION))
    monkeypatch.setattr(door, "SESSION_LASTS_S", -1)

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_nobody_is_let_in_without_credentials(doorkeeper: Doorkeeper) -> None:
    with pytest.raises(CredentialsMissing):
        doorkeeper.admit(Credentials(), CONVERSATION, Scope.CHAT)


def test_a_token_carries_its_session(doorkeeper: Doorkeeper) -> None:
    visitor = Visitor(CONVERSATION, "a-session")
    credentials = Credentials(bearer=doorkeeper.issue(visitor))

    assert doorkeeper.admit(credentials, CONVERSATION, Scope.READ) == visitor


@pytest.mark.parametrize("secret", ["desk-secret", "talker-secret", "reader-secret"])
@pytest.mark.parametrize("field", ["api_key", "bearer"])
def test_a_key_needs_every_scope(doorkeeper: Doorkeeper, secret: str, field: str) -> None:
    credentials = Credentials(**{field: secret})

    if secret == "desk-secret":
        assert doorkeeper.admit(credentials, CONVERSATION, Scope.CHAT, Scope.READ) == DESK
    else:
        with pytest.raises(AccessDenied):
            doorkeeper.admit(credentials, CONVERSATION, Scope.CHAT, Scope.READ)


def test_a_key_passes_on_what_the_visitor_may_do(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(Visitor(CONVERSATION))
    through_crm = Credentials(api_key="talker-secret", bearer=token)

    assert doorkeeper.admit(through_crm, CONVERSATION, Scope.CHAT, Scope.READ) == Visitor(CONVERSATION)
    assert doorkeeper.admit(through_crm, CONVERSATION, Scope.READ) == Visitor(CONVERSATION)
    with pytest.raises(AccessDenied):
        doorkeeper.admit(through_crm, uuid4(), Scope.CHAT, Scope.READ)


def test_a_key_that_may_only_read_passes_on_nothing(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(Visitor(CONVERSATION))

    with pytest.raises(AccessDenied):
        doorkeeper.admit(
            Credentials(api_key="reader-secret", bearer=token), CONVERSATION, Scope.CHAT, Scope.READ
        )


def test_anybody_opens_a_conversation_and_a_key_only_with_its_scope(doorkeeper: Doorkeeper) -> None:
    assert doorkeeper.admit_opener(Credentials()) is None
    assert doorkeeper.admit_opener(Credentials(bearer=doorkeeper.issue(Visitor(uuid4())))) is None
    assert doorkeeper.admit_opener(Credentials(bearer="talker-secret")) == TALKER

    with pytest.raises(AccessDenied):
        doorkeeper.admit_opener(Credentials(api_key="reader-secret"))
    for guess in (Credentials(api_key="guess"), Credentials(bearer="guess")):
        with pytest.raises(CredentialsInvalid):
            doorkeeper.admit_opener(guess)


def test_an_unknown_key_is_refused_even_beside_a_good_token(doorkeeper: Doorkeeper) -> None:
    credentials = Credentials(bearer=doorkeeper.issue(Visitor(CONVERSATION)), api_key="guess")

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(credentials, CONVERSATION, Scope.CHAT)


def test_lists_open_to_keys_and_not_to_visitors(doorkeeper: Doorkeeper) -> None:
    assert doorkeeper.admit_key(Credentials(api_key="reader-secret"), Scope.READ) == READER

    with pytest.raises(AccessDenied):
        doorkeeper.admit_key(Credentials(bearer=doorkeeper.issue(Visitor(CONVERSATION))), Scope.READ)
    with pytest.raises(AccessDenied):
        doorkeeper.admit_key(Credentials(api_key="talker-secret"), Scope.READ)


def opened(doorkeeper: Doorkeeper, **changes: object) -> OpeningRequest:
    """An opening of which a test says only what is different."""
    request = {"opener": "address:192.0.2.1", "idempotency_key": "k", "fingerprint": "f", "on": TODAY}
    return doorkeeper.opening(**{**request, **changes})  # type: ignore[arg-type]


def test_an_opening_repeated_means_the_same_conversation(doorkeeper: Doorkeeper) -> None:
    assert opened(doorkeeper) == opened(doorkeeper)


def test_conversations_differ_by_everything_that_opens_them(doorkeeper: Doorkeeper) -> None:
    openings = [
        opened(doorkeeper),
        opened(doorkeeper, idempotency_key="l"),
        opened(doorkeeper, opener="address:192.0.2.2"),
        opened(doorkeeper, opener="key:crm"),
        opened(doorkeeper, fingerprint="g"),
        opened(doorkeeper, on=date(2026, 3, 3)),
        opened(Doorkeeper(("another secret, as long as that",))),
    ]

    assert len({opening.conversation_id for opening in openings}) == len(openings)


def test_an_opening_is_recognised_whatever_it_says_and_whenever(doorkeeper: Doorkeeper) -> None:
    first = opened(doorkeeper)

    assert opened(doorkeeper, fingerprint="g").id == first.id
    assert opened(doorkeeper, on=date(2026, 3, 3)).id == first.id
    assert opened(Doorkeeper(("another secret, as long as that",))).id == first.id


def test_who_opens_cannot_be_confused_with_the_key(doorkeeper: Doorkeeper) -> None:
    one = opened(doorkeeper, opener="a|b", idempotency_key="c")
    other = opened(doorkeeper, opener="a", idempotency_key="b|c")

    assert one.id != other.id
    assert one.conversation_id != other.conversation_id


def test_a_key_means_one_turn_within_a_conversation() -> None:
    assert turn_of(CONVERSATION, "k") == turn_of(CONVERSATION, "k")
    assert turn_of(CONVERSATION, "k") != turn_of(CONVERSATION, "l")
    assert turn_of(CONVERSATION, "k") != turn_of(uuid4(), "k")


def test_a_key_record_holds_a_hash_and_never_the_key() -> None:
    assert "reader-secret" not in READER.model_dump_json()

    with pytest.raises(ValidationError):
        ApiKey(name="crm", sha256="reader-secret", scopes=frozenset())

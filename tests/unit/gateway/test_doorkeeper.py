from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.gateway.domain import ApiKey, Credentials, Doorkeeper, Scope, Visitor, turn_of
from services.gateway.domain import doorkeeper as door
from services.gateway.errors import AccessDenied, CredentialsInvalid, CredentialsMissing

READER = ApiKey.of("reader-secret", name="sales", scopes=frozenset({Scope.READ}))
TALKER = ApiKey.of("talker-secret", name="crm", scopes=frozenset({Scope.CHAT}))
CONVERSATION = UUID("0d9cf8f2-6c1f-4f3f-9c55-0b0b3e6f4a11")


@pytest.fixture
def doorkeeper() -> Doorkeeper:
    return Doorkeeper("a secret that is long enough", [READER, TALKER])


def test_a_token_opens_its_own_conversation(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(CONVERSATION)

    assert doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.READ) == Visitor(CONVERSATION)


def test_a_token_opens_no_other_conversation(doorkeeper: Doorkeeper) -> None:
    token = doorkeeper.issue(uuid4())

    with pytest.raises(AccessDenied):
        doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_a_token_of_another_secret_is_forged(doorkeeper: Doorkeeper) -> None:
    forged = Doorkeeper("another secret, as long as that").issue(CONVERSATION)

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=forged), CONVERSATION, Scope.CHAT)


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "....", "\xff\x00", "Ijg.x", "é" * 5000])
def test_garbage_is_no_token(doorkeeper: Doorkeeper, garbage: str) -> None:
    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=garbage), CONVERSATION, Scope.CHAT)


def test_a_token_whose_content_is_no_conversation_is_refused(doorkeeper: Doorkeeper) -> None:
    for content in (7, None, ["a"], {"a": "b"}, "no uuid"):
        token = str(doorkeeper._tokens.dumps(content))

        with pytest.raises(CredentialsInvalid):
            doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_a_token_expires(doorkeeper: Doorkeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    token = doorkeeper.issue(CONVERSATION)
    monkeypatch.setattr(door, "SESSION_LASTS_S", -1)

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(Credentials(bearer=token), CONVERSATION, Scope.CHAT)


def test_nobody_is_let_in_without_credentials(doorkeeper: Doorkeeper) -> None:
    with pytest.raises(CredentialsMissing):
        doorkeeper.admit(Credentials(), CONVERSATION, Scope.CHAT)


@pytest.mark.parametrize(
    "credentials", [Credentials(api_key="talker-secret"), Credentials(bearer="talker-secret")]
)
def test_a_key_opens_every_conversation_within_its_scope(
    doorkeeper: Doorkeeper, credentials: Credentials
) -> None:
    assert doorkeeper.admit(credentials, CONVERSATION, Scope.CHAT) == TALKER

    with pytest.raises(AccessDenied):
        doorkeeper.admit(credentials, CONVERSATION, Scope.READ)


def test_an_unknown_key_is_refused_even_beside_a_good_token(doorkeeper: Doorkeeper) -> None:
    credentials = Credentials(bearer=doorkeeper.issue(CONVERSATION), api_key="guess")

    with pytest.raises(CredentialsInvalid):
        doorkeeper.admit(credentials, CONVERSATION, Scope.CHAT)


def test_lists_open_to_keys_and_not_to_visitors(doorkeeper: Doorkeeper) -> None:
    assert doorkeeper.admit_key(Credentials(api_key="reader-secret"), Scope.READ) == READER

    with pytest.raises(AccessDenied):
        doorkeeper.admit_key(Credentials(bearer=doorkeeper.issue(CONVERSATION)), Scope.READ)
    with pytest.raises(AccessDenied):
        doorkeeper.admit_key(Credentials(api_key="talker-secret"), Scope.READ)


def test_an_opening_retried_means_the_same_conversation(doorkeeper: Doorkeeper) -> None:
    anybody = Credentials()

    first = doorkeeper.opened_by(anybody, "192.0.2.1", "key-1")

    assert doorkeeper.opened_by(anybody, "192.0.2.1", "key-1") == first


def test_openings_differ_by_key_address_caller_and_secret(doorkeeper: Doorkeeper) -> None:
    anybody, caller = Credentials(), Credentials(api_key="talker-secret")
    elsewhere = Doorkeeper("another secret, as long as that")

    opened = {
        doorkeeper.opened_by(anybody, "192.0.2.1", "key-1"),
        doorkeeper.opened_by(anybody, "192.0.2.1", "key-2"),
        doorkeeper.opened_by(anybody, "192.0.2.2", "key-1"),
        doorkeeper.opened_by(caller, "192.0.2.1", "key-1"),
        elsewhere.opened_by(anybody, "192.0.2.1", "key-1"),
    }

    assert len(opened) == 5


def test_an_opening_by_key_does_not_depend_on_the_address(doorkeeper: Doorkeeper) -> None:
    caller = Credentials(bearer="talker-secret")

    assert doorkeeper.opened_by(caller, "192.0.2.1", "k") == doorkeeper.opened_by(caller, "192.0.2.9", "k")


def test_a_key_means_one_turn_within_a_conversation() -> None:
    assert turn_of(CONVERSATION, "k") == turn_of(CONVERSATION, "k")
    assert turn_of(CONVERSATION, "k") != turn_of(CONVERSATION, "l")
    assert turn_of(CONVERSATION, "k") != turn_of(uuid4(), "k")


def test_a_key_record_holds_a_hash_and_never_the_key() -> None:
    assert "reader-secret" not in READER.model_dump_json()

    with pytest.raises(ValidationError):
        ApiKey(name="crm", sha256="reader-secret", scopes=frozenset())

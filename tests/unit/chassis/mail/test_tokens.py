"""A reply address and a Message-ID tell their conversation, and nobody else can make one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.mail import MailTokens
from chassis.mail_settings import MailTokenSettings

CONVERSATION = UUID(int=0x0198_5C3A_7F00_7000_8000_0000_0000_0042)
OLD, NEW = "a secret of last year", "a secret of this year"


@given(st.uuids())
def test_an_address_and_a_message_id_tell_their_conversation_in_any_case(conversation_id: UUID) -> None:
    tokens = MailTokens((NEW,))
    address = tokens.address("maya.from.sales@mail.example", conversation_id)
    message_id = tokens.message_id(conversation_id, "3f2a", "mail.example")

    for spelled in (address, address.upper(), f" <{address}>"):
        assert tokens.of_address(spelled) == conversation_id
    for spelled in (message_id, message_id.upper(), message_id.strip("<>")):
        assert tokens.of_message_id(spelled) == conversation_id
    assert len(address.partition("@")[0]) <= 64


@given(st.integers(0, 41), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_nobodys(at: int, letter: str) -> None:
    tokens = MailTokens((NEW,))
    token = tokens.token(CONVERSATION)
    changed = token[:at] + letter + token[at + 1 :]

    # Two bits of the last character say nothing: the token of 208 bits has 210.
    assert tokens.read(changed) == (CONVERSATION if changed == token else None) or at == 41


@pytest.mark.parametrize(
    "text", ["", "maya@mail.example", "maya+c.@mail.example", "+c.\x00@", "c." + "a" * 42]
)
def test_any_other_address_tells_no_conversation(text: str) -> None:
    tokens = MailTokens((NEW,))
    assert (tokens.of_address(text), tokens.of_message_id(text), tokens.read(text)) == (None, None, None)


def test_a_secret_is_rotated_without_losing_the_answers_to_old_mails() -> None:
    address = MailTokens((OLD,)).address("maya@mail.example", CONVERSATION)

    assert MailTokens((NEW, OLD)).of_address(address) == CONVERSATION
    assert MailTokens((NEW,)).of_address(address) is None


def test_a_mailbox_whose_name_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 19 characters"):
        MailTokens((NEW,)).address("the-sales-assistant-of-us@mail.example", CONVERSATION)


def test_mails_are_signed_with_their_own_secret_or_that_of_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAIL_SECRET", "PREVIOUS_MAIL_SECRETS", "SESSION_SECRET", "PREVIOUS_SESSION_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SESSION_SECRET", "the session secret")
    monkeypatch.setenv("PREVIOUS_MAIL_SECRETS", '["an earlier mail secret"]')
    assert MailTokenSettings().mail_secrets() == ("the session secret", "an earlier mail secret")
    monkeypatch.setenv("MAIL_SECRET", "the secret of mails")
    assert MailTokenSettings().mail_secrets() == ("the secret of mails", "an earlier mail secret")

"""Signed names of a conversation, for the addresses and Message-IDs of mails.

A token is 42 characters of base32, case-insensitive: the conversation's id (128 bits) and a MAC (80 bits). It
does not expire: people answer old mails.
"""

import base64
import hmac
import re
from binascii import Error as NotBase32
from typing import Final
from uuid import UUID, uuid5

_PURPOSE: Final = b"salesbot|mail token"
_MAC_BYTES: Final = 10
_STAND_INS: Final = UUID("5c1d7f0a-6a54-5f0c-9b1e-0d6a1c3f2e84")
_TOKEN_LENGTH: Final = 42
# What a token is spelled with, wherever it stands; longer runs of letters are no token.
_TOKEN: Final = rf"c\.([a-z2-7]{{{_TOKEN_LENGTH}}})"
_IN_ADDRESS = re.compile(rf"[^\s<>@+]{{0,64}}\+{_TOKEN}@", re.IGNORECASE)
_IN_MESSAGE_ID = re.compile(rf"<?{_TOKEN}\.[^\s<>@]{{1,80}}@", re.IGNORECASE)
_LONGEST_LOCAL_PART: Final = 64


class MailTokens:
    """Makes and reads the tokens. The first secret signs, all of them verify.

    Args:
        secrets: the newest first, as `MailTokenSettings.mail_secrets` gives them.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._keys = [hmac.digest(secret.encode(), _PURPOSE, "sha256") for secret in secrets]

    def token(self, conversation_id: UUID) -> str:
        """The token of a conversation."""
        signed = conversation_id.bytes + self._mac(self._keys[0], conversation_id.bytes)
        return base64.b32encode(signed).decode().rstrip("=").lower()

    def read(self, token: str) -> UUID | None:
        """The conversation of a token; None where it is malformed or forged."""
        if len(token) != _TOKEN_LENGTH:
            return None
        try:
            signed = base64.b32decode(token.upper() + "=" * (-_TOKEN_LENGTH % 8))
        except (NotBase32, ValueError):
            return None
        content, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
        is_ours = any(hmac.compare_digest(mac, self._mac(key, content)) for key in self._keys)
        return UUID(bytes=content) if is_ours else None

    def address(self, mailbox: str, conversation_id: UUID) -> str:
        """A reply address of a conversation: `maya@mail.example` becomes `maya+c.<token>@mail.example`.

        Raises:
            ValueError: the name of the mailbox leaves no room for the token.
        """
        name, _, domain = mailbox.rpartition("@")
        local_part = f"{name}+c.{self.token(conversation_id)}"
        if not name or len(local_part) > _LONGEST_LOCAL_PART:
            raise ValueError(f"{mailbox!r} cannot carry a token: its name has 1 to 19 characters")
        return f"{local_part}@{domain}"

    def message_id(self, conversation_id: UUID, number: str, domain: str) -> str:
        """A Message-ID in angle brackets that tells the conversation; `number` makes it the only one."""
        return f"<c.{self.token(conversation_id)}.{number}@{domain}>"

    def of_address(self, address: str) -> UUID | None:
        """The conversation whose reply address this is, None for any other address."""
        return self._of(_IN_ADDRESS.match(address.strip().lstrip("<")))

    def stand_in(self, address: str) -> UUID:
        """A conversation for an address of which none is known; nobody else can compute it."""
        mac = hmac.digest(self._keys[0], b"address|" + address.lower().encode("utf-8", "replace"), "sha256")
        return uuid5(_STAND_INS, mac.hex())

    def of_message_id(self, message_id: str) -> UUID | None:
        """The conversation that one of our Message-IDs tells, None for any other."""
        return self._of(_IN_MESSAGE_ID.match(message_id.strip()))

    def _of(self, found: re.Match[str] | None) -> UUID | None:
        return None if found is None else self.read(found[1])

    @staticmethod
    def _mac(key: bytes, content: bytes) -> bytes:
        return hmac.digest(key, content, "sha256")[:_MAC_BYTES]

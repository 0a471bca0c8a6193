"""One data key, and what can be wrong with one."""

import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import PermanentError, SalesbotError, TransientError
from contracts.cloudevent import MalformedEvent

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class DataKeyDestroyed(PermanentError):
    """The conversation was erased: nothing of it can be read, and nothing is encrypted for it any more."""


class DataKeyUnknown(PermanentError):
    """No such key is stored: PostgreSQL was restored to a time before it, or the record is forged."""


class DataKeyNotLoaded(TransientError):
    """The key was dropped from memory since it was loaded; load it again."""


class DataKeySecretUnfit(SalesbotError):
    """Neither DATA_KEY_SECRET nor a previous one decrypts a stored key; set the right one."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that is neither destroyed nor unknown. `conversation_id` is None while it serves none."""

    id: UUID
    conversation_id: UUID | None
    cipher: AESGCM

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        """Encrypt `plain`; it opens only together with the same `bound`."""
        # The default random source of the system: a nonce must not come twice with one key.
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Decrypt what `seal` returned.

        Raises:
            MalformedEvent: it was changed, or belongs to another event or another key.
        """
        try:
            return self.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise MalformedEvent("the sealed value was changed, or is of another event") from None

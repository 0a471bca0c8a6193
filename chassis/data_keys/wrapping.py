"""Data keys are stored encrypted: without DATA_KEY_SECRET a copy of the database opens nothing."""

import os
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.data_keys.data_key import KEY_BYTES, NONCE_BYTES, DataKeySecretUnfit

_NAME_BYTES: Final = 4


class _Wrapper:
    """One secret. `name` stands in front of what it encrypted, so that the right secret is found at once."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), KEY_BYTES + _NAME_BYTES, salt=None, info=b"salesbot data keys")
        material = derived.derive(secret.encode())
        self.cipher = AESGCM(material[:KEY_BYTES])
        self.name = material[KEY_BYTES:]


class KeyWrapping:
    """Encrypts data keys with `secret`; decrypts also those that `previous` secrets encrypted."""

    def __init__(self, secret: str, previous: Sequence[str] = ()) -> None:
        self._current, *others = map(_Wrapper, (secret, *previous))
        self._by_name = {each.name: each for each in (*others, self._current)}

    @property
    def current_name(self) -> bytes:
        """What every key begins with that the current secret encrypted."""
        return self._current.name

    def wrap(self, key_id: UUID, key: bytes) -> bytes:
        """The stored form of a key: the secret's name, a nonce, the ciphertext. Bound to the key's id."""
        nonce = os.urandom(NONCE_BYTES)
        return self._current.name + nonce + self._current.cipher.encrypt(nonce, key, key_id.bytes)

    def unwrap(self, key_id: UUID, wrapped: bytes) -> bytes:
        """The key in clear.

        Raises:
            DataKeySecretUnfit: no secret decrypts it.
        """
        wrapper = self._by_name.get(wrapped[:_NAME_BYTES])
        if wrapper is None:
            raise DataKeySecretUnfit(f"no secret decrypts data key {key_id}; see PREVIOUS_DATA_KEY_SECRETS")
        nonce, ciphertext = wrapped[_NAME_BYTES:][:NONCE_BYTES], wrapped[_NAME_BYTES + NONCE_BYTES :]
        try:
            return wrapper.cipher.decrypt(nonce, ciphertext, key_id.bytes)
        except (InvalidTag, ValueError):
            raise DataKeySecretUnfit(f"key {key_id} was changed in the database") from None

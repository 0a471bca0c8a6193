"""The keyed hash by which an address is known that must not be stored."""

import hmac
from typing import Final

_PURPOSE: Final = b"salesbot|mail suppression"


class AddressHash:
    """The same for every spelling of an address in capitals.

    Args:
        secret: whoever changes it forgets who wants no mails.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")

    def of(self, address: str) -> bytes:
        """32 bytes that tell nobody the address."""
        return hmac.digest(self._key, address.strip().lower().encode(), "sha256")

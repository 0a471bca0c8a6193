"""The key that our mails are signed with (RFC 6376), so that mailboxes know that they are ours."""

from typing import Final

# dkimpy ships no types.
import dkim  # type: ignore[import-untyped]
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# What a mailbox shows or acts on.
_SIGNED: Final = [
    *(b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references"),
    *(b"list-unsubscribe", b"list-unsubscribe-post", b"auto-submitted", b"x-written-by"),
    *(b"mime-version", b"content-type", b"content-language"),
]
_SHORTEST_BITS: Final = 1024


class DkimKey:
    """A private RSA key, whose public half stands in DNS under `<selector>._domainkey.<domain>`.

    Raises:
        ValueError: it is no such key; the message does not repeat it.
    """

    def __init__(self, pem: str, *, selector: str, domain: str) -> None:
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST_BITS:
            raise ValueError("the DKIM key must be a PEM with a private RSA key of 1024 bits or more")
        self._pem = pem.encode()
        self._selector = selector.encode()
        self._domain = domain.encode()

    def signed(self, message: bytes) -> bytes:
        """The mail with a signature in front."""
        signature: bytes = dkim.sign(
            message,
            self._selector,
            self._domain,
            self._pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_SIGNED,
        )
        return signature + message

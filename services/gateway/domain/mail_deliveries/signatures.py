"""The signatures and logins by which deliveries of mails are verified."""

import base64
import binascii
import hmac
import re
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from services.gateway.domain.mail_deliveries.delivery import SIGNED_WITHIN
from services.gateway.errors import LoginInvalid, SignatureInvalid

PublicKey = EllipticCurvePublicKey
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")


def load_public_key(text: str) -> PublicKey:
    """An elliptic-curve key as SendGrid shows it: base64, or the same between lines of PEM.

    Raises:
        ValueError: it is none.
    """
    lines = [line for line in text.replace("\\n", "\n").split() if "-" not in line]
    body = "".join(line for line in lines if line not in ("BEGIN", "END", "PUBLIC", "KEY"))
    try:
        key = load_der_public_key(base64.b64decode(body, validate=True))
    except (binascii.Error, UnsupportedAlgorithm) as error:
        raise ValueError("it is no public key in base64") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("it is no elliptic-curve key")  # noqa: TRY004 - settings report ValueError
    return key


def load_shared_secret(text: str) -> bytes:
    """The key in a secret of Standard Webhooks, such as `whsec_...`.

    Raises:
        ValueError: it is no base64 of at least 16 bytes.
    """
    try:
        encoded = text.removeprefix("whsec_")
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64 behind whsec_") from error
    if len(key) < 16:
        raise ValueError("it has fewer than 16 bytes")
    return key


def check_time(timestamp: str, now: datetime) -> None:
    """Raise SignatureInvalid unless a time in Unix seconds is within five minutes of now."""
    if not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureInvalid("The time of the signature is missing or malformed.")
    if abs(now.timestamp() - int(timestamp)) > SIGNED_WITHIN.total_seconds():
        raise SignatureInvalid("The signature is more than five minutes away from now.")


def check_ecdsa(key: PublicKey, signature: str, signed: bytes) -> None:
    """Raise SignatureInvalid unless this is an ECDSA signature with SHA-256, as DER in base64."""
    try:
        key.verify(base64.b64decode(signature, validate=True), signed, ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignatureInvalid("The signature is not that of this body.") from error


def check_hmac(key: bytes, signature: bytes, signed: bytes) -> None:
    """Raise SignatureInvalid unless this is the HMAC with SHA-256."""
    if not hmac.compare_digest(hmac.digest(key, signed, "sha256"), signature):
        raise SignatureInvalid("The signature is not that of this delivery.")


def check_login(authorization: str | None, login: str) -> None:
    """Raise LoginInvalid unless a header holds this `user:password` (RFC 7617)."""
    scheme, _, encoded = (authorization or "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    if not hmac.compare_digest(given, login.encode()):
        raise LoginInvalid("The user and the password in the address of the webhook are missing or wrong.")

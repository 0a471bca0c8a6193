"""Amazon SES by Amazon SNS: JSON, signed with RSA under a certificate of Amazon's.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chassis.mail import Verdicts, verdicts_by
from contracts.cloudevent import parse_time
from contracts.text import load_json
from services.gateway.domain.mail_deliveries.delivery import MailDelivery
from services.gateway.domain.webhooks import Delivery
from services.gateway.errors import DeliveryUnreadable, SignatureInvalid

_HOST: Final = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
_CONFIRMATIONS: Final = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
_SIGNED: Final = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
# SNS tries a delivery again for an hour, without signing it anew.
_SIGNED_WITHIN: Final = timedelta(hours=1, minutes=5)


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A message of a topic that is ours, whose signature is still to be checked."""

    type: str
    topic: str
    id: str
    certificate_url: str
    subscribe_url: str
    said: Mapping[str, str]
    body: bytes


def is_of_sns(url: str) -> bool:
    """Whether an address is one of Amazon SNS, over TLS, on its usual port, without a login."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    return is_plain and not re.search(r"[\s\\]", url) and _HOST.fullmatch(host) is not None


def read_sns_message(body: bytes, topics: Collection[str]) -> SnsMessage:
    """Read a message. Nothing is fetched for a topic that is not ours.

    Raises:
        DeliveryUnreadable: it is no JSON.
        SignatureInvalid: it is no message of SNS, of another topic, or names a foreign certificate.
    """
    try:
        given = load_json(body)
    except ValueError as error:
        raise DeliveryUnreadable("The body is not a JSON object, or nested too deeply.") from error
    members = given.items() if isinstance(given, dict) else ()
    said = {name: value for name, value in members if isinstance(value, str)}
    kind = said.get("Type", "")
    if kind not in ("Notification", *_CONFIRMATIONS) or not said.get("MessageId"):
        raise SignatureInvalid("The body is not a message of Amazon SNS.")
    if said.get("TopicArn") not in topics:
        raise SignatureInvalid("The topic is not one of MAIL_IN_SES_TOPICS.")
    certificate_url, subscribe_url = said.get("SigningCertURL", ""), said.get("SubscribeURL", "")
    if not is_of_sns(certificate_url) or (kind == _CONFIRMATIONS[0] and not is_of_sns(subscribe_url)):
        raise SignatureInvalid("An address in the message is not one of Amazon SNS.")
    return SnsMessage(kind, said["TopicArn"], said["MessageId"], certificate_url, subscribe_url, said, body)


def verify_sns_message(message: SnsMessage, certificate: bytes, now: datetime) -> None:
    """Check the signature and the age of a message.

    Raises:
        SignatureInvalid: malformed, wrong, or older than SNS would try.
    """
    said = message.said
    try:
        signed_at = parse_time(said.get("Timestamp", "").replace("Z", "+00:00"))
        held = x509.load_pem_x509_certificate(certificate)
        key, algorithm = held.public_key(), _HASHES[said.get("SignatureVersion", "")]
        if (
            not isinstance(key, RSAPublicKey)
            or not held.not_valid_before_utc <= now <= held.not_valid_after_utc
        ):
            raise SignatureInvalid("The certificate of the signature is not valid.")
        signature = base64.b64decode(said.get("Signature", ""), validate=True)
        key.verify(signature, _signed_text(said), PKCS1v15(), algorithm)
    except (InvalidSignature, KeyError, ValueError) as error:
        raise SignatureInvalid("The signature is not that of this message.") from error
    if abs(now - signed_at) > _SIGNED_WITHIN:
        raise SignatureInvalid("The message is older than an hour.")


def _signed_text(said: Mapping[str, str]) -> bytes:
    """The members that are signed, in their order, each name and each value on a line."""
    is_confirmation = said["Type"] in _CONFIRMATIONS
    left_out = {"Subject"} if is_confirmation else {"SubscribeURL", "Token"}
    named = [name for name in _SIGNED if name in said and name not in left_out]
    return "".join(f"{name}\n{said[name]}\n" for name in named).encode()


def ses_delivery(message: SnsMessage) -> MailDelivery | None:
    """The mail in a verified notification; None for one that says something else.

    Raises:
        DeliveryUnreadable: it is about a mail that it does not hold.
    """
    try:
        told = load_json(message.said.get("Message", "").encode())
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("notificationType") != "Received":
        return None
    receipt, mail = _object(told.get("receipt")), _object(told.get("mail"))
    content = _content_in(told.get("content"), str(_object(receipt.get("action")).get("encoding") or ""))
    sender = str(mail.get("source") or "")
    recipients = receipt.get("recipients")
    return MailDelivery(
        delivery=Delivery(f"ses:{message.id}", message.body, 2 * _SIGNED_WITHIN),
        provider="ses",
        content=content,
        envelope_sender=sender,
        envelope_recipients=tuple(map(str, recipients)) if isinstance(recipients, list) else (),
        verdicts=_verdicts_in(receipt, sender, content),
    )


def _content_in(content: object, encoding: str) -> bytes:
    if not isinstance(content, str) or not content:
        raise DeliveryUnreadable(
            "The notification holds no mail: let the receipt rule's action be SNS, not S3."
        )
    if encoding.upper() != "BASE64":
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DeliveryUnreadable("The mail in the notification is not base64.") from error


def _verdicts_in(receipt: Mapping[str, Any], envelope_sender: str, content: bytes) -> Verdicts:
    said = {
        name: str(_object(receipt.get(f"{name}Verdict")).get("status") or "").lower() or None
        for name in ("spf", "dkim", "dmarc", "spam", "virus")
    }
    # Whose signature was good, only the header tells that SES puts on top.
    domains = verdicts_by("amazonses.com", content).dkim_domains if said["dkim"] == "pass" else ()
    return Verdicts(
        spf=said["spf"],
        spf_domain=envelope_sender.rpartition("@")[2].lower() or None,
        dkim=said["dkim"],
        dkim_domains=domains,
        dmarc=said["dmarc"],
        spam=said["spam"],
        virus=said["virus"],
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

"""Mail providers as they deliver: each signs a mail as its documents say."""

import base64
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.support.gateway_fakes import NOW

SAMPLES = Path(__file__).parents[1] / "samples" / "webhooks"
LOGIN = "salesbot:a very long password"
MAILGUN_KEY = "mailgun-test-signing-key"
RAW_SECRET = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:brightlane-inbound"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
SUBSCRIBE_URL = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
Headers = dict[str, str]


@cache
def elliptic_key(name: str = "ours") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def sendgrid_public_key() -> str:
    held = elliptic_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(held).decode()


@cache
def rsa_key(name: str = "amazon") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(*, until: datetime = NOW + timedelta(days=300)) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(rsa_key().public_key())
    )
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=400)).not_valid_after(until)
    return builder.sign(rsa_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def json_sample(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return said


def multipart(fields: Mapping[str, bytes], files: Mapping[str, tuple[str, bytes]] | None = None) -> bytes:
    """A form whose fields may hold any bytes."""
    parts = [
        b'--q\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
        for name, value in fields.items()
    ]
    parts += [
        b'--q\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%b\r\n" % (name.encode(), filename.encode(), content)
        for name, (filename, content) in (files or {}).items()
    ]
    return b"".join(parts) + b"--q--\r\n"


@dataclass
class Deliverer(ABC):
    """Delivers mails with its signature of `at`; `key` may be another one than ours."""

    at: datetime = NOW
    is_ours: bool = True
    repeated: int = 409
    covers_body: bool = True
    has_time: bool = True
    path: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)

    @abstractmethod
    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        """A body with a mail, and the headers beside it."""

    @property
    def at_s(self) -> str:
        return str(int(self.at.timestamp()))


@dataclass
class Sendgrid(Deliverer):
    path: str = "sendgrid"

    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        return self.signed(multipart({"email": mail, "envelope": b'{"to": [], "from": ""}'}))

    def signed(self, body: bytes) -> tuple[bytes, Headers]:
        key = elliptic_key() if self.is_ours else elliptic_key("other")
        signature = key.sign(self.at_s.encode() + body, ec.ECDSA(hashes.SHA256()))
        return body, {
            "content-type": "multipart/form-data; boundary=q",
            "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": self.at_s,
        }


@dataclass
class Mailgun(Deliverer):
    path: str = "mailgun"
    repeated: int = 406
    covers_body: bool = False

    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        return self.signed({"body-mime": mail, "recipient": b"", "sender": b""})

    def signed(self, fields: Mapping[str, bytes]) -> tuple[bytes, Headers]:
        key = MAILGUN_KEY if self.is_ours else "another signing key"
        signature = hmac.digest(key.encode(), f"{self.at_s}{self.id}".encode(), "sha256").hex()
        proof = {"timestamp": self.at_s, "token": self.id, "signature": signature}
        body = urlencode({**fields, **proof}).encode()
        return body, {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Postmark(Deliverer):
    path: str = "postmark"
    covers_body: bool = False
    has_time: bool = False

    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        said = {"From": "", "MessageID": self.id, "RawEmail": mail.decode("latin-1"), "OriginalRecipient": ""}
        return self.signed(said)

    def signed(self, said: Mapping[str, Any]) -> tuple[bytes, Headers]:
        login = LOGIN if self.is_ours else "salesbot:another password"
        encoded = base64.b64encode(login.encode()).decode()
        headers = {"authorization": f"Basic {encoded}", "content-type": "application/json"}
        return json.dumps(said).encode(), headers


@dataclass
class Ses(Deliverer):
    path: str = "ses"

    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        said = json_sample("ses_sns_notification")
        told = json.loads(said["Message"])
        told["content"] = base64.b64encode(mail).decode()
        told["receipt"]["recipients"] = []
        return self.signed(said | {"Message": json.dumps(told)})

    def signed(self, said: Mapping[str, str], version: str = "2") -> tuple[bytes, Headers]:
        written = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = {**said, "MessageId": self.id, "Timestamp": written, "SignatureVersion": version}
        is_notification = given["Type"] == "Notification"
        names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
        if not is_notification:
            names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        signed = "".join(f"{name}\n{given[name]}\n" for name in names if name in given)
        key = rsa_key() if self.is_ours else rsa_key("other")
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = key.sign(signed.encode(), padding.PKCS1v15(), algorithm)
        given |= {"Signature": base64.b64encode(signature).decode(), "SigningCertURL": CERTIFICATE_URL}
        return json.dumps(given).encode(), {"content-type": "text/plain; charset=UTF-8"}


@dataclass
class Raw(Deliverer):
    path: str = "raw"

    def request(self, mail: bytes) -> tuple[bytes, Headers]:
        key = base64.b64decode(RAW_SECRET.removeprefix("whsec_")) if self.is_ours else b"0" * 24 + b"1"
        mac = hmac.digest(key, f"{self.id}.{self.at_s}.".encode() + mail, "sha256")
        return mail, {
            "content-type": "message/rfc822",
            "webhook-id": self.id,
            "webhook-timestamp": self.at_s,
            "webhook-signature": f"v1,AAAA v1,{base64.b64encode(mac).decode()}",
        }


DELIVERERS = (Sendgrid, Mailgun, Postmark, Ses, Raw)
AGES = (timedelta(hours=-3), timedelta(hours=3))

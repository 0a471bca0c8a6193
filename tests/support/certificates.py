"""Certificates for a server of a test, of an authority that nobody else trusts."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chassis.clock import utc_now

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as PEM, each in a file of its own."""

    cert: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Issues certificates; `file` is its own one, for whoever is to trust it."""

    file: Path
    _key: ec.EllipticCurvePrivateKey
    _name: x509.Name

    @classmethod
    def new(cls, folder: Path, name: str = "authority") -> "Authority":
        """One of its own."""
        key, named = ec.generate_private_key(ec.SECP256R1()), _named(name)
        authority = cls(folder / f"{name}.pem", key, named)
        authority.file.write_bytes(authority._issued(named, key, is_authority=True))
        return authority

    def context(
        self, *, address: str = "127.0.0.1", from_now: timedelta = _DAY, file: str = "server"
    ) -> ssl.SSLContext:
        """What a server at an address encrypts with; its certificate ends `from_now`."""
        issued = self.issue(file, address=address, from_now=from_now)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.cert, issued.key)
        return context

    def issue(self, name: str, *, address: str = "127.0.0.1", from_now: timedelta = _DAY) -> Certificate:
        """A certificate in the name of a server at an address, or of a client; it ends `from_now`."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        issued = Certificate(self.file.with_name(f"{name}.pem"), self.file.with_name(f"{name}.key"))
        issued.cert.write_bytes(self._issued(_named(name), key, address=address, from_now=from_now))
        issued.key.write_bytes(private)
        issued.key.chmod(0o600)
        return issued

    def _issued(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        address: str | None = None,
        from_now: timedelta = _DAY,
        is_authority: bool = False,
    ) -> bytes:
        ends_at = utc_now() + from_now
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = (
            x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(ends_at - 2 * _DAY)
            .not_valid_after(ends_at)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(identifier, critical=False)
        )
        if address is not None:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

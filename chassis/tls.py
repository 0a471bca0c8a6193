"""TLS to the servers that a service connects to: whom it trusts, and the certificate it shows."""

import ssl
from pathlib import Path


def client_context(ca_file: Path | None, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    """A context that checks the server's certificate and its name; TLS 1.2 or newer.

    Args:
        ca_file: the authorities that may vouch for the server, as PEM. None: those of the system.
        cert_file: the certificate that we show, with what links it to its authority, as PEM.
        key_file: its private key. None: it stands in the same file.

    Raises:
        OSError: a file cannot be read, or does not hold what it should.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        context.load_cert_chain(cert_file, key_file)
    return context


def require_tls_files(
    prefix: str, ca_file: Path | None, cert_file: Path | None, key_file: Path | None
) -> None:
    """Check the files of the settings `<prefix>_CA_FILE`, `_CERT_FILE` and `_KEY_FILE`.

    Raises:
        ValueError: one is missing or of no use; the message names the setting.
    """
    if (cert_file is None) != (key_file is None):
        raise ValueError(f"{prefix}_CERT_FILE and {prefix}_KEY_FILE need each other")
    files = {"CA_FILE": ca_file, "CERT_FILE": cert_file, "KEY_FILE": key_file}
    for name, path in files.items():
        if path is not None and not _is_pem(path):
            raise ValueError(f"{prefix}_{name}: {str(path)!r} cannot be read, or is no PEM file")
    try:
        client_context(ca_file, cert_file, key_file)
    except OSError as error:
        raise ValueError(
            f"{prefix}_CA_FILE, _CERT_FILE and _KEY_FILE do not fit: {error.strerror}"
        ) from error


def _is_pem(path: Path) -> bool:
    try:
        return "-----BEGIN " in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False

"""Servers that take TLS alone, know who comes, and let nobody do more than they may."""

import os
import pwd
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from devstack import ports
from devstack.child import Child
from devstack.data_dir import DataDir
from devstack.kafka import Kafka, fetch_jars, find_java, prepare_start_cache
from devstack.postgres import Postgres
from tests.support.certificates import Authority, Certificate

PASSWORD = "a password of the tests"
_SCRAM = "org.apache.kafka.common.security.scram"
_OAUTH = "org.apache.kafka.common.security.oauthbearer"


def find_program(name: str, *further: str) -> str:
    """A program of Debian's; the test fails where it is missing, since nothing else shows what it does."""
    folders = os.pathsep.join((*further, os.environ["PATH"], "/usr/sbin"))
    found = shutil.which(name, path=folders)
    if found is None:
        pytest.fail(f"{name} is missing: install it, as .ci/run does (the wheels have no TLS)", pytrace=False)
    return found


class SecureKafka(Kafka):
    """Has a listener with TLS and SASL, and one with mutual TLS. On the plain one tests may do everything."""

    def __init__(self, data: DataDir, authority: Authority, *, issuer: str) -> None:
        options = [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={issuer}/jwks"]
        java, jars = find_java(), fetch_jars(print)
        cache = prepare_start_cache(java, jars, print)
        super().__init__(data, java, jars, cache, java_options=options)
        self._ports = {"SASL_SSL": data.port("kafka-sasl"), "SSL": data.port("kafka-mutual")}
        self._store = _keystore(authority.issue("kafka"))
        self._trusted = authority.file
        self._issuer = issuer
        self._users: Sequence[str] = ()

    def let_in(self, users: Iterable[str]) -> None:
        """Users of SCRAM that exist when it starts for the first time."""
        self._users = tuple(users)

    @property
    def sasl(self) -> str:
        """Where clients of SASL connect."""
        return f"{ports.LOOPBACK}:{self._ports['SASL_SSL']}"

    @property
    def mutual(self) -> str:
        """Where clients with certificates connect."""
        return f"{ports.LOOPBACK}:{self._ports['SSL']}"

    def settings(self) -> Mapping[str, str]:
        given = dict(super().settings())
        addresses = "".join(f",{name}://{ports.LOOPBACK}:{port}" for name, port in self._ports.items())
        sasl = "listener.name.sasl_ssl"
        oauth = f"{sasl}.oauthbearer"
        return {
            **given,
            "listeners": given["listeners"] + addresses,
            "advertised.listeners": given["advertised.listeners"] + addresses,
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL"
            ),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # Those of the plain listeners: the node itself, and the tests that look on.
            "super.users": "User:ANONYMOUS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self._trusted),
            "listener.name.ssl.ssl.client.auth": "required",
            "listener.name.ssl.ssl.principal.mapping.rules": "RULE:^CN=(.*)$/$1/",
            f"{sasl}.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
            f"{sasl}.scram-sha-512.sasl.jaas.config": f"{_SCRAM}.ScramLoginModule required;",
            f"{oauth}.sasl.jaas.config": f"{_OAUTH}.OAuthBearerLoginModule required;",
            f"{oauth}.sasl.server.callback.handler.class": f"{_OAUTH}.OAuthBearerValidatorCallbackHandler",
            f"{oauth}.connections.max.reauth.ms": "60000",
            "sasl.oauthbearer.jwks.endpoint.url": f"{self._issuer}/jwks",
            "sasl.oauthbearer.expected.issuer": self._issuer,
            "sasl.oauthbearer.expected.audience": "kafka",
        }

    def format_options(self) -> Sequence[str]:
        return [f"--add-scram=SCRAM-SHA-512=[name={user},password={PASSWORD}]" for user in self._users]


class SecurePostgres(Postgres):
    """Debian's: that of the wheel knows no TLS. The database `certified` also wants a certificate."""

    locale = ("--locale=C.UTF-8",)

    def __init__(self, data: DataDir, authority: Authority) -> None:
        super().__init__(data)
        self._certificate = authority.issue("postgres")
        self._authority = authority

    def program(self, name: str) -> str:
        """A program of the newest version that is installed."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        return find_program(name, *map(str, reversed(found)))

    def prepare(self) -> None:
        super().prepare()
        own = {
            "server.pem": self._certificate.cert.read_text(),
            "server.key": self._certificate.key.read_text(),
            "authority.pem": self._authority.file.read_text(),
            "pg_hba.conf": (
                f"hostssl certified all {ports.LOOPBACK}/32 scram-sha-256 clientcert=verify-ca\n"
                f"hostssl all all {ports.LOOPBACK}/32 scram-sha-256\n"
            ),
        }
        for name, text in own.items():
            path = self.cluster / name
            path.write_text(text)
            path.chmod(0o600)
            if self.user:
                entry = pwd.getpwnam(self.user)
                os.chown(path, entry.pw_uid, entry.pw_gid)

    def command(self) -> Sequence[str]:
        files = {"cert": "server.pem", "key": "server.key", "ca": "authority.pem"}
        return [
            *super().command(),
            "--ssl=on",
            *(f"--ssl_{what}_file={name}" for what, name in files.items()),
        ]


class SecureRedis(Child):
    """Debian's: that of the wheel knows no TLS. Certificates on both sides, and a user of its own."""

    def __init__(self, data: DataDir, authority: Authority) -> None:
        super().__init__("redis", data.logs)
        self.port = data.port("redis")
        self._folder = data.path / "redis"
        self._certificate = authority.issue("redis")
        self._authority = authority

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"rediss://salesbot:{PASSWORD.replace(' ', '%20')}@{ports.LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        self._folder.mkdir(exist_ok=True)
        lines = (
            f"bind {ports.LOOPBACK}",
            f"port 0\ntls-port {self.port}",
            f"tls-cert-file {self._certificate.cert}\ntls-key-file {self._certificate.key}",
            f"tls-ca-cert-file {self._authority.file}\ntls-auth-clients yes",
            f'user default off\nuser salesbot on ">{PASSWORD}" ~* &* +@all',
            f'dir "{self._folder}"\nsave ""',
        )
        (self._folder / "redis.conf").write_text("\n".join(lines) + "\n")

    def command(self) -> Sequence[str]:
        return [find_program("redis-server"), str(self._folder / "redis.conf")]

    def is_ready(self) -> bool:
        return ports.accepts(self.port)


def _keystore(certificate: Certificate) -> Path:
    """The key and the certificate in one file, as Kafka has it."""
    store = certificate.cert.with_suffix(".keystore.pem")
    store.write_text(certificate.key.read_text() + certificate.cert.read_text())
    return store

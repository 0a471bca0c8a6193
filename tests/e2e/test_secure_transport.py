"""The product on servers that take TLS alone, know who comes, and let nobody do more than they may."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.kafka import KafkaCluster, ensure_topics
from chassis.kafka.acls import acls, apply, users
from chassis.kafka.cluster import ClusterUnreachable
from chassis.kafka.record import Record
from chassis.postgres import DatabaseUnavailable, make_engine, ping
from chassis.redis import RedisUnavailable, make_redis, translate_redis_errors
from chassis.settings import DatabaseSettings, KafkaSettings, ServiceSettings
from contracts.events import ProposalRequested, TurnReceived
from devstack.child import run_concurrently
from devstack.data_dir import DataDir
from devstack.ports import LOOPBACK
from devstack.services import ServiceProcess
from tests.support.certificates import Authority, Certificate
from tests.support.fake_oidc import FakeOidc, running_oidc
from tests.support.infrastructure import DATA_KEY_SECRET
from tests.support.preloaded_service import PreloadedService
from tests.support.private_words import private_words_watched
from tests.support.product import DENTIST, Product
from tests.support.secure_servers import PASSWORD, SecureKafka, SecurePostgres, SecureRedis
from tests.support.topics import SMALL_TOPICS

# The gateway comes with tokens of the identity provider, the others with passwords.
WITH_TOKEN = "gateway"
CLIENT_SECRET = "a secret of a client"
TOPIC = TurnReceived.topic


@dataclass
class Secured:
    """The servers, the authority that vouches for them, and the identity provider."""

    kafka: SecureKafka
    postgres: SecurePostgres
    redis: SecureRedis
    oidc: FakeOidc
    authority: Authority
    client: Certificate
    password_file: Path

    def kafka_as(self, user: str, **other: str) -> dict[str, str]:
        """How a user reaches Kafka."""
        reached = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.sasl,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_TLS_CA_FILE": str(self.authority.file),
        }
        scram = {
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_SASL_USERNAME": user,
            "KAFKA_SASL_PASSWORD_FILE": str(self.password_file),
        }
        oauth = {
            "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
            "KAFKA_OAUTH_TOKEN_URL": f"{self.oidc.url}/token",
            "KAFKA_OAUTH_CLIENT_ID": user,
            "KAFKA_OAUTH_CLIENT_SECRET": CLIENT_SECRET,
        }
        return reached | (oauth if user == WITH_TOKEN else scram) | other

    def stores(self) -> dict[str, str]:
        """How everybody reaches PostgreSQL and Redis."""
        return {
            "DATABASE_URL": self.postgres.url(),
            "DATABASE_TLS_CA_FILE": str(self.authority.file),
            "REDIS_URL": self.redis.url,
            "REDIS_TLS_CA_FILE": str(self.authority.file),
            "REDIS_TLS_CERT_FILE": str(self.client.cert),
            "REDIS_TLS_KEY_FILE": str(self.client.key),
            "DATA_KEY_SECRET": DATA_KEY_SECRET,
        }


class SecureProduct(Product):
    """Five services, each of which is somebody else to Kafka."""

    def __init__(self, secured: Secured, env: Mapping[str, str], logs: Path) -> None:
        self._secured = secured
        super().__init__(env, logs)

    def make(self, service: str, *, port: int | None = None, instance: str = "") -> ServiceProcess:
        return self.make_as(service, service, port=port, instance=instance)

    def make_as(
        self, user: str, service: str, *, port: int | None = None, instance: str = ""
    ) -> ServiceProcess:
        """A process of a service that comes to Kafka as this user."""
        env = self.env | self._secured.kafka_as(user)
        return PreloadedService(service, env, self._logs, port=port, instance=instance)


@pytest.fixture(scope="module")
def oidc() -> Iterator[FakeOidc]:
    """On a loop of its own: Kafka asks it for keys before any test runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = running_oidc()
    provider = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    provider.clients = dict.fromkeys(users(), CLIENT_SECRET)
    yield provider
    asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def secured(oidc: FakeOidc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """All servers, with the topics and the rights of the registry, made as operators make them."""
    folder, data = tmp_path_factory.mktemp("certificates"), DataDir(tmp_path_factory.mktemp("secured"))
    authority, password = Authority.new(folder), folder / "password"
    password.write_text(PASSWORD + "\n")
    kafka = SecureKafka(data, authority, issuer=oidc.url)
    kafka.let_in(set(users()) - {WITH_TOKEN})
    client = authority.issue("client")
    servers = (kafka, SecurePostgres(data, authority), SecureRedis(data, authority))
    secured = Secured(*servers, oidc, authority, client, password)
    try:
        run_concurrently([each.start for each in servers])
        secured.postgres.create_database("certified")
        asyncio.run(apply(KafkaCluster.at(kafka.bootstrap), acls()))
        asyncio.run(ensure_topics(cluster(secured, "topics"), SMALL_TOPICS))
        yield secured
    finally:
        run_concurrently([each.terminate for each in servers])


@pytest.fixture(scope="module")
def product(secured: Secured, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureProduct]:
    logs = tmp_path_factory.mktemp("logs")
    env = secured.stores() | {"HOLDING_AFTER_S": "60"}
    # Who looks for leaks reads every topic.
    with private_words_watched(env | {"KAFKA_BOOTSTRAP_SERVERS": secured.kafka.bootstrap}, logs) as watched:
        product = SecureProduct(secured, env | watched, logs)
        try:
            product.start()
            yield product
        finally:
            product.stop()


def settings_of(kind: Callable[..., Any], variables: Mapping[str, str]) -> Any:
    """What a process with these variables is set to."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return kind()


def cluster(secured: Secured, user: str, **other: str) -> KafkaCluster:
    return KafkaCluster.of(settings_of(KafkaSettings, secured.kafka_as(user, **other)))


@asynccontextmanager
async def producer(reached: KafkaCluster) -> AsyncIterator[AIOKafkaProducer]:
    async with reached.producer("tests", request_timeout_ms=5000) as client:
        yield client


def test_the_product_holds_a_conversation_to_the_booking_link(secured: Secured, product: SecureProduct):
    visitor = product.visitor()
    for line in DENTIST:
        visitor.say(line)

    lead = product.lead_of(visitor, once_it_has="booking_url")

    assert lead["booking_url"] in str(visitor.transcript())
    assert set(secured.oidc.tokens) == {WITH_TOKEN}


def test_a_service_with_the_rights_of_another_says_what_it_may_not(product: SecureProduct) -> None:
    # The gateway as the proposal service, which writes none of its topics.
    impostor = product.make_as("proposal", "gateway", instance="impostor")
    impostor.start()
    try:
        said = httpx2.post(f"{impostor.url}/chat", json={"message": "Hello!", "source": "api"}, timeout=30)
        unready = httpx2.get(f"{impostor.url}/readyz", timeout=30).json()
    finally:
        impostor.terminate()

    assert said.status_code == 503
    assert unready["faults"]["kafka"] == f"we may not write to {TOPIC}"
    assert "topic_denied" in impostor.log.read_text()


@pytest.mark.parametrize(("user", "topic"), [("proposal", TOPIC), ("leadstore", ProposalRequested.topic)])
async def test_nobody_writes_to_a_topic_of_somebody_else(secured: Secured, user: str, topic: str) -> None:
    async with producer(cluster(secured, user)) as client:
        with pytest.raises(TopicAuthorizationFailedError):
            await client.send_and_wait(topic, b"{}", key=b"1")


async def test_a_topic_that_a_user_may_not_read_is_not_shown(secured: Secured) -> None:
    admin = cluster(secured, "proposal").admin("tests")
    await admin.start()
    try:
        shown = set(await admin.list_topics())
    finally:
        await admin.close()
    assert shown == {acl.name for acl in acls() if acl.user == "proposal" and acl.resource == "topic"}


async def test_a_cluster_that_cannot_be_trusted_or_does_not_know_us_is_told_as_such(
    secured: Secured, tmp_path: Path
) -> None:
    wrong = {
        "CERTIFICATE_VERIFY_FAILED|self-signed|issuer": {"KAFKA_TLS_CA_FILE": others(secured, tmp_path)},
        "SaslAuthenticationFailed": {"KAFKA_SASL_USERNAME": "nobody"},
        "IllegalSaslState|UnsupportedSaslMechanism": {"KAFKA_SASL_MECHANISM": "SCRAM-SHA-256"},
    }
    for reason, other in wrong.items():
        with pytest.raises(ClusterUnreachable, match=reason):
            await cluster(secured, "dialogue", **other).check()
    with pytest.raises(ClusterUnreachable, match="TokenUnavailable: the token server refuses us"):
        await cluster(secured, "gateway", KAFKA_OAUTH_CLIENT_SECRET="another").check()
    await cluster(secured, "dialogue").check()
    await cluster(secured, "gateway").check()


async def test_a_certificate_may_say_who_comes(secured: Secured) -> None:
    named = {"KAFKA_TLS_CERT_FILE": str(secured.client.cert), "KAFKA_TLS_KEY_FILE": str(secured.client.key)}
    mutual = {
        "KAFKA_BOOTSTRAP_SERVERS": secured.kafka.mutual,
        "KAFKA_SECURITY_PROTOCOL": "SSL",
        "KAFKA_TLS_CA_FILE": str(secured.authority.file),
    }
    await KafkaCluster.of(settings_of(KafkaSettings, mutual | named)).check()
    with pytest.raises(ClusterUnreachable):
        await KafkaCluster.of(settings_of(KafkaSettings, mutual)).check()


async def test_a_token_is_renewed_before_it_ends_and_no_record_is_lost(secured: Secured) -> None:
    secured.oidc.token_life_s, before = 3.0, len(secured.oidc.tokens)
    reached, records = cluster(secured, WITH_TOKEN), 0
    try:
        async with producer(reached) as client:
            deadline = time.monotonic() + 30
            while len(secured.oidc.tokens) < before + 3 and time.monotonic() < deadline:
                await client.send_and_wait(TOPIC, b"", key=b"token")
                records += 1
                await asyncio.sleep(0.05)
    finally:
        secured.oidc.token_life_s = 60.0

    reader = KafkaCluster.at(secured.kafka.bootstrap).consumer(
        TOPIC, client_id="tests", auto_offset_reset="earliest"
    )
    written = [record for record in await read_to_the_end(reader) if record.key == b"token"]
    assert len(secured.oidc.tokens) - before >= 3
    assert len(written) == records


@pytest.mark.parametrize("database", ["salesbot", "certified"])
async def test_the_database_is_trusted_by_its_authority_and_name(
    secured: Secured, tmp_path: Path, database: str
) -> None:
    ours = {
        "DATABASE_URL": secured.postgres.url(database),
        "DATABASE_TLS_CA_FILE": str(secured.authority.file),
        "DATABASE_TLS_CERT_FILE": str(secured.client.cert),
        "DATABASE_TLS_KEY_FILE": str(secured.client.key),
    }
    async with connected(ours) as connection:
        is_encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        assert await connection.scalar(sa.text(is_encrypted))
    refused = [ours | {"DATABASE_TLS_CA_FILE": others(secured, tmp_path)}]
    refused += [ours | {"DATABASE_URL": ours["DATABASE_URL"].replace(LOOPBACK, "localhost")}]
    if database == "certified":
        refused += [ours | {"DATABASE_TLS_CERT_FILE": "", "DATABASE_TLS_KEY_FILE": ""}]
    for variables in refused:
        with pytest.raises(DatabaseUnavailable):
            async with connected(variables):
                pass


async def test_redis_is_trusted_by_its_authority_and_name(secured: Secured, tmp_path: Path) -> None:
    ours = secured.stores()
    await ping_redis(ours)
    refused = (
        {"REDIS_TLS_CA_FILE": others(secured, tmp_path)},
        {"REDIS_URL": ours["REDIS_URL"].replace(LOOPBACK, "localhost")},
        {"REDIS_TLS_CERT_FILE": "", "REDIS_TLS_KEY_FILE": ""},
        {"REDIS_URL": ours["REDIS_URL"].replace("salesbot", "somebody")},
    )
    for other in refused:
        with pytest.raises(RedisUnavailable):
            await ping_redis(ours | other)


def others(secured: Secured, folder: Path) -> str:
    """An authority that vouched for none of the servers."""
    return str(Authority.new(folder, "others").file)


@asynccontextmanager
async def connected(variables: Mapping[str, str]) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(settings_of(DatabaseSettings, variables))
    try:
        await ping(engine)
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def ping_redis(variables: Mapping[str, str]) -> None:
    async with make_redis(settings_of(ServiceSettings, variables)) as redis:
        with translate_redis_errors():
            await redis.set("tests", "1")


async def read_to_the_end(consumer: AIOKafkaConsumer) -> list[Record]:
    """Every record that the topic of a consumer holds now."""
    records: list[Record] = []
    async with consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(home) < end for home, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records += batch
    return records

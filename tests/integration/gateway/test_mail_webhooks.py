"""A mail that is delivered stands in Kafka, sealed, once; a large one is read too."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from chassis.kafka.record import Record, parse_as
from chassis.kafka.sealing import sealing_with
from chassis.mail import MailTokens
from contracts.events import MailReceived
from devstack.services import ServiceProcess
from tests.integration.gateway.conftest import StartGateway
from tests.support.infrastructure import DATA_KEY_SECRET, Infrastructure
from tests.support.mail_deliverers import RAW_SECRET, Raw
from tests.support.streams import data_keys_of
from tests.support.topics import records_until

pytestmark = pytest.mark.slow
MAIL_SECRET = "the secret of the mails of this test"
TOKENS = MailTokens((MAIL_SECRET,))


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> ServiceProcess:
    return start_gateway(MAIL_IN_RAW_SECRET=RAW_SECRET, MAIL_SECRET=MAIL_SECRET)


def deliver(gateway: ServiceProcess, mail: bytes, by: Raw) -> httpx2.Response:
    body, headers = by.request(mail)
    return httpx2.post(f"{gateway.url}/webhooks/email/raw", content=body, headers=headers, timeout=30)


async def received(infra: Infrastructure, conversation_id: object) -> tuple[list[Record], list[MailReceived]]:
    """The records of a conversation, and what they say to whoever has its key."""
    key = str(conversation_id).encode()

    def is_there(records: Sequence[Record]) -> bool:
        return any(record.key == key for record in records)

    found = await records_until(infra.kafka_bootstrap, MailReceived.topic, is_there)
    records = [record for record in found if record.key == key]
    keys = data_keys_of({"DATABASE_URL": infra.database_url, "DATA_KEY_SECRET": DATA_KEY_SECRET})
    async with sealing_with(keys) as sealing:
        opened = await sealing.read(records)
    return records, [parse_as(MailReceived, record).data for record in opened]


async def test_a_mail_is_published_once_and_sealed(gateway: ServiceProcess, infra: Infrastructure) -> None:
    conversation_id, by = uuid4(), Raw(at=datetime.now(UTC))
    address = TOKENS.address("maya@reply.brightlane.example", conversation_id)
    mail = f"From: dana@northwind.example\r\nTo: {address}\r\n\r\nWe are fourteen people.".encode()

    answers = [deliver(gateway, mail, by) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    records, said = await received(infra, conversation_id)
    assert [each.reply for each in said] == ["We are fourteen people."]
    assert all(b"fourteen" not in (record.value or b"") for record in records)


async def test_a_mail_of_thirty_megabytes_is_read_without_its_attachments(
    gateway: ServiceProcess, infra: Infrastructure
) -> None:
    conversation_id, by = uuid4(), Raw(at=datetime.now(UTC))
    attached = base64.encodebytes(bytes(21_000_000))
    mail = b"".join(
        (
            b"From: dana@northwind.example\r\nSubject: Plans\r\nIn-Reply-To: ",
            TOKENS.message_id(conversation_id, "1", "mail.brightlane.example").encode(),
            b"\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nSee the plans.\r\n--q\r\n",
            b"Content-Type: application/pdf; name=plans.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            attached,
            b"--q--\r\n",
        )
    )

    assert deliver(gateway, mail, by).status_code == 200

    records, said = await received(infra, conversation_id)
    assert (said[0].reply, said[0].attachments[0].size_bytes) == ("See the plans.", 21_000_000)
    assert len(records[0].value or b"") < 10_000

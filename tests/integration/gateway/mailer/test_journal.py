"""What a mailer noted before it was killed tells what became of its mails, and nothing else is concluded."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.gateway.mailer.adapters import AttemptJournal, PostgresOutbox, attempt_journal
from services.gateway.mailer.domain import Accepted, Claim, Deferred, Outcome, Refused, Unanswered
from services.gateway.mailer.ports import DeliveryRecord, JournalEntry
from tests.integration.gateway.mailer.conftest import SettableClock, sending
from tests.support.mail_server import MailServer
from tests.support.outgoing_mails import LEASE, PACE, a_mail
from tests.support.waiting import until


@dataclass
class Mailers:
    """One that is going to be killed, and another one that looks after its mails."""

    outbox: PostgresOutbox
    another: PostgresOutbox
    folder: Path

    def __post_init__(self) -> None:
        self.journal = AttemptJournal(self.folder, self.outbox.holder)

    async def begin(self) -> tuple[Claim, JournalEntry]:
        """One mail of which all but the end is with the server."""
        await self.outbox.add([a_mail()])
        (claim,) = await self.outbox.claim(1, PACE)
        entry = self.journal.begin(claim)
        assert entry is not None
        assert await self.outbox.hand_over(claim)
        return claim, entry

    def kill(self) -> None:
        """What the system does with the files of a process that is gone."""
        assert self.journal._file is not None
        os.close(self.journal._file)

    async def look_after(self) -> int:
        journal = AttemptJournal(self.folder, self.another.holder)
        return sum([await self.another.settle_ended(noted) for noted in journal.ended()])

    async def claim(self) -> list[Claim]:
        """What the other one sends next."""
        return list(await self.another.claim(9, PACE))

    async def only(self) -> DeliveryRecord:
        """The one mail there is."""
        (record,) = await self.another.listed(doubtful=False, limit=10)
        return record

    def files(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def mailers(outbox: PostgresOutbox, another: PostgresOutbox, tmp_path: Path) -> Mailers:
    return Mailers(outbox, another, tmp_path)


async def test_a_mail_whose_end_was_not_written_is_sent_by_the_next_process_at_once(mailers: Mailers) -> None:
    lost, _ = await mailers.begin()
    mailers.kill()

    assert await mailers.look_after() == 0

    (again,) = await mailers.claim()
    assert again.delivery == lost.delivery
    assert not mailers.files()


@pytest.mark.parametrize(
    ("outcome", "ending"),
    [
        (None, ("sent", True)),
        (Unanswered("no answer"), ("sent", True)),
        (Accepted("250 OK"), ("sent", False)),
        (Refused("550 no"), ("refused", False)),
        (Deferred("451 later"), ("waiting", False)),
    ],
)
async def test_a_mail_whose_end_was_written_is_as_the_server_answered(
    mailers: Mailers, outcome: Outcome | None, ending: tuple[str, bool]
) -> None:
    _, entry = await mailers.begin()
    entry.note_ending()
    if outcome is not None:
        entry.note(outcome)
    mailers.kill()

    assert await mailers.look_after() == ending[1]

    record = await mailers.only()
    assert (record.status, record.is_doubtful) == ending
    assert not await mailers.claim()


async def test_what_was_claimed_and_not_begun_is_free_at_once(mailers: Mailers) -> None:
    await mailers.begin()
    await mailers.outbox.add([later := a_mail("else@clinic.example")])
    (claimed,) = await mailers.outbox.claim(1, PACE)
    mailers.kill()
    await mailers.look_after()

    # A statement that was on its way when its process was killed comes too late.
    assert not await mailers.outbox.hand_over(claimed)
    assert later in [claim.delivery for claim in await mailers.claim()]


async def test_a_doubt_ends_when_the_journal_is_found_later(mailers: Mailers, clock: SettableClock) -> None:
    await mailers.begin()
    mailers.kill()
    clock.pass_by(seconds=LEASE.total_seconds() * 1.1)
    assert await mailers.another.settle_lost() == 1

    await mailers.look_after()

    assert len(await mailers.claim()) == 1


async def test_a_process_that_lives_is_left_alone(mailers: Mailers) -> None:
    claim, entry = await mailers.begin()
    await mailers.look_after()

    assert not await mailers.claim()
    await mailers.outbox.settle(claim, Accepted("250 OK"))
    entry.close()
    assert (await mailers.only()).status == "sent"


@pytest.mark.parametrize("boot", ["another run of the machine", ""])
async def test_after_a_crash_of_the_machine_nothing_is_concluded(
    mailers: Mailers, monkeypatch: pytest.MonkeyPatch, boot: str
) -> None:
    await mailers.begin()
    mailers.kill()
    monkeypatch.setattr(attempt_journal, "_boot_id", lambda: boot)

    assert await mailers.look_after() == 1
    assert (await mailers.only()).is_doubtful


@pytest.mark.parametrize("content", [b"", b"[]", b"{}" * 99, b'{"boot": 1}'.ljust(128) + b'{"mail": "x"}'])
async def test_a_file_that_is_none_proves_nothing(mailers: Mailers, content: bytes) -> None:
    await mailers.begin()
    mailers.kill()
    mailers.files()[0].write_bytes(content)

    assert await mailers.look_after() == 1


async def test_a_slot_is_used_again_and_tells_of_its_last_attempt(mailers: Mailers) -> None:
    for _ in range(3):
        claim, entry = await mailers.begin()
        entry.note_ending()
        entry.note(Accepted("250 OK"))
        await mailers.outbox.settle(claim, Accepted("250 OK"))
        entry.close()
    await mailers.begin()
    mailers.kill()

    assert mailers.files()[0].stat().st_size == 2 * 128
    await mailers.look_after()
    assert len(await mailers.claim()) == 1


async def test_without_a_folder_mails_are_sent_all_the_same(
    outbox: PostgresOutbox, mail_server: MailServer
) -> None:
    await outbox.add([a_mail(subject="Hello")])
    async with sending(outbox, mail_server.url):
        await until(lambda: mail_server.subjects("dana@clinic.example") == ["Hello"])

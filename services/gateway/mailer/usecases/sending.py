"""Send the mails that are due: each once, and none lost, wherever the process is killed.

    waiting -> handing_over -> sent | refused

`handing_over` is committed when the whole mail but its end is with the server, and the end is written next.
A process that is killed before has sent nothing. Of one that is killed after, its journal tells: only a mail
whose end was written and not answered is doubtful. Decisions 0050 and 0059 have the reasons.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, get_args

import structlog

from chassis import metrics
from chassis.errors import TransientError, describe
from services.gateway.mailer.domain import Accepted, Claim, Deferred, Outcome, Refused, Unanswered
from services.gateway.mailer.errors import MailServerUnavailable, ServerFault
from services.gateway.mailer.ports import Journal, JournalEntry, MailServer, Outbox, Pace

logger = structlog.get_logger()

_ENDINGS: Final = {Accepted: "sent", Deferred: "deferred", Refused: "refused", Unanswered: "doubtful"}
_RETRY_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
# An attempt that has begun ends by itself within a moment, in the usual case.
_DRAIN_S: Final = 8.0


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends what is due, several mails at a time. `run` has to run in the background.

    Args:
        at_once: how many connections to the mail server may be open.
        look_every_s: how often it looks for mails that others have queued.
        keep_every_s: how often it says that it still works on what it has claimed.
    """

    outbox: Outbox
    server: MailServer
    journal: Journal
    pace: Pace
    at_once: int
    look_every_s: float
    keep_every_s: float
    _queued: asyncio.Event = field(default_factory=asyncio.Event)
    _working: dict[asyncio.Task[None], Claim] = field(default_factory=dict)
    _pause_s: float = 0.0

    def notice(self) -> None:
        """Something was queued: look at once."""
        self._queued.set()

    async def run(self) -> None:
        """Send until cancelled; attempts that have begun are then given a moment to end."""
        working = self._working
        try:
            while True:
                self._queued.clear()
                for claim in await self._claim():
                    working[asyncio.create_task(self._attempt(claim))] = claim
                await self._wait()
                for task in [task for task in working if task.done()]:
                    del working[task]
                    # A fault of ours ends the sender, which is restarted; its mail comes again later.
                    task.result()
        finally:
            await _drain(set(working))
            working.clear()

    async def look_after_claims(self) -> None:
        """Keep what is being sent, and settle what died with other processes; until cancelled."""
        while True:
            try:
                await self._look_once()
            except TransientError as error:
                logger.warning("mails_not_looked_after", error=describe(error))
            await asyncio.sleep(self.keep_every_s)

    async def _look_once(self) -> None:
        await self.outbox.keep_claims(list(self._working.values()))
        lost = 0
        for noted in self.journal.ended():
            lost += await self.outbox.settle_ended(noted)
            self.notice()
        lost += await self.outbox.settle_lost()
        if lost:
            metrics.MAILS.labels("doubtful").inc(lost)
            logger.warning("mails_doubtful", mails=lost)
        backlog = await self.outbox.backlog()
        metrics.MAILS_WAITING.set(backlog.waiting)
        metrics.MAILS_OLDEST_AGE.set(backlog.oldest_s)
        metrics.MAILS_DOUBTFUL.set(backlog.doubtful)

    async def _claim(self) -> list[Claim]:
        free = (1 if self._pause_s else self.at_once) - len(self._working)
        if free <= 0:
            return []
        try:
            return list(await self.outbox.claim(free, self.pace))
        except TransientError as error:
            logger.warning("mails_not_claimed", error=describe(error))
            return []

    async def _wait(self) -> None:
        """Until an attempt has ended, something was queued, or it is time to look again."""
        queued = asyncio.create_task(self._queued.wait())
        try:
            timeout_s = self._pause_s or self.look_every_s
            if self._pause_s:
                # The server is away: whoever queues a mail does not bring it back.
                await asyncio.sleep(timeout_s)
            else:
                await asyncio.wait(
                    {queued, *self._working}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            queued.cancel()

    async def _attempt(self, claim: Claim) -> None:
        entry = self.journal.begin(claim)
        outcome = await self._outcome(claim, entry)
        if entry is not None:
            entry.note(outcome)
        metrics.MAILS.labels(_ENDINGS[type(outcome)]).inc()
        logger.info(
            "mail_attempted",
            delivery_id=str(claim.delivery.delivery_id),
            conversation_id=str(claim.delivery.conversation_id),
            ending=_ENDINGS[type(outcome)],
            attempt=claim.attempt,
        )
        while True:
            try:
                await self.outbox.settle(claim, outcome)
            except TransientError as error:
                # The claim lasts while we live; a process that dies here leaves a doubtful mail.
                logger.warning("mail_not_settled", error=describe(error))
                await asyncio.sleep(_RETRY_S)
            else:
                break
        if entry is not None:
            entry.close()

    async def _outcome(self, claim: Claim, entry: JournalEntry | None) -> Outcome:
        async def hand_over() -> bool:
            is_ours = await self.outbox.hand_over(claim)
            if is_ours and entry is not None:
                entry.note_ending()
            return is_ours

        try:
            outcome = await self.server.send(claim.delivery, hand_over)
        except MailServerUnavailable as error:
            self._pause_s = min(_LONGEST_PAUSE_S, max(1.0, self._pause_s * 2))
            logger.warning(
                "mail_server_unavailable", fault=error.fault, error=describe(error), pause_s=self._pause_s
            )
            _export_fault(error.fault)
            return Deferred(describe(error), is_due=True)
        except TransientError as error:
            return Deferred(describe(error))
        self._pause_s = 0.0
        _export_fault(None)
        return outcome


def _export_fault(present: ServerFault | None) -> None:
    for fault in get_args(ServerFault):
        metrics.MAIL_SERVER_FAULT.labels(fault).set(fault == present)


async def _drain(running: set[asyncio.Task[None]]) -> None:
    if running:
        _, late = await asyncio.wait(running, timeout=_DRAIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

"""Remind a visitor who went silent: once, by day, and only where they agreed and nothing was heard since."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import structlog

from chassis import metrics
from contracts.cloudevent import CloudEvent, Event, derive_id
from contracts.events import (
    ConversationClosed,
    ConversationStalled,
    DemoBooked,
    DemoRescheduled,
    FollowUpAllowed,
    FollowUpRevoked,
    SpeakerChanged,
    TurnReceived,
)
from services.gateway.mailer.domain import (
    Delivery,
    Draft,
    FollowUp,
    FollowUpLimits,
    QuietHours,
    StopReason,
    ThreadPlace,
    place_of_follow_up,
    reason_against,
)
from services.gateway.mailer.ports import (
    Composer,
    FollowUpWords,
    MailPorts,
    Progress,
    SentBeforeOf,
    Transition,
)

logger = structlog.get_logger()

_AT_ONCE: Final = 50
_REASONS: Final[dict[type[Event], StopReason]] = {ConversationClosed: "closed", SpeakerChanged: "person"}


async def note_consent(event: CloudEvent[FollowUpAllowed], ports: MailPorts) -> None:
    """The visitor agreed to one mail; safe to repeat."""
    consent = event.data.consent
    await _note(event.data, lambda known: known.allowed(consent, event.time), ports, begins=True)


async def note_revocation(event: CloudEvent[FollowUpRevoked], ports: MailPorts) -> None:
    """The visitor took that back; safe to repeat."""
    await _note(event.data, lambda known: known.revoked(event.time), ports, begins=True)


async def note_turn(event: CloudEvent[TurnReceived], ports: MailPorts) -> None:
    """The visitor wrote, and may be known by a proven address; safe to repeat."""
    visitor = event.data.visitor
    if visitor is not None and visitor.is_verified and visitor.email is not None:
        await ports.threads.note_identity(event.data.conversation_id, visitor.email)
    await _note(event.data, lambda known: known.heard(event.time), ports)


async def note_demo(event: CloudEvent[DemoBooked] | CloudEvent[DemoRescheduled], ports: MailPorts) -> None:
    """The visitor booked a demo, or moved it; safe to repeat."""
    await _note(event.data, lambda known: known.booked(event.time), ports, begins=True)


async def note_silence(event: CloudEvent[ConversationStalled], ports: MailPorts) -> None:
    """The visitor went silent; safe to repeat."""
    stalled, sequence = event.data, event.sequence or 0

    def transition(known: FollowUp) -> FollowUp:
        return known.stalled(
            stalled.stage,
            stalled.silent_since,
            sequence=sequence,
            at=event.time,
            language=stalled.language,
        )

    await _note(stalled, transition, ports, begins=True)


async def note_progress(event: CloudEvent[Event], ports: MailPorts) -> None:
    """Dialogue told something else of the conversation; safe to repeat."""
    reason = _REASONS.get(type(event.data), "went_on")
    await _note(event.data, lambda known: known.went_on(event.sequence or 0, reason), ports)


async def _note(said: Event, transition: Transition, ports: MailPorts, *, begins: bool = False) -> None:
    changed = await ports.follow_ups.change(said.conversation_id, transition, begins=begins)
    if changed is not None:
        before, after = changed
        if before.is_open and after.status == "stopped":
            metrics.FOLLOW_UPS.labels(after.reason).inc()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSender:
    """Writes the mails whose time has come. `look` is repeated in the background, by every process.

    Args:
        ports: as for the consumers; it has a composer.
        words: what the mails say.
        progress: how far the consumers have come.
        quiet: when nobody is written to.
        limits: how many mails there may be.
    """

    ports: MailPorts
    composer: Composer
    words: FollowUpWords
    progress: Progress
    quiet: QuietHours
    limits: FollowUpLimits

    async def look(self) -> None:
        """Decide about every mail that is due. Safe at any moment in any number of processes.

        Raises:
            TransientError: not all is done; look again.
        """
        follow_ups = self.ports.follow_ups
        for ending, mails in (await follow_ups.settle()).items():
            metrics.FOLLOW_UPS.labels(ending).inc(mails)
        await follow_ups.take_back()
        metrics.FOLLOW_UPS_OLDEST_AGE.set(await follow_ups.oldest_due_s())
        if not (due := await follow_ups.due(_AT_ONCE)):
            return
        # What was published while this process was away decides as well.
        await self.progress.catch_up()
        for conversation_id in due:
            await self._decide(conversation_id)

    async def _decide(self, conversation_id: UUID) -> None:
        thread = await self.ports.threads.place_of(conversation_id, ())

        async def decide(known: FollowUp, sent_before: SentBeforeOf) -> tuple[FollowUp, Delivery | None]:
            return await self._decided(known, thread, sent_before)

        after = await self.ports.follow_ups.decide(conversation_id, decide, within=self.limits.within)
        if after is None or after.status == "waiting":
            return
        metrics.FOLLOW_UPS.labels(after.reason or "queued").inc()
        logger.info(
            "follow_up_decided", conversation_id=str(conversation_id), ending=after.reason or "queued"
        )
        self.ports.notice()

    async def _decided(
        self, known: FollowUp, thread: ThreadPlace | None, sent_before: SentBeforeOf
    ) -> tuple[FollowUp, Delivery | None]:
        now, zone = self.ports.clock(), known.consent.timezone if known.consent else None
        place = place_of_follow_up(known, thread)
        before = await sent_before(place.recipient if place else None)
        against = reason_against(known, before, self.limits, has_place=place is not None, now=now)
        if against is not None or place is None:
            return known.stopped(against or "no_consent"), None
        opens_at = self.quiet.next_open(now, zone)
        if opens_at > now:
            return known.postponed(opens_at), None
        mail = self.composer.compose(self._draft(known, place))
        return known.queued(self.quiet.closes_at(now, zone)), mail

    def _draft(self, known: FollowUp, place: ThreadPlace) -> Draft:
        assert known.stage is not None and known.silent_since is not None, "whoever is due went silent"
        place = replace(place, language=known.language or place.language)
        written = self.words.write(known.conversation_id, known.stage, place)
        return Draft(
            # The same mail, also where it is written once more.
            delivery_id=derive_id(known.conversation_id, f"follow-up/{known.silent_since.isoformat()}"),
            conversation_id=known.conversation_id,
            kind="follow_up",
            place=replace(place, subject=written.subject) if place.is_beginning else place,
            text=written.text,
        )

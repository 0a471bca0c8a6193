"""The one mail to a visitor who went silent: when it is due, and all that stops it. Pure transitions.

Events come again, and between topics in any order. Whatever happened after the silence began stops the mail.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from contracts.values import Consent, Stage
from services.gateway.mailer.domain.outgoing import ThreadPlace

FollowUpStatus = Literal["idle", "waiting", "queued", "sent", "stopped"]
"""`waiting` for its time, `queued` to be sent, and how that ended; `idle` while nobody is silent."""
StopReason = Literal[
    "answered", "went_on", "booked", "closed", "person", "revoked",
    "no_consent", "suppressed", "capped", "late", "refused",
]  # fmt: skip

# Whoever is reminded after so long does not know any more of what.
_LATEST: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is known of a conversation, as far as it decides whether its visitor is reminded.

    `sequence` is that of dialogue's newest event. `closes_at` is when a queued mail must not go out any more.
    """

    conversation_id: UUID
    consent: Consent | None = None
    consented_at: datetime | None = None
    revoked_at: datetime | None = None
    sequence: int = 0
    heard_at: datetime | None = None
    booked_at: datetime | None = None
    stage: Stage | None = None
    language: str | None = None
    silent_since: datetime | None = None
    status: FollowUpStatus = "idle"
    reason: StopReason | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether a mail may still go out."""
        return self.status in ("waiting", "queued")

    def allowed(self, consent: Consent, at: datetime) -> "FollowUp":
        """The visitor agreed; what they said last counts."""
        if _is_after(self.revoked_at, at) or _is_after(self.consented_at, at):
            return self
        after = replace(self, consent=consent, consented_at=at)
        if self.reason == "no_consent":
            return replace(after, status="waiting", reason=None, due_at=at)
        return after

    def revoked(self, at: datetime) -> "FollowUp":
        """The visitor took it back, and the address with it."""
        if _is_after(self.consented_at, at):
            return self
        return replace(self, consent=None, revoked_at=at).stopped("revoked")

    def heard(self, at: datetime) -> "FollowUp":
        """The visitor wrote, by whatever channel."""
        after = replace(self, heard_at=max(at, self.heard_at or at))
        return after.stopped("answered") if _is_after(at, self.silent_since) else after

    def booked(self, at: datetime) -> "FollowUp":
        """The visitor booked a demo."""
        after = replace(self, booked_at=max(at, self.booked_at or at))
        return after.stopped("booked") if _is_after(at, self.silent_since) else after

    def went_on(self, sequence: int, reason: StopReason) -> "FollowUp":
        """Dialogue told something else of the conversation."""
        if sequence <= self.sequence:
            return self
        return replace(self, sequence=sequence).stopped(reason)

    def stalled(
        self, stage: Stage, since: datetime, *, sequence: int, at: datetime, language: str | None
    ) -> "FollowUp":
        """The visitor went silent, unless something was heard of them since."""
        if sequence <= self.sequence:
            return self
        silent = replace(
            self, sequence=sequence, stage=stage, silent_since=since, language=language,
            status="waiting", reason=None, due_at=at, closes_at=None,
        )  # fmt: skip
        if _is_after(self.heard_at, since):
            return silent.stopped("answered")
        return silent.stopped("booked") if _is_after(self.booked_at, since) else silent

    def stopped(self, reason: StopReason) -> "FollowUp":
        """Without effect where no mail was to go out."""
        return replace(self, status="stopped", reason=reason, due_at=None) if self.is_open else self

    def postponed(self, until: datetime) -> "FollowUp":
        """It waits, until people may be written to again."""
        return replace(self, status="waiting", due_at=until, closes_at=None)

    def queued(self, closes_at: datetime) -> "FollowUp":
        """Its mail is written, and goes out before then."""
        return replace(self, status="queued", due_at=None, closes_at=closes_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpLimits:
    """At most so many mails of this kind to one conversation, and to one address, in `within`."""

    per_conversation: int
    per_address: int
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBefore:
    """What was sent lately, and whether the recipient wants no mails."""

    to_conversation: int
    to_address: int
    is_suppressed: bool


def place_of_follow_up(known: FollowUp, thread: ThreadPlace | None) -> ThreadPlace | None:
    """Where the mail goes: into the thread of the conversation, else to the address of the consent.

    Who writes to us by mail may be written to once in the same thread, unless they have taken that back.
    """
    if known.consent is None:
        return thread if known.revoked_at is None else None
    if thread is not None:
        return thread
    return ThreadPlace(
        recipient=known.consent.email,
        subject="",
        message_id=None,
        references=(),
        language=known.language or known.consent.language,
        is_beginning=True,
    )


def reason_against(
    known: FollowUp, before: SentBefore, limits: FollowUpLimits, *, has_place: bool, now: datetime
) -> StopReason | None:
    """Why no mail goes out now; None where nothing speaks against it."""
    if not has_place:
        return "no_consent" if known.revoked_at is None else "revoked"
    if before.is_suppressed:
        return "suppressed"
    if before.to_conversation >= limits.per_conversation or before.to_address >= limits.per_address:
        return "capped"
    return "late" if known.silent_since is None or now - known.silent_since > _LATEST else None


def _is_after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other

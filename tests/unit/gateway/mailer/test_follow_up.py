"""A visitor who went silent is reminded once, unless anything was heard of them since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from contracts.values import Consent, Stage
from services.gateway.mailer.domain import (
    FollowUp,
    FollowUpLimits,
    SentBefore,
    ThreadPlace,
    place_of_follow_up,
    reason_against,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = Consent(email="dana@clinic.example", wording="One mail.", source="widget", language="de")
NOTHING = FollowUp(conversation_id=UUID(int=7))
LIMITS = FollowUpLimits(per_conversation=1, per_address=1, within=30 * DAY)
THREAD = ThreadPlace(recipient="lee@clinic.example", subject="Hi", message_id="<1@x.example>", references=())
Change = Callable[[FollowUp], FollowUp]


def stalled(known: FollowUp, *, sequence: int = 5, since: datetime = NOON) -> FollowUp:
    return known.stalled(Stage.SCOPE, since, sequence=sequence, at=since + DAY, language=None)


ALLOWED = NOTHING.allowed(CONSENT, NOON)
SILENT = stalled(ALLOWED)


def test_who_agreed_and_goes_silent_is_reminded() -> None:
    assert (SILENT.status, SILENT.due_at, SILENT.stage) == ("waiting", NOON + DAY, Stage.SCOPE)
    assert place_of_follow_up(SILENT, None).recipient == "dana@clinic.example"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda known: known.heard(NOON + 2 * DAY), "answered"),
        (lambda known: known.booked(NOON + 2 * DAY), "booked"),
        (lambda known: known.revoked(NOON + 2 * DAY), "revoked"),
        (lambda known: known.went_on(6, "closed"), "closed"),
        (lambda known: known.went_on(6, "person"), "person"),
        (lambda known: known.went_on(6, "went_on"), "went_on"),
    ],
)
@pytest.mark.parametrize("known", [SILENT, SILENT.queued(NOON + 3 * DAY)])
def test_whatever_happens_since_stops_it(known: FollowUp, happens: Change, reason: str) -> None:
    after = happens(known)
    assert (after.status, after.reason) == ("stopped", reason)
    assert happens(after) == after


@pytest.mark.parametrize(
    "happened",
    [
        lambda known: known.heard(NOON - DAY),
        lambda known: known.booked(NOON - DAY),
        lambda known: known.went_on(5, "closed"),
        lambda known: known.went_on(4, "person"),
        lambda known: known.revoked(NOON - DAY),
        stalled,
    ],
)
def test_what_happened_before_and_what_comes_again_does_not(happened: Change) -> None:
    assert happened(SILENT).status == "waiting"


def test_between_topics_any_order_ends_the_same() -> None:
    def answered(known: FollowUp) -> FollowUp:
        return known.heard(NOON + 2 * DAY)

    def booked(known: FollowUp) -> FollowUp:
        return known.booked(NOON + 2 * DAY)

    for happens in (answered, booked):
        for order in permutations([lambda known: known.allowed(CONSENT, NOON), stalled, happens]):
            known = NOTHING
            for change in order:
                known = change(known)
            assert known.status == "stopped"


def test_another_silence_is_another_mail_and_an_old_one_is_overtaken() -> None:
    back = SILENT.heard(NOON + 2 * DAY).went_on(6, "went_on")
    assert stalled(back).status == "stopped"
    again = stalled(back, sequence=7, since=NOON + 3 * DAY)
    assert (again.status, again.silent_since) == ("waiting", NOON + 3 * DAY)


def test_the_newest_word_about_the_consent_counts() -> None:
    revoked = ALLOWED.revoked(NOON + DAY)
    assert revoked.consent is None
    assert revoked.allowed(CONSENT, NOON) == revoked
    assert revoked.allowed(CONSENT, NOON + 2 * DAY).consent == CONSENT
    other = CONSENT.model_copy(update={"email": "new@clinic.example"})
    assert ALLOWED.allowed(other, NOON + DAY).allowed(CONSENT, NOON).consent == other


def test_who_agrees_after_the_silence_was_noted_is_reminded_all_the_same() -> None:
    unasked = stalled(NOTHING).stopped("no_consent")
    assert unasked.allowed(CONSENT, NOON + 2 * DAY).status == "waiting"
    assert SILENT.heard(NOON + 2 * DAY).allowed(CONSENT, NOON + 3 * DAY).status == "stopped"


def test_an_address_alone_is_no_consent_and_a_mail_of_theirs_counts_for_one_in_its_thread() -> None:
    silent = stalled(NOTHING)
    assert place_of_follow_up(silent, None) is None
    assert place_of_follow_up(silent, THREAD) == THREAD
    assert place_of_follow_up(silent.revoked(NOON + 2 * DAY), THREAD) is None
    assert place_of_follow_up(SILENT, THREAD) == THREAD
    begun = place_of_follow_up(SILENT, None)
    assert begun is not None
    assert (begun.is_beginning, begun.language) == (True, "de")


NONE_SENT = SentBefore(to_conversation=0, to_address=0, is_suppressed=False)


@pytest.mark.parametrize(
    ("known", "before", "has_place", "reason"),
    [
        (SILENT, NONE_SENT, True, None),
        (SILENT, NONE_SENT, False, "no_consent"),
        (replace(SILENT, revoked_at=NOON), NONE_SENT, False, "revoked"),
        (SILENT, replace(NONE_SENT, is_suppressed=True), True, "suppressed"),
        (SILENT, replace(NONE_SENT, to_conversation=1), True, "capped"),
        (SILENT, replace(NONE_SENT, to_address=1), True, "capped"),
        (replace(SILENT, silent_since=NOON - 13 * DAY), NONE_SENT, True, "late"),
    ],
)
def test_what_speaks_against_it(
    known: FollowUp, before: SentBefore, has_place: bool, reason: str | None
) -> None:
    found = reason_against(known, before, LIMITS, has_place=has_place, now=NOON + 2 * DAY)
    assert found == reason

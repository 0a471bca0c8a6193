"""A demo ends the same in whatever order a calendar tells of it, and belongs to whom it should."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.cloudevent import CloudEvent, originate
from contracts.events import CalendarNotified, DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from contracts.read_model import Step
from contracts.values import LeadStatus
from services.booking.adapters import READERS
from services.booking.domain import demo_id_of
from services.booking.errors import DemoBelongsToAnother, DemoUnknown
from services.booking.usecases import (
    DemoDependencies,
    assign_demo,
    erase_conversation,
    forget_unmatched,
    note_address,
    take_notification,
)
from services.leadstore.domain.conversation import Conversation, fold
from services.leadstore.domain.funnel import steps_of
from tests.support.booking_fakes import InMemoryDemoStore
from tests.support.calcom_payloads import HOST, CalcomVisitor
from tests.support.calendly_payloads import EMAIL, EVENT_TYPE, STARTS, Visitor, invitee_uri, sample
from tests.unit.booking.builders import CONVERSATION, NOW, SECRET, InMemoryIssuedLinks, single_use

OURS = Visitor(CONVERSATION, SECRET)
STRANGER = Visitor()
MOVED = {
    "booked": OURS.created("A"),
    "half": OURS.canceled("A", moved_to="B"),
    "other half": OURS.created("B", instead_of="A"),
}
ENDS = {
    "moved": (MOVED, LeadStatus.BOOKED, "B"),
    "canceled": ({"booked": OURS.created(), "canceled": OURS.canceled()}, LeadStatus.CANCELED, None),
    "moved, then canceled": (
        MOVED | {"canceled": OURS.canceled("B", instead_of="A")},
        LeadStatus.CANCELED,
        None,
    ),
    "moved because the host asked": (
        MOVED | {"half": OURS.canceled("A", by="host")},
        LeadStatus.BOOKED,
        "B",
    ),
    "moved, tracked in the first half only": (
        MOVED | {"other half": STRANGER.created("B", instead_of="A")},
        LeadStatus.BOOKED,
        "B",
    ),
}

CALCOM = CalcomVisitor(CONVERSATION, SECRET)
UNTRACKED = CalcomVisitor()
CALCOM_ENDS = {
    "moved": ({"booked": CALCOM.created(), "moved": CALCOM.moved()}, LeadStatus.BOOKED, "B"),
    "canceled": ({"booked": CALCOM.created(), "canceled": CALCOM.canceled()}, LeadStatus.CANCELED, None),
    "moved, then canceled": (
        {"booked": CALCOM.created(), "moved": CALCOM.moved(), "canceled": CALCOM.canceled("B")},
        LeadStatus.CANCELED,
        None,
    ),
    "moved because the host asked": (
        {"booked": CALCOM.created(), "canceled": CALCOM.canceled("A", by=HOST), "moved": CALCOM.moved()},
        LeadStatus.BOOKED,
        "B",
    ),
    "moved, tracked in the first booking only": (
        {"booked": CALCOM.created(), "moved": UNTRACKED.moved()},
        LeadStatus.BOOKED,
        "B",
    ),
}
CASES = [("calendly", name) for name in ENDS] + [("calcom", name) for name in CALCOM_ENDS]


def following(store: InMemoryDemoStore, **changes: Any) -> DemoDependencies:
    known = {"store": store, "announcer": store, "readers": READERS, "secret": SECRET, "clock": lambda: NOW}
    known |= {"issued": InMemoryIssuedLinks()}
    return DemoDependencies(**{**known, **changes})


def notified(body: dict[str, Any], provider: str = "calendly") -> CloudEvent[CalendarNotified]:
    data = CalendarNotified(conversation_id=uuid4(), provider=provider, notification=body)
    return originate(data, event_id=uuid4(), source="gateway", time=NOW)


async def told(
    *bodies: dict[str, Any], store: InMemoryDemoStore | None = None, by: str = "calendly", **how: Any
) -> InMemoryDemoStore:
    store = store or InMemoryDemoStore()
    for body in bodies:
        await take_notification(notified(body, by), following(store, **how))
    return store


def lead_of(store: InMemoryDemoStore, conversation_id: UUID = CONVERSATION) -> Conversation:
    """As leadstore sees it."""
    conversation = Conversation(id=conversation_id)
    for event in store.events:
        if event.data.conversation_id == conversation_id:
            conversation = fold(conversation, event)
    return conversation


def kinds(store: InMemoryDemoStore) -> list[type]:
    return [type(event.data) for event in store.events]


def orders(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every order of these, each twice."""
    left = dict.fromkeys(names, 2)

    def continue_with(done: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        rest = [name for name, times in left.items() if times]
        if not rest:
            yield done
        for name in rest:
            left[name] -= 1
            yield from continue_with((*done, name))
            left[name] += 1

    return continue_with(())


@pytest.mark.parametrize(("provider", "case"), CASES)
async def test_in_every_order_and_each_twice_one_demo_comes_to_the_same_end(provider: str, case: str) -> None:
    deliveries, status, place = (ENDS if provider == "calendly" else CALCOM_ENDS)[case]
    starts_at = datetime.fromisoformat(STARTS[place]) if place else None
    tried = 0
    for order in orders(deliveries):
        store = await told(*(deliveries[name] for name in order), by=provider)
        lead = lead_of(store)
        standing = [each for each in lead.demos if each.end is None]
        seen = (lead.status, lead.demo_at, len(standing))
        assert seen == (status, starts_at, 1 if place else 0), order
        steps = [step for event in store.events for step in steps_of(event)]
        assert set(steps) == {Step.BOOKED}, order
        tried += 1
    assert tried == {2: 6, 3: 90, 4: 2520}[len(deliveries)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
async def test_calendlys_samples_are_one_demo_whose_parameters_prove_nothing(order: tuple[int, ...]) -> None:
    names = ("invitee_created", "reschedule_1_canceled", "reschedule_2_created", "invitee_canceled")
    store = await told(*(sample(names[place]) for place in order))

    assert len(store.demos) == 2
    assert store.events == []
    (unmatched, *_) = await store.unmatched(9)
    await assign_demo(unmatched.demo_id, CONVERSATION, following(store))
    assert kinds(store) == [DemoRescheduled]
    assert lead_of(store).status is LeadStatus.BOOKED


async def test_a_cancellation_that_is_half_of_a_new_time_is_none() -> None:
    in_order = await told(*MOVED.values())
    assert kinds(in_order) == [DemoBooked, DemoRescheduled]
    halves_first = await told(MOVED["half"], MOVED["other half"], MOVED["booked"])
    assert kinds(halves_first) == [DemoRescheduled]
    booked, moved = (event.data for event in in_order.events)
    assert (booked.demo_id, moved.previous_demo_id) == (demo_id_of("calendly", invitee_uri("A")),) * 2
    assert moved.starts_at == datetime.fromisoformat(STARTS["B"])


async def test_ids_follow_from_the_booking_so_that_whoever_is_told_again_knows_it() -> None:
    first, second = await told(OURS.created(), OURS.canceled()), await told(OURS.canceled(), OURS.created())
    assert [event.id for event in first.events] == [event.id for event in second.events]
    assert [event.time for event in first.events] == [event.time for event in second.events]
    canceled = first.events[1].data
    assert isinstance(canceled, DemoCanceled)
    assert (canceled.canceled_by, canceled.reason) == ("invitee", "Will rebook")


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_link_that_booked_a_demo_is_not_given_again(is_away: bool) -> None:
    links = InMemoryIssuedLinks()
    links.links[CONVERSATION] = single_use("d/1")
    links.is_away = is_away
    assert kinds(await told(OURS.created(), issued=links)) == [DemoBooked]
    assert bool(links.links) is is_away


async def test_a_visitor_who_did_not_come_may_have_come_after_all() -> None:
    store = await told(OURS.created(), OURS.missed())
    assert lead_of(store).demo_missed
    await told(OURS.missed(kind="deleted", at="2026-11-25T19:00"), OURS.missed(), store=store)

    assert kinds(store) == [DemoBooked, DemoNoShow, DemoNoShow]
    assert not lead_of(store).demo_missed
    assert lead_of(store).status is LeadStatus.BOOKED


async def test_edited_tracking_is_not_trusted_and_the_address_tells_whose_demo_it_is() -> None:
    forged = Visitor(CONVERSATION, b"not our secret at all")
    owner, store = uuid4(), InMemoryDemoStore()
    await note_address(owner, EMAIL.upper(), following(store))

    await told(forged.created(), store=store)

    (event,) = store.events
    assert event.data.conversation_id == owner
    assert EMAIL not in repr(store.invitations)


async def test_only_our_token_or_an_operator_proves_whose_demo_it_is() -> None:
    async def proofs(*bodies: dict[str, Any], by_operator: bool = False) -> list[bool]:
        store = InMemoryDemoStore()
        if not by_operator:
            await note_address(CONVERSATION, EMAIL, following(store))
        await told(*bodies, store=store)
        for demo in await store.unmatched(9):
            await assign_demo(demo.demo_id, CONVERSATION, following(store))
        return [event.data.is_proven for event in store.events]

    moved = STRANGER.created("B", instead_of="A")
    assert await proofs(STRANGER.created(), moved) == [False, False]
    assert await proofs(OURS.created(), moved) == [True, True]
    assert await proofs(STRANGER.created(), moved, by_operator=True) == [True]
    assert await proofs(STRANGER.created(), OURS.created("B", instead_of="A")) == [False, True]


async def test_an_address_that_a_website_has_signed_proves_whose_demo_it_is() -> None:
    visitor, stranger = uuid4(), uuid4()
    for is_booked_first in (True, False):
        store = await told(STRANGER.created()) if is_booked_first else InMemoryDemoStore()
        await note_address(visitor, EMAIL, following(store), is_verified=True)
        if not is_booked_first:
            # Whoever types it later takes nothing away.
            await note_address(stranger, EMAIL, following(store))
            await told(STRANGER.created(), store=store)
        await told(STRANGER.canceled(), store=store)
        assert [(each.data.conversation_id, each.data.is_proven) for each in store.events] == [
            (visitor, True)
        ] * 2


async def test_an_address_that_was_typed_is_proven_once_the_website_has_signed_it() -> None:
    store = InMemoryDemoStore()
    for is_verified in (False, True, False):
        await note_address(CONVERSATION, EMAIL, following(store), is_verified=is_verified)
    await told(STRANGER.created(), store=store)
    assert [event.data.is_proven for event in store.events] == [True]


async def test_what_becomes_of_a_demo_of_a_typed_address_is_not_proven() -> None:
    store = InMemoryDemoStore()
    await note_address(CONVERSATION, EMAIL, following(store))
    await told(STRANGER.created(), STRANGER.missed(), STRANGER.canceled(), store=store)
    assert {type(event.data): event.data.is_proven for event in store.events} == {
        DemoBooked: False, DemoNoShow: False, DemoCanceled: False,
    }  # fmt: skip


async def test_a_proof_makes_up_for_an_address() -> None:
    store = InMemoryDemoStore()
    await note_address(CONVERSATION, EMAIL, following(store))
    await told(STRANGER.created(), OURS.created(), store=store)
    assert [demo.matched_by for demo in store.demos.values()] == ["tracking"]
    await told(STRANGER.created("B", instead_of="A"), store=store)
    assert [event.data.is_proven for event in store.events] == [False, True]


async def test_what_nobody_knows_waits_until_its_address_is_given_or_an_operator_says() -> None:
    by_address = await told(STRANGER.created("A"), STRANGER.canceled("A", moved_to="B"))
    await told(STRANGER.created("B", instead_of="A"), store=by_address)
    assert by_address.events == []
    await note_address(CONVERSATION, EMAIL, following(by_address))
    assert lead_of(by_address).demo_at == datetime.fromisoformat(STARTS["B"])

    by_operator = await told(STRANGER.created())
    (unmatched,) = await by_operator.unmatched(10)
    for _ in range(2):
        await assign_demo(unmatched.demo_id, CONVERSATION, following(by_operator))
    assert kinds(by_operator) == [DemoBooked]
    assert await by_operator.unmatched(10) == []
    with pytest.raises(DemoBelongsToAnother):
        await assign_demo(unmatched.demo_id, uuid4(), following(by_operator))
    with pytest.raises(DemoUnknown):
        await assign_demo(uuid4(), CONVERSATION, following(by_operator))


async def test_other_meetings_of_the_company_are_no_demos_unless_our_link_led_there() -> None:
    others = frozenset({"https://api.calendly.com/event_types/ANOTHER"})
    ours, neither = frozenset({EVENT_TYPE}), await told(STRANGER.created(), event_types=others)
    assert neither.demos == {}
    assert len((await told(STRANGER.created(), event_types=ours)).demos) == 1
    assert kinds(await told(OURS.created(), event_types=others)) == [DemoBooked]


async def test_an_erased_visitor_has_no_demo_left_and_nobodys_booking_is_forgotten_in_time() -> None:
    store = await told(OURS.created("A"), Visitor(email="other@example.com").created("B"))
    await note_address(CONVERSATION, EMAIL, following(store))
    await erase_conversation(CONVERSATION, following(store))
    assert [demo.provider_id for demo in store.demos.values()] == [invitee_uri("B")]
    assert store.invitations == {}
    await told(OURS.created("A"), store=store)
    assert len(store.demos) == 1

    after = datetime.fromisoformat(STARTS["B"])
    for passed, left in ((timedelta(days=89), 1), (timedelta(days=91), 0)):
        deps = following(store, clock=lambda passed=passed: after + passed)
        await forget_unmatched(timedelta(days=90), deps)
        assert len(store.demos) == left


async def test_cal_com_tells_the_same_in_its_own_way() -> None:
    by_host = CALCOM.canceled("B", by=HOST)
    store = await told(CALCOM.created(), CALCOM.moved(), by_host, CALCOM.told("MEETING_ENDED"), by="calcom")
    assert kinds(store) == [DemoBooked, DemoRescheduled, DemoCanceled]
    booked, _, canceled = (event.data for event in store.events)
    assert isinstance(booked, DemoBooked)
    assert isinstance(canceled, DemoCanceled)
    assert (booked.invitee_email, booked.timezone) == (EMAIL, "America/Los_Angeles")
    assert (canceled.canceled_by, canceled.reason) == ("host", "Will rebook")


@pytest.mark.parametrize(
    "metadata", [None, [], "x", {"conversation_id": {}, "conversation_token": ["x" * 9_000]}]
)
async def test_whatever_a_visitor_makes_of_the_parameters_of_a_link_the_booking_is_kept(
    metadata: Any,
) -> None:
    body = CALCOM.told("BOOKING_CREATED", metadata=metadata)
    body["payload"]["attendees"][0] |= {"name": "x" * 9_000, "timeZone": "Mars/" + "x" * 9_000}
    (unmatched,) = await (await told(body, by="calcom")).unmatched(9)
    assert len(unmatched.name or "") == 500

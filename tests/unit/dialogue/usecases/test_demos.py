"""What becomes of a demo is said once, in the visitor's language, and closes the talk or opens it again."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import (
    BookingRequested,
    DemoBooked,
    DemoCanceled,
    DemoNoShow,
    DemoRescheduled,
    StageAdvanced,
)
from contracts.values import Stage
from playbook.demo_changes import demo_time
from services.dialogue.usecases.awaited import say_booking_link
from services.dialogue.usecases.demos import say_demo
from tests.support.dialogue_fakes import FakeOutside
from tests.support.dialogue_scene import Scene
from tests.unit.dialogue.builders import CONVERSATION, URL
from tests.unit.dialogue.usecases.test_takeover import hand_back, take_over

STARTS = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
TIMES = {"starts_at": STARTS, "ends_at": STARTS + timedelta(minutes=30), "timezone": "America/Los_Angeles"}
DEMO = uuid4()


def a_demo(event_class: type[Event], **fields: Any) -> CloudEvent[Any]:
    known: dict[str, Any] = {"conversation_id": CONVERSATION, "demo_id": DEMO}
    if event_class is DemoBooked:
        known |= {**TIMES, "invitee_email": "ada@example.com"}
    if event_class is DemoRescheduled:
        known |= {**TIMES, "previous_demo_id": uuid4()}
    if event_class is DemoCanceled:
        known |= {"canceled_by": "invitee"}
    data = event_class(**{**known, **fields})
    return originate(data, event_id=uuid4(), source="booking", time=STARTS)


async def tell(outside: FakeOutside, *events: CloudEvent[Any]) -> None:
    for event in events:
        await say_demo(event, outside.ports())


async def test_a_booking_is_said_once_with_its_time_in_their_zone_and_ends_the_talk(
    scene: Scene, outside: FakeOutside
) -> None:
    await scene.book()
    said, booked = len(scene.answers), a_demo(DemoBooked)
    await tell(outside, booked, booked)

    assert len(scene.answers) == said + 1
    told = scene.answers[-1]
    line = outside.playbook.lines.demo_booked
    assert told.reply == line.format(time="2026-11-25, 10:00 (America/Los_Angeles)")
    assert (told.stage, told.author, told.answered_turn_ids) == (Stage.BOOK, "script", ())
    assert scene.conversation.closed
    await scene.say("Thank you, bye!")
    assert URL not in scene.answers[-1].reply


async def test_a_visitor_who_booked_early_is_led_to_the_last_stage_in_their_language(
    scene: Scene, outside: FakeOutside
) -> None:
    await scene.say("Hallo, ich habe eine Bäckerei und wir sind zwölf Leute.")
    await tell(outside, a_demo(DemoBooked), a_demo(DemoRescheduled, timezone=None))

    german = outside.playbook.spoken_in("de").lines
    assert [answer.reply for answer in scene.answers[-2:]] == [
        german.demo_booked.format(time=demo_time(STARTS, "America/Los_Angeles")),
        german.demo_moved.format(time="2026-11-25, 18:00 (UTC)"),
    ]
    entered = [event.data.to_stage for event in scene.published(StageAdvanced)]
    assert entered[-1] is Stage.BOOK
    assert len(entered) == len(set(entered))


@pytest.mark.parametrize(("lost", "line"), [(DemoCanceled, "demo_canceled"), (DemoNoShow, "demo_missed")])
async def test_who_has_no_demo_any_more_is_given_a_new_link_once(
    scene: Scene, outside: FakeOutside, lost: type[Event], line: str
) -> None:
    await scene.book()
    requests = len(scene.published(BookingRequested))
    await tell(outside, a_demo(DemoBooked), a_demo(lost))
    assert scene.answers[-1].reply == getattr(outside.playbook.lines, line)
    assert not scene.conversation.closed

    await say_booking_link(scene.link(), outside.ports())
    assert scene.answers[-1].calendly_shown
    await tell(outside, a_demo(DemoBooked, demo_id=uuid4()), a_demo(lost, demo_id=uuid4()))

    assert len(scene.published(BookingRequested)) == requests + 1
    assert scene.answers[-1].reply == getattr(outside.playbook.lines, line)


async def test_what_only_an_address_proves_is_said_without_its_time(
    scene: Scene, outside: FakeOutside
) -> None:
    await scene.say("Hi, I run a bakery.")
    await tell(outside, a_demo(DemoBooked, is_proven=False), a_demo(DemoRescheduled, is_proven=False))

    lines = outside.playbook.lines
    told = [answer.reply for answer in scene.answers[-2:]]
    assert told == [lines.demo_booked_untimed, lines.demo_moved_untimed]
    assert not any(sign.isdecimal() for text in told for sign in text)
    assert "2026-11-25" not in scene.conversation.model_dump_json()


@pytest.mark.parametrize("speaks", [False, True], ids=["the assistant speaks", "a person speaks"])
async def test_that_a_demo_was_missed_which_only_an_address_proves_is_not_said(
    scene: Scene, outside: FakeOutside, *, speaks: bool
) -> None:
    await scene.say("Hi, I run a bakery.")
    await tell(outside, a_demo(DemoBooked, is_proven=False))
    if speaks:
        await take_over(scene)
    said, requests = len(scene.answers), len(scene.published(BookingRequested))
    await tell(outside, a_demo(DemoNoShow, is_proven=False))
    if speaks:
        await hand_back(scene)

    missed = outside.playbook.lines.demo_missed
    assert missed not in [answer.reply for answer in scene.answers[said:]]
    assert len(scene.published(BookingRequested)) == requests
    # Who asks for another one gets it.
    assert not scene.conversation.closed


async def test_what_is_taken_back_is_said_by_nobody(scene: Scene, outside: FakeOutside) -> None:
    await scene.book()
    said = len(scene.answers)
    await tell(outside, a_demo(DemoNoShow, is_taken_back=True))
    assert len(scene.answers) == said


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ((DemoCanceled, DemoBooked), "demo_booked"),
        ((DemoBooked, DemoRescheduled), "demo_moved"),
        ((DemoBooked, DemoCanceled), "demo_canceled"),
        ((DemoNoShow,), "demo_missed"),
    ],
)
async def test_what_becomes_of_a_demo_while_a_person_speaks_is_said_once_they_hand_back(
    scene: Scene, outside: FakeOutside, told: tuple[type[Event], ...], line: str
) -> None:
    await scene.book()
    await take_over(scene)
    said, requests = len(scene.answers), len(scene.published(BookingRequested))
    await tell(outside, *(a_demo(each) for each in told))
    assert len(scene.answers) == said
    assert scene.conversation.closed is (told[-1] in {DemoBooked, DemoRescheduled})

    await hand_back(scene)
    await hand_back(scene)

    shown = getattr(outside.playbook.lines, line)
    time = demo_time(STARTS, "America/Los_Angeles")
    assert [answer.reply for answer in scene.answers[said + 1 :]] == [shown.format(time=time)]
    is_lost = told[-1] in {DemoCanceled, DemoNoShow}
    assert len(scene.published(BookingRequested)) == requests + is_lost


async def test_a_missed_demo_that_is_taken_back_while_a_person_speaks_is_said_by_nobody(
    scene: Scene, outside: FakeOutside
) -> None:
    await scene.book()
    await take_over(scene)
    said = len(scene.answers)
    await tell(outside, a_demo(DemoNoShow), a_demo(DemoNoShow, is_taken_back=True))
    await hand_back(scene)
    assert len(scene.answers) == said + 1


async def test_a_demo_of_a_conversation_that_nobody_knows_changes_nothing(outside: FakeOutside) -> None:
    await tell(outside, a_demo(DemoBooked, conversation_id=UUID(int=9)))
    assert outside.announcer.published == []


@pytest.mark.parametrize(
    ("at", "zone"), [(datetime.min, "America/New_York"), (datetime.max, "Pacific/Kiritimati")]
)
def test_a_time_that_a_zone_moves_out_of_the_calendar_is_shown_in_utc(at: datetime, zone: str) -> None:
    assert demo_time(at.replace(tzinfo=UTC), zone).endswith("(UTC)")


@pytest.mark.parametrize(
    "zone", [None, "", "Mars/Olympus", "../etc/passwd", "/etc", "America", "\0", "x" * 300]
)
def test_a_zone_that_is_none_is_shown_in_utc(zone: str | None) -> None:
    assert demo_time(STARTS, zone) == "2026-11-25, 18:00 (UTC)"

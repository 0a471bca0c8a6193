"""What the website tells of a visitor becomes a fact, and never counts more than the visitor's own words."""

from typing import Any

from contracts.events import BookingRequested, ProfileUpdated
from contracts.values import KnownVisitor, Stage
from services.dialogue.domain.prompt import prompt_for_turn
from services.dialogue.usecases.answer_turn import admit_failure
from services.dialogue.usecases.awaited import say_booking_link
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene, answer_turn
from tests.unit.dialogue.builders import an_update, meaning
from tests.unit.dialogue.usecases.test_takeover import take_over

GRACE = KnownVisitor(name="  grace   hopper.", email="grace@example.com")


def known(scene: Scene) -> dict[str, tuple[Any, str]]:
    """Name and address with who told them."""
    slots = (scene.conversation.profile.name, scene.conversation.profile.contact_email)
    return {slot.value: slot.told_by for slot in slots if slot is not None}


async def test_a_website_tells_who_a_visitor_is_and_nothing_else_changes(scene: Scene):
    plain = Scene(FakeOutside(scene.outside.playbook))
    turn = await scene.say("Hi, I run a bakery.", GRACE)
    await plain.say("Hi, I run a bakery.")

    name = scene.conversation.profile.name
    assert (name.value, name.words, name.turn_id) == ("Grace Hopper", "Grace Hopper", turn.data.turn_id)
    assert known(scene) == {"Grace Hopper": "website", "grace@example.com": "website"}
    told = [event.data.changed for event in scene.published(ProfileUpdated)]
    assert told == [("name", "contact_email"), ("business_type",)]
    assert [answer.reply for answer in scene.answers] == [answer.reply for answer in plain.answers]
    assert (scene.conversation.stage, scene.conversation.asked) == (
        plain.conversation.stage,
        plain.conversation.asked,
    )
    await scene.say("We are 12 people.", GRACE)
    assert [event.data.changed for event in scene.published(ProfileUpdated)][2:] == [("team_size",)]


async def test_what_the_visitor_says_wins_whenever_it_is_said(scene: Scene):
    await scene.say("Hi, I run a bakery. You reach me at ada@lovelace.example", GRACE)
    assert known(scene) == {"Grace Hopper": "website", "ada@lovelace.example": "visitor"}

    await scene.say("My name is Grace Hopper.")
    await scene.say("We are 12 people.", KnownVisitor(name="Ada Byron", email="new@example.com"))

    assert known(scene) == {"Grace Hopper": "visitor", "ada@lovelace.example": "visitor"}


async def test_an_address_is_verified_while_it_is_the_one_that_the_website_has_signed(scene: Scene):
    def is_verified() -> bool:
        email = scene.conversation.profile.contact_email
        return email is not None and email.is_verified

    signed = GRACE.model_copy(update={"is_verified": True})
    await scene.say("Hi, I run a bakery.", GRACE)
    assert not is_verified()
    await scene.say("We are 12 people.", signed)
    assert is_verified()
    await scene.say("You reach me at ada@lovelace.example", signed)
    assert not is_verified()
    await scene.say("No, at Grace@example.com, please.", signed)
    await scene.say("Order mails take most of our time.", signed)
    assert is_verified()


async def test_a_website_changes_what_it_told_before_and_what_it_leaves_out_stays(scene: Scene):
    await scene.say("Hi, I run a bakery.", GRACE)
    await scene.say("We are 12 people.", KnownVisitor(name="Ada Byron"))
    await scene.say("Yes.", KnownVisitor(name="\u200b .", email=None))
    assert known(scene) == {"Ada Byron": "website", "grace@example.com": "website"}


async def test_who_is_known_is_not_asked_for_name_and_address(scene: Scene):
    wish = scene.outside.playbook.lines.contact
    await scene.say("Hi, please send me the link to book a demo.", GRACE)
    await say_booking_link(scene.link(), scene.outside.ports())

    [request] = scene.published(BookingRequested)
    assert (request.data.name, request.data.contact_email) == ("Grace Hopper", "grace@example.com")
    assert scene.conversation.stage is Stage.BOOK
    assert wish not in scene.answers[-1].reply


async def test_a_model_is_told_and_its_own_word_for_it_is_none_of_the_visitors(scene: Scene):
    guess = an_update("name", "Grace Hopper", quote="Grace Hopper")
    answer = ModelAnswer("How many are you, Grace?", meaning(updates=(guess,)), "ask:team_size")
    speaker = scene.outside.speaker = FakeSpeaker(answer)

    await scene.say("Hi, I run a bakery.", GRACE)

    prompt = str(prompt_for_turn(speaker.conversed[0], scene.outside.playbook))
    assert "Grace Hopper" in prompt
    assert "grace@example.com" in prompt
    assert scene.answers[-1].reply.endswith("How many are you, Grace?")
    assert known(scene)["Grace Hopper"] == "website"


async def test_it_is_known_while_a_person_speaks_and_when_a_turn_fails(scene: Scene):
    await scene.say("Hi, I run a bakery.")
    await take_over(scene)
    await scene.say("Hello?", GRACE)
    assert known(scene) == {"Grace Hopper": "website", "grace@example.com": "website"}
    assert scene.published(ProfileUpdated)[-1].data.changed == ("name", "contact_email")

    failed = scene.turn("Are you there?", KnownVisitor(name="Ada Byron"))
    await admit_failure(failed, "broken", scene.outside.ports())
    await scene.say("Hello?", KnownVisitor(name="Ida Rhodes"))
    await answer_turn(failed, scene.outside.ports())
    assert known(scene)["Ida Rhodes"] == "website"

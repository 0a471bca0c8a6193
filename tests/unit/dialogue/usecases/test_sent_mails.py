"""A visitor who answers a mail of ours is understood by what it said."""

from uuid import uuid4

import pytest

from chassis.clock import utc_now
from contracts.events import BookingRequested
from contracts.mail import SentMail
from services.dialogue.domain.prompt import prompt_for_turn
from services.dialogue.usecases.answer_turn import admit_failure
from tests.support.dialogue_fakes import FakeOutside, FakeSpeaker, ModelAnswer
from tests.support.dialogue_scene import Scene
from tests.unit.dialogue.builders import meaning
from tests.unit.dialogue.usecases.test_awaited import after

OPTIONS = ("answering mails", "typing up invoices", "moving appointments")
NUMBERED = "\n".join(f"{at}. {option}" for at, option in enumerate(OPTIONS, start=1))


def a_mail(
    *options: str,
    text: str = f"Which takes most of your week?\n\n{NUMBERED}",
    language: str = "en",
    campaign: str | None = None,
):
    known = {"mail_id": uuid4(), "sent_at": utc_now(), "language": language, "campaign": campaign}
    return SentMail(text=text, options=options, **known)


@pytest.mark.parametrize(
    "words", ["2", "2.", "2 works", "Number 2 please", "2 sounds good", "Typing up invoices"]
)
async def test_a_number_means_the_task_that_the_mail_offers_under_it(scene: Scene, words: str):
    await scene.say(words, mails=(a_mail(*OPTIONS),))

    task = scene.conversation.profile.task
    assert task is not None
    assert (task.value, task.words) == ("typing up invoices", words)
    # It was said below the mail who writes; a reply does not begin anew.
    assert scene.outside.playbook.company.disclosure not in scene.answers[0].reply


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Die 2 passt"),
        ("de", "Nummer 2 bitte"),
        ("es", "la opción 2"),
        ("fr", "le numéro 2"),
        ("pt", "a 2"),
    ],
)
async def test_a_number_is_picked_in_every_language(scene: Scene, language: str, words: str):
    await scene.say(words, mails=(a_mail(*OPTIONS, language=language),))
    task = scene.conversation.profile.task
    assert task is not None
    assert task.value == "typing up invoices"


@pytest.mark.parametrize("words", ["9 works", "Yes, tell me more", "2 of us do that"])
async def test_whoever_picks_none_has_named_no_task(scene: Scene, words: str):
    await scene.say(words, mails=(a_mail(*OPTIONS),))
    task = scene.conversation.profile.task
    assert task is None or task.value not in OPTIONS


async def test_a_mail_stands_before_the_words_that_answer_it_and_once(scene: Scene):
    turn = await scene.say("We run a bakery.", mails=(a_mail(text="A first word."), a_mail(text="A second.")))
    await scene.say("12 people.")

    said = [(each.role, each.text) for each in scene.conversation.history]
    assert said[:3] == [("bot", "A first word."), ("bot", "A second."), ("visitor", turn.data.message)]
    assert [text for _, text in said].count("A second.") == 1


async def test_a_link_is_asked_for_under_the_campaign_whose_mail_was_answered_first(scene: Scene):
    mails = [a_mail(text="Hello.", campaign=name) for name in ("spring", "autumn")]
    await scene.say("We run a bakery.", mails=(a_mail(text="Hi."), mails[0]))
    await scene.say("Send me the link to book a demo.", mails=(mails[1],))

    assert scene.published(BookingRequested)[-1].data.campaign == "spring"
    for seconds in (8, 30):
        await after(seconds, scene.outside)
    assert "&utm_campaign=spring" in scene.answers[-1].reply


async def test_a_short_answer_is_answered_in_the_language_of_the_mail(scene: Scene):
    await scene.say("ok", mails=(a_mail(text="Guten Tag!", language="de"),))
    german = scene.outside.playbook.spoken_in("de")
    assert any(question.ask in scene.answers[0].reply for question in german.stages["understand"].questions)

    await scene.say("Could we go on in English, please? We are a small bakery.")
    assert scene.conversation.profile.language is not None
    assert scene.conversation.profile.language.value == "en"


async def test_a_model_reads_the_mail_as_its_own_words(scene: Scene):
    understood = ModelAnswer("What kind of business is it?", meaning(), "ask:business_type")
    scene.outside.speaker = FakeSpeaker(understood)
    await scene.say("Yes, tell me more", mails=(a_mail(*OPTIONS),))

    told = prompt_for_turn(scene.conversation, scene.outside.playbook)
    assert ("assistant", f"Which takes most of your week?\n\n{NUMBERED}") in told


async def test_a_mail_is_known_also_where_its_answer_failed(outside: FakeOutside):
    scene = Scene(outside)
    await admit_failure(scene.turn("2 works", mails=(a_mail(*OPTIONS),)), "poison", outside.ports())
    assert scene.conversation.history[0].text.endswith("3. moving appointments")

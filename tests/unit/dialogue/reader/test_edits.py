"""What is taken out of a draft, stays with people, or is said about the talk."""

import pytest

from services.dialogue.domain.conversation import QuickReply
from services.dialogue.domain.understanding import (
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)
from tests.unit.dialogue.reader.scenes import read, scene, told

STEPS = ("note the order", "check the size grading in the tanks", "ring the grower")


@pytest.mark.parametrize(
    ("message", "slot", "operation", "value"),
    [
        ("take out the tanks", "steps", Operation.REMOVE, STEPS[1]),
        ("remove '12 is only the falconers'", "out_of_scope", Operation.REMOVE, "12 is only the falconers"),
        ("Please take the size grading out, we do that ourselves", "out_of_scope", Operation.ADD, STEPS[1]),
        ("ringing the grower is not what the agent does", "out_of_scope", Operation.ADD, STEPS[2]),
        ("it can't check the tanks", "out_of_scope", Operation.ADD, "check the tanks"),
        ("discounts must also stay with us", "out_of_scope", Operation.ADD, "discounts"),
    ],
)
def test_an_item_of_the_draft_is_meant_by_its_words(
    message: str, slot: str, operation: Operation, value: str
) -> None:
    drafted = scene(drafted=True, steps=STEPS, out_of_scope=("12 is only the falconers",))

    updates = read(message, drafted).updates

    assert [(one.slot, one.operation, one.values) for one in updates] == [(slot, operation, (value,))]


def test_what_matches_nothing_is_left_to_whoever_drafts() -> None:
    understood = read("please remove the bit about unicorns", scene(drafted=True, steps=STEPS))

    assert (understood.updates, understood.wants(Intent.WANT_CHANGE)) == ((), True)
    assert understood.change_wish == "please remove the bit about unicorns"


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fr", "Les remises doivent aussi rester chez nous, vous les avez oubliées."),
        ("es", "Los descuentos también deben quedarse con nosotros"),
        ("en", "discounts stay with us"),
    ],
)
def test_what_stays_with_people_is_no_doubt_about_the_price(language: str, message: str) -> None:
    understood = read(message, scene(language=language, drafted=True, steps=STEPS))

    assert [one.slot for one in understood.updates] == ["out_of_scope"]
    assert not understood.wants(Intent.OBJECT)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("steps", "That was just me talking"),
        ("steps", "already gave you the steps. done here, thanks"),
        ("out_of_scope", "third time"),
        ("task", "grand so whatsapp works"),
    ],
)
def test_a_remark_about_the_talk_answers_nothing(asked: str, message: str) -> None:
    assert told(message, scene(asked, task="orders")).get(asked) is None


def test_what_is_denied_was_meant_otherwise() -> None:
    asked = scene("steps", task="making invoices")

    assert told("Sorry wrong word, not invoices, I mean quotes", asked) == {"task": ("quotes",)}


@pytest.mark.parametrize(
    ("language", "message", "business"),
    [
        ("en", "We hire out theatre wigs. They come back late", "theatre wigs"),
        ("de", "Wir bauen und warten Kirchenorgeln", "Kirchenorgeln"),
        ("fr", "Comme je vous le disais, nous fabriquons des cercueils.", "cercueils"),
        ("es", "vendemos semillas de olivo", "semillas de olivo"),
        ("pt", "fazemos caixões de madeira", "caixões de madeira"),
        ("en", "Wig hire. No time, just send me the link", "Wig hire"),
    ],
)
def test_a_business_is_named_by_what_it_makes(language: str, message: str, business: str) -> None:
    assert told(message, scene("business_type", language=language))["business_type"] == (business,)


@pytest.mark.parametrize("message", ["did you get the 23?", "did I not say so?"])
def test_a_question_about_what_was_said_is_for_nobody_else(message: str) -> None:
    assert read(message, scene("steps", team_size=23)).questions == (WHAT_IS_NOTED,)


@pytest.mark.parametrize(
    ("language", "message", "count"),
    [
        ("en", "12 falconers", "12"),
        ("en", "5 divers and 2 skippers", "7"),
        ("de", "14 Prüfer und Büro.", "14"),
        ("fr", "six vitraillistes", "6"),
    ],
)
def test_people_by_their_trade_are_asked_back(language: str, message: str, count: str) -> None:
    understood = read(message, scene("team_size", language=language))

    assert understood.updates == ()
    assert understood.unsure is not None
    assert understood.unsure.values == (count,)


@pytest.mark.parametrize("message", ["yes", "Yes, everybody", "12 falconers"])
def test_what_is_asked_back_is_stored_when_it_is_confirmed(message: str) -> None:
    unsure = SlotUpdate(slot="team_size", values=("12",), quote="12")
    yes = QuickReply(label="Yes, everybody", means=Understanding(intents=(Intent.ANSWER,), updates=(unsure,)))

    assert read(message, scene("team_size", offered=(yes,))).updates == (unsure,)

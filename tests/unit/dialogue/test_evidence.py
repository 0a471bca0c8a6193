"""Every slot says how sure we are of it, by the way it was come by, with the words and the turn."""

from contracts.values import Profile
from services.dialogue.domain import Extraction, ToldSlot
from services.dialogue.domain.confidence import (
    ANSWERED,
    CONCLUDED,
    CORRECTED,
    INFERRED_BY_A_MODEL,
    READ_BY_A_MODEL,
    SAID_PLAINLY,
)
from services.dialogue.domain.extraction import believable
from services.dialogue.domain.reading import Asked, legible, read_facts
from services.dialogue.domain.stages import with_some_task
from tests.unit.dialogue.builders import CONVERSATION, known


def slot_read(slot: str, message: str, asked: Asked, profile: Profile | None = None):
    return getattr(read_facts(legible(message), CONVERSATION, profile or Profile(), asked).profile, slot)


def slot_believed(slot: str, value: str, words: str):
    extraction = Extraction(slots=(ToldSlot(slot=slot, value=value, words=words),))
    return getattr(believable(extraction, Profile(), words, CONVERSATION), slot)


def test_what_is_said_plainly_is_certain_and_carries_its_words_and_turn() -> None:
    slot = slot_read("team_size", "Hello! We are 22 people.", Asked(None))

    assert (slot.confidence, slot.words, slot.turn_id) == (SAID_PLAINLY, "We are 22 people.", CONVERSATION)


def test_an_answer_that_tells_nothing_without_its_question_is_less_certain() -> None:
    assert slot_read("team_size", "22", Asked("team_size")).confidence == ANSWERED


def test_a_correction_is_more_certain_than_an_answer() -> None:
    profile = Profile(team_size=known(22))

    slot = slot_read("team_size", "sorry, I meant 60", Asked("tools", ("team_size",)), profile)

    assert (slot.value, slot.confidence) == (60, CORRECTED)
    assert ANSWERED < CORRECTED < SAID_PLAINLY


def test_what_a_model_reads_is_less_certain_and_what_it_infers_still_less() -> None:
    read = slot_believed("business_type", "a bakery", "we have bakeries all over town")
    inferred = slot_believed("business_type", "bakery", "all dough and no sleep")

    assert read.confidence == READ_BY_A_MODEL
    assert inferred.confidence == INFERRED_BY_A_MODEL


def test_a_model_does_not_make_up_a_name_an_address_or_a_tool() -> None:
    assert slot_believed("name", "Robert Smith", "call me Bob") is None
    assert slot_believed("contact_email", "bob@shop.example", "write to bob at shop") is None
    assert slot_believed("tools", "Salesforce", "we use a CRM") is None
    assert slot_believed("tools", "Dentally", "it is all in Dentally").value == ("Dentally",)


def test_a_task_that_was_only_concluded_is_the_least_certain() -> None:
    profile = with_some_task(Profile(time_wasters=known(("rescheduling",))))

    assert profile.task is not None
    assert (profile.task.value, profile.task.confidence) == ("rescheduling", CONCLUDED)

"""What is understood is believed only where the visitor wrote it."""

import pytest

from contracts.values import Profile
from playbook.reading.meaning import Operation, SlotUpdate
from playbook.reading.updates import INFERRED, REWORDED, STATED, apply_updates, changed_slots
from tests.unit.dialogue.builders import a_message, a_profile, an_update

SAID = (
    a_message("We are nine people, I run a bike shop with Gmail and Xero", 1),
    a_message("it takes half an hour a day, five days a week. Mail owen.o'brien@hart.example", 2),
)


PHONE, WHATS = "0117 496 0123", "whatsapp, whats all day"


def applied(*updates: SlotUpdate, profile: Profile | None = None) -> Profile:
    return apply_updates(profile or Profile(), updates, SAID)


@pytest.mark.parametrize(
    ("written", "update", "kept"),
    [
        ("it's maria de la cruz", an_update("name", "maria de la cruz"), "Maria de la Cruz"),
        ("it's jean-luc o'neil", an_update("name", "jean-luc o'neil"), "Jean-Luc O'Neil"),
        ("it's Ann McCoy", an_update("name", "Ann McCoy"), "Ann McCoy"),
        ("mail o'b@hart.example", an_update("contact_email", "o'b@hart.example"), "o'b@hart.example"),
        (WHATS, an_update("tools", "WhatsApp", "X", quote="whats all day"), ("WhatsApp",)),
        ("a google sheet", an_update("tools", "Google Sheets", quote="google sheet"), ("Google Sheets",)),
        ("google calendr", an_update("tools", "Google Calendar", quote="google"), ("Google Calendar",)),
        ("within one hour", an_update("challenge", "in 1 hour", quote="within one hour"), "in 1 hour"),
        ("she emails them", an_update("tools", "e-mail", quote="emails"), ("e-mail",)),
        ("Trados'ten geçiyor", an_update("steps", "Word'ten", quote="Trados'ten"), ("Word'ten",)),
        (f"Ring {PHONE}", an_update("contact_phone", "0117 4960123", quote=PHONE), "0117 4960123"),
    ],
)
def test_what_they_wrote_is_taken_as_it_is_meant(written: str, update: SlotUpdate, kept: object) -> None:
    after = apply_updates(Profile(), [update], [a_message(written)])
    assert getattr(after, update.slot).value == kept


@pytest.mark.parametrize(
    "update",
    [
        an_update("task", "invoicing", quote="we do invoicing"),
        an_update("task", "invoicing", quote=""),
        an_update("tools", "HubSpot", quote="Gmail and Xero"),
        an_update("name", "Owen Hart", quote="I run a bike shop"),
        an_update("contact_email", "brien@hart.example", quote="brien@hart.example"),
        an_update("team_size", "many", quote="nine people"),
        an_update("team_size", "0", quote="nine people"),
        an_update("team_size", "2.5", quote="nine people"),
        an_update("success_measure", "under 3 hours", quote="half an hour a day"),
        an_update("challenge", " ", quote="nine people"),
        an_update("challenge", "x" * 500, quote="nine people"),
        an_update("contact_phone", "0117 496 0124", quote=PHONE),
    ],
)
def test_what_the_visitor_did_not_write_is_refused(update: SlotUpdate) -> None:
    assert apply_updates(Profile(), [update], [*SAID, a_message(f"Ring {PHONE}")]) == Profile()


@pytest.mark.parametrize(
    ("slot", "value", "quote", "confidence"),
    [
        ("business_type", "bike shop", "I run a bike shop", STATED),
        ("business_type", "bicycle retail shop", "bike shop", REWORDED),
        ("hours_per_week", "2.5", "half an hour a day, five days a week", INFERRED),
    ],
)
def test_a_fact_has_its_quote_and_how_sure_it_is(slot: str, value: str, *, quote: str, confidence: float):
    told = getattr(applied(an_update(slot, value, quote=quote)), slot)
    assert (told.words, told.confidence) == (quote, confidence)
    assert told.turn_id == SAID[slot == "hours_per_week"].turn_id


def test_a_name_may_be_told_in_two_messages() -> None:
    said = [a_message("lukas here"), a_message("last name is vega")]
    whole, other = (
        an_update("name", "Lukas Vega", quote="vega"),
        an_update("name", "Lukas Diaz", quote="vega"),
    )
    assert apply_updates(Profile(), [whole], said).name.value == "Lukas Vega"
    assert apply_updates(Profile(), [other], said) == Profile()


def test_a_text_has_the_figures_of_every_message_and_a_list_loses_the_item_with_another() -> None:
    said = [a_message("Thursday 4 to 5"), a_message("this Thursday. we open 2 files")]
    updates = (
        an_update("contact_time", "this Thursday 4 to 5", quote="this Thursday"),
        an_update("steps", "open 2 files", "close 3 files", quote="we open 2 files"),
    )
    after = apply_updates(Profile(), updates, said)
    assert after.contact_time.value == "this Thursday 4 to 5"
    assert after.steps.value == ("open 2 files",)


def test_the_newest_value_replaces_and_touches_no_other_slot_and_a_removed_one_leaves_it_open() -> None:
    known = a_profile(team_size=40, hours_per_week=6.0, tools=("Excel",))
    after = applied(an_update("team_size", "9", quote="nine people"), profile=known)
    removed = an_update("team_size", operation=Operation.REMOVE, quote="nine people")
    assert after.team_size is not None
    assert (after.team_size.value, changed_slots(known, after)) == (9, ("team_size",))
    assert applied(removed, profile=after).team_size is None


def test_a_list_is_extended_shortened_and_replaced() -> None:
    known = a_profile(tools=("Excel",))
    added = applied(an_update("tools", "Gmail", operation=Operation.ADD, quote="with Gmail"), profile=known)
    removed = applied(an_update("tools", "excel", operation=Operation.REMOVE, quote="Gmail"), profile=added)
    replaced = applied(an_update("tools", "Xero", operation=Operation.REPLACE, quote="Xero"), profile=removed)

    assert added.tools.value == ("Excel", "Gmail")
    assert removed.tools.value == ("Gmail",)
    assert replaced.tools.value == ("Xero",)


def test_more_words_for_the_task_empty_nothing_that_was_known_of_it() -> None:
    known = a_profile(task="bike", steps=("a", "b"), hours_per_week=6.0)
    same = applied(an_update("task", "bike shop", quote="bike shop"), profile=known)
    assert (same.steps, same.hours_per_week) == (known.steps, known.hours_per_week)


def test_what_takes_time_goes_with_the_task_it_was_named_as() -> None:
    profile = a_profile(task="quotes", time_wasters=("writing quotes", "rebooking moves"))
    said = [a_message("scrap quotes, it's rebooking moves")]
    left = apply_updates(profile, (an_update("task", "rebooking moves"),), said).time_wasters
    assert left is not None and left.value == ("rebooking moves",)

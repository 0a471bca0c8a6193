"""A visitor's steps as what the agent does."""

import pytest

from services.proposal.domain.phrasing import as_deeds
from tests.unit.proposal.builders import PLAYBOOK


@pytest.mark.parametrize(
    ("step", "deed"),
    [
        ("look into the calendar", "looks into the calendar"),
        ("we look into the calendar", "looks into the calendar"),
        ("reply to the customer", "replies to the customer"),
        ("offer two slots", "offers two slots"),
        ("search for the order", "searches for the order"),
        ("go through the inbox", "goes through the inbox"),
        ("check the calendar and suggest a time", "checks the calendar and suggests a time"),
        ("write the quote and order confirmation", "writes the quote and order confirmation"),
        ("invoice the client", "invoices the client"),
        ("our receptionist types it up", "types it up"),
        ("someone checks the stock", "checks the stock"),
        ("we have to look it up in three systems", "looks it up in three systems"),
        ("checking the stock", "checks the stock"),
        ("putting it on the calendar", "puts it on the calendar"),
        ("manually copy it into Excel", "copies it into Excel"),
    ],
)
def test_what_the_visitors_people_do_is_what_the_agent_does(step: str, deed: str) -> None:
    assert as_deeds((step,), PLAYBOOK.proposal) == (deed,)


def test_what_somebody_else_does_is_when_the_agent_starts_or_goes_on() -> None:
    steps = (
        "A patient calls or writes",
        "look into the calendar",
        "the patient confirms",
        "someone calls",
        "people ask",
    )

    assert as_deeds(steps, PLAYBOOK.proposal) == (
        "starts when a patient calls or writes",
        "looks into the calendar",
        "goes on when the patient confirms",
        "goes on when someone calls",
        "goes on when people ask",
    )


@pytest.mark.parametrize(
    "step",
    [
        "phone calls",
        "order confirmations go out",
        "the usual paperwork",
        "Klick auf den Kalender",
        "does the routine part of the task",
        "asks a person on your team whenever it is unsure",
        "",
        "note le rendez-vous",
    ],
)
def test_a_phrase_that_fits_no_rule_stays_the_visitors_phrase(step: str) -> None:
    assert as_deeds((step,), PLAYBOOK.proposal) == (step,)


def test_a_playbook_without_words_for_it_leaves_every_phrase_alone() -> None:
    script = PLAYBOOK.proposal.model_copy(update={"deeds": None})

    assert as_deeds(("read the email",), script) == ("read the email",)

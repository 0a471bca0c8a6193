"""An edition is found again as it was, also by the release before and the release after."""

import json
from typing import Any

import pytest

from playbook import Editions, EditionUnreadable, Playbook, load_playbook
from playbook.editions import restored
from tests.support.editions import FakeShelf
from tests.support.playbooks import GONE, SHIPPED, repriced, with_place


def kept(place: str, value: Any) -> str:
    """The shipped playbook as it stands on a shelf, with one place changed, added or taken out."""
    return json.dumps(with_place(json.loads(SHIPPED.model_dump_json()), place, value))


@pytest.fixture(scope="module")
def dearer(tmp_path_factory: pytest.TempPathFactory) -> Playbook:
    return load_playbook(repriced(tmp_path_factory.mktemp("dearer"), 1_250, 1_390))


async def test_a_conversation_keeps_its_prices_after_they_changed(dearer: Playbook):
    shelf = FakeShelf()
    await Editions(SHIPPED, shelf).keep()
    editions = Editions(dearer, shelf)

    found = await editions.find(SHIPPED.digest, SHIPPED.prompt.digest)

    assert found == SHIPPED
    assert found.digest == SHIPPED.digest != dearer.digest
    assert await editions.find(SHIPPED.digest) is found
    assert await editions.find(dearer.digest) is await editions.find(None) is dearer


async def test_what_it_is_served_with_is_that_of_the_playbook_in_use(dearer: Playbook):
    moved = SHIPPED.booking.model_copy(update={"calendly_url": "https://calendly.com/moved/demo"})
    in_use = dearer.model_copy(update={"booking": moved})
    shelf = FakeShelf()
    await Editions(SHIPPED, shelf).keep()

    found = await Editions(in_use, shelf).find(SHIPPED.digest)

    assert found.booking == moved
    assert found.catalogue == SHIPPED.catalogue


async def test_a_prompt_is_joined_with_a_playbook_in_every_language(dearer: Playbook):
    turn = SHIPPED.prompt.turn.model_copy(update={"most_words": 7})
    candidate = SHIPPED.prompt.model_copy(
        update={"turn": turn, "judge": f"Be strict. {SHIPPED.prompt.judge}"}
    )
    vars(candidate).pop("digest", None)
    shelf = FakeShelf()
    await Editions(SHIPPED, shelf, candidate=candidate).keep()

    found = await Editions(dearer, shelf).find(dearer.digest, candidate.digest)

    assert found.catalogue == dearer.catalogue
    assert found.digest == dearer.digest
    assert found.prompt == found.spoken_in("de").prompt == candidate


async def test_what_stands_on_no_shelf_is_told_by_the_playbook_in_use():
    assert await Editions(SHIPPED, FakeShelf()).find("0" * 12, "1" * 12) is SHIPPED


async def test_a_prompt_that_cannot_be_read_here_is_replaced_by_the_one_in_use():
    shelf = FakeShelf()
    await shelf.keep({"of-later": '{"turn": 1}'})
    assert await Editions(SHIPPED, shelf).find(SHIPPED.digest, "of-later") is SHIPPED


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("lines.failure", GONE),
        ("languages.de.mail.unsubscribe", GONE),
        ("proposal_page", GONE),
        ("lines.booking", "a line that lacks what this release demands"),
        ("lines.of_a_later_release", "a line that this release does not know"),
        ("catalogue.0.of_a_later_release", True),
        ("of_a_later_release", {"words": ["new"]}),
    ],
)
def test_a_playbook_of_another_release_is_read_with_the_words_of_this_one(place: str, value: Any):
    found = restored(kept(place, value), "of-another-release", SHIPPED)

    assert found == SHIPPED
    assert found.digest == "of-another-release"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("catalogue.0.monthly_price_usd", GONE),
        ("languages.de.catalogue.1.name", GONE),
        ("catalogue.0.monthly_price_usd", 1_111),
        ("facts", GONE),
        ("tier_rule.otherwise", "no-tier"),
    ],
)
def test_nothing_that_is_offered_is_made_up(place: str, value: Any):
    with pytest.raises(EditionUnreadable):
        restored(kept(place, value), "broken", SHIPPED)


def test_mails_name_no_price_so_that_they_need_no_edition():
    for playbook in (SHIPPED, *SHIPPED.languages.values()):
        words = playbook.mail.model_dump_json()
        assert "{price}" not in words
        assert not [tier for tier in playbook.catalogue if f"{tier.monthly_price_usd:,}" in words]

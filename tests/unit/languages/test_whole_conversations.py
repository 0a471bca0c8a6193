"""In every language of the playbook a visitor gets from hello to the link, and reads no other language."""

import re

import pytest

from tests.support.visitors import VISITORS, Visitor
from tests.unit.languages.talks import LINK, PLAYBOOK, talk

# Everyday English that none of the four languages writes alike.
ENGLISH = frozenset(
    "the you your with and what which would how it is are that this for of we people hours about".split()  # noqa: SIM905
)


@pytest.fixture(params=VISITORS, ids=lambda visitor: visitor.language)
def visitor(request: pytest.FixtureRequest) -> Visitor:
    found: Visitor = request.param
    return found


def test_a_cooperative_visitor_reaches_the_link_within_ten_turns(visitor: Visitor) -> None:
    stages = [plan.conversation.stage.value for plan in talk(*visitor.lines).plans]

    assert stages == ["understand", "identify", *["scope"] * 3, "propose", "propose", "recommend", "book"]
    assert len(stages) <= 10


def test_every_slot_is_read(visitor: Visitor) -> None:
    told = talk(*visitor.lines)

    assert {slot: told.known(slot) for slot in told.conversation.profile.known()} == visitor.known


def test_the_words_a_slot_was_read_from_are_the_visitors_own(visitor: Visitor) -> None:
    profile = talk(*visitor.lines).conversation.profile

    words = [getattr(profile, slot).words for slot in profile.known()]

    assert all(any(said in line for line in visitor.lines) for said in words)


def test_the_tier_follows_the_rule_and_its_price_is_that_of_the_catalogue(visitor: Visitor) -> None:
    told = talk(*visitor.lines)
    language = PLAYBOOK.spoken_in(visitor.language).language

    tier = told.conversation.tier

    assert tier is not None
    assert tier.tier == visitor.tier
    assert language.price_of(PLAYBOOK.tier(visitor.tier).monthly_price_usd) in told.replies[-2]


def test_not_one_sentence_is_english(visitor: Visitor) -> None:
    replies = talk(*visitor.lines).replies

    words = {word for reply in replies for word in re.findall(r"[\w']+", reply.casefold())}

    assert words & ENGLISH == set()


def test_nothing_is_asked_twice(visitor: Visitor) -> None:
    asked = [
        question for reply in talk(*visitor.lines).replies for question in re.findall(r"[^.!?\n]*\?", reply)
    ]

    assert len(asked) == len(set(asked))


def test_the_first_reply_says_that_an_ai_speaks(visitor: Visitor) -> None:
    first = talk(visitor.lines[0]).reply

    assert PLAYBOOK.spoken_in(visitor.language).company.disclosure in first


def test_the_link_is_given_by_name(visitor: Visitor) -> None:
    told = talk(*visitor.lines)

    assert str(visitor.known["name"]).split()[0] in told.reply
    assert LINK in told.reply

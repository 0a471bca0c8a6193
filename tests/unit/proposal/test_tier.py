"""Which tier is recommended, why, and what would change it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile
from playbook import Playbook, TierRule
from services.proposal.domain.tier import recommend_tier
from tests.unit.proposal.builders import PLAYBOOK, clinic, told, visitor

RULE = PLAYBOOK.tier_rule
names = st.text(alphabet="abcdefghij ", min_size=1, max_size=12).filter(str.strip)
profiles = st.fixed_dictionaries(
    {}, optional={"team_size": st.integers(1, 10_000), "time_wasters": st.lists(names, max_size=8).map(tuple)}
).map(lambda known: visitor(**known))


def under(*cases: TierRule.Case) -> Playbook:
    return PLAYBOOK.model_copy(update={"tier_rule": RULE.model_copy(update={"cases": cases})})


@pytest.mark.parametrize(
    ("team_size", "time_wasters", "tier"),
    [(51, 4, "enterprise"), (50, 0, "growth"), (16, 0, "growth"), (15, 3, "starter"), (15, 4, "growth")],
)
def test_the_tier_follows_from_team_size_and_time_wasters(team_size: int, time_wasters: int, tier: str):
    wasters = tuple(f"chore {letter}" for letter in "abcd"[:time_wasters])
    assert recommend_tier(visitor(team_size=team_size, time_wasters=wasters), PLAYBOOK).tier == tier


GROWTH = "I would recommend Growth at US$2,500 a month."
TO_GROWTH = f"With more than 15 people or more than 3 tasks to hand over {GROWTH}"
TO_ENTERPRISE = "With more than 50 people I would recommend Enterprise at US$5,000 a month."
BACK_TO_STARTER = "With 15 people or fewer I would recommend Starter at US$1,250 a month."
BACK_TO_GROWTH = f"With 50 people or fewer {GROWTH}"
ONE_TASK = "One agent for one task is the right size to start with."
OVER_15 = "and a team of more than 15 usually hands over a second and a third task soon."
UPWARDS = f"{TO_GROWTH} {TO_ENTERPRISE}"
UNTOLD = "As long as I do not know your team size, this is where to start."
ROOM = (
    "Starter connects 2 programs, first Gmail and Excel, or others that you name; with MoveMan too it takes"
    " Growth at US$2,500 a month."
)
UP_TO_50 = {"team_size": told(16, up_to=50), "tools": ("Gmail", "Excel", "telephone")}
UP_TO_20 = {"team_size": told(10, up_to=20), "time_wasters": ("reports",)}
EIGHT = {"team_size": 8, "time_wasters": ("mail", "calls"), "tools": ("Gmail", "Excel", "MoveMan")}
OF_EIGHT = f"You are a team of 8. {ONE_TASK}"
OF_50 = f"You are a team of 16\u201350, {OVER_15}"
OF_20 = f"You are a team of 10\u201320. {ONE_TASK} What decides is your team size."


@pytest.mark.parametrize(
    ("known", "tier", "reason", "would_change"),
    [
        ({"team_size": 60}, "enterprise", None, BACK_TO_GROWTH),
        (UP_TO_50, "growth", OF_50, f"{TO_ENTERPRISE} {BACK_TO_STARTER}"),
        (UP_TO_20, "starter", OF_20, UPWARDS),
        ({"time_wasters": ("reports",)}, "starter", f"{ONE_TASK} {UNTOLD}", UPWARDS),
        (EIGHT, "starter", OF_EIGHT, f"{ROOM} {TO_GROWTH}"),
    ],
)
def test_a_tier_says_why_and_what_would_change_it(known: Any, tier: str, reason: Any, would_change: str):
    recommended = recommend_tier(visitor(**known), PLAYBOOK)
    assert (recommended.tier, recommended.would_change) == (tier, would_change)
    assert reason in {None, recommended.reason}


def test_another_rule_names_only_what_it_leads_to():
    large, middle = RULE.cases
    playbook = under(large, middle.model_copy(update={"when_any": middle.when_any[1:]}))
    recommended = recommend_tier(clinic(), under())
    would_change = recommend_tier(visitor(team_size=60), playbook).would_change
    assert would_change == "With 50 people or fewer I would recommend Starter at US$1,250 a month."
    assert (recommended.tier, recommended.would_change) == ("starter", "")


def test_the_reason_stays_the_same_while_what_is_counted_is_the_same():
    others = dict.fromkeys(set(Profile.model_fields) - {"tools", *RULE.words})
    assert recommend_tier(clinic().model_copy(update=others), PLAYBOOK) == recommend_tier(clinic(), PLAYBOOK)


@pytest.mark.parametrize(("chosen", "is_said"), [("starter", True), ("growth", False), (None, False)])
def test_a_chosen_tier_with_too_few_integrations_says_so(chosen: str | None, *, is_said: bool):
    profile = visitor(team_size=20, tools=("Gmail", "Excel", "MoveMan"))
    recommended = recommend_tier(profile, PLAYBOOK, chosen_tier=chosen)
    assert recommended.tier == "growth"
    assert (ROOM in recommended.would_change) is is_said


@pytest.mark.parametrize("code", ["en", "es", "de", "fr", "pt"])
def test_files_take_up_no_integration(code: str):
    own, tools = PLAYBOOK.spoken_in(code), ("Outlook", "Excel")
    with_files = recommend_tier(visitor(team_size=8, tools=("Word", "PDF", "csv", *tools)), own)
    assert with_files == recommend_tier(visitor(team_size=8, tools=tools), own)


@given(profile=profiles)
def test_every_figure_of_a_tier_is_told_or_of_the_catalogue_and_another_tier_is_named(profile: Profile):
    recommended = recommend_tier(profile, PLAYBOOK)

    said = f"{recommended.reason} {recommended.would_change}"
    limits = {condition.over for case in RULE.cases for condition in case.when_any}
    prices = {tier.monthly_price_usd for tier in PLAYBOOK.catalogue}
    told_so = {profile.team_size.value} if profile.team_size else set()
    assert {
        int(figure.replace(",", "")) for figure in re.findall(r"[0-9][0-9,]*", said)
    } <= told_so | limits | prices
    assert {int(price.replace(",", "")) for price in re.findall(r"\$([\d,]*\d)", said)} <= prices
    assert recommended.monthly_price_usd == PLAYBOOK.tier(recommended.tier).monthly_price_usd
    named = set(re.findall(r"I would recommend (\w+) at", recommended.would_change))
    assert named - {recommended.name} == named != set()


@given(size=st.integers(1, 300), growth=st.integers(1, 99), step=st.integers(1, 99))
def test_what_is_said_to_change_the_tier_does_change_it(size: int, growth: int, step: int) -> None:
    limits = zip(RULE.cases, (growth + step, growth), strict=True)
    firsts = [(case, case.when_any[0].model_copy(update={"over": limit})) for case, limit in limits]
    playbook = under(*(case.model_copy(update={"when_any": (first,)}) for case, first in firsts))
    recommended = recommend_tier(visitor(team_size=size), playbook)

    over = re.findall(r"more than ([\d,]+) people I would recommend (\w+)", recommended.would_change)
    up_to = re.findall(r"With ([\d,]+) people or fewer I would recommend (\w+)", recommended.would_change)
    for limit, tier in [(int(limit) + 1, tier) for limit, tier in over] + [(int(n), t) for n, t in up_to]:
        assert recommend_tier(visitor(team_size=limit), playbook).name == tier

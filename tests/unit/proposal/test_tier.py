"""Which tier is recommended, why, and what would change it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Slot
from playbook import Playbook
from services.proposal.domain.tier import recommend_tier
from tests.unit.proposal.builders import PLAYBOOK, clinic, told

names = st.text(alphabet="abcdefghij ", min_size=1, max_size=12).filter(str.strip)
profiles = st.builds(
    Profile,
    team_size=st.none() | st.integers(1, 10_000).map(told),
    time_wasters=st.none() | st.lists(names, max_size=8).map(tuple).map(told),
)


@pytest.mark.parametrize(
    ("team_size", "time_wasters", "tier"),
    [
        (51, 0, "enterprise"),
        (50, 0, "growth"),
        (16, 0, "growth"),
        (15, 3, "starter"),
        (15, 4, "growth"),
        (1, 0, "starter"),
        (51, 4, "enterprise"),
    ],
)
def test_the_tier_follows_from_team_size_and_time_wasters(
    team_size: int, time_wasters: int, tier: str
) -> None:
    wasters = tuple(f"chore {letter}" for letter in "abcdefgh"[:time_wasters])

    recommended = recommend_tier(Profile(team_size=told(team_size), time_wasters=told(wasters)), PLAYBOOK)

    assert recommended.tier == tier


TO_GROWTH = (
    "With more than 15 people or more than 3 tasks to hand over I would recommend Growth at US$2,500 a month."
)
TO_ENTERPRISE = "With more than 50 people I would recommend Enterprise at US$5,000 a month."
BACK_TO_STARTER = "With 15 people or fewer I would recommend Starter at US$1,250 a month."
BACK_TO_GROWTH = "With 50 people or fewer I would recommend Growth at US$2,500 a month."
ONE_TASK = "One agent for one task is the right size to start with."
OVER_15 = "and a team of more than 15 usually hands over a second and a third task soon."


@pytest.mark.parametrize(
    ("told_so", "tier", "reason", "would_change"),
    [
        (
            {"team_size": told(8), "time_wasters": told(("emails", "reminders"))},
            "starter",
            f"You are a team of 8. You named emails and reminders as what takes up your time. {ONE_TASK}",
            TO_GROWTH,
        ),
        ({"team_size": told(60)}, "enterprise", None, BACK_TO_GROWTH),
        (
            {"team_size": told(20), "time_wasters": told(("reports",))},
            "growth",
            f"You are a team of 20, {OVER_15}",
            f"{TO_ENTERPRISE} {BACK_TO_STARTER}",
        ),
        ({"team_size": told(16, up_to=50)}, "growth", f"You are a team of 16\u201350, {OVER_15}", None),
        (
            {"team_size": told(10, up_to=20), "time_wasters": told(("reports",))},
            "starter",
            "You are a team of 10\u201320. You named reports as what takes up your time. "
            f"{ONE_TASK} What decides is your team size.",
            f"{TO_GROWTH} {TO_ENTERPRISE}",
        ),
        (
            {"time_wasters": told(("reports",))},
            "starter",
            f"You named reports as what takes up your time. {ONE_TASK}"
            " As long as I do not know your team size, this is where to start.",
            f"{TO_GROWTH} {TO_ENTERPRISE}",
        ),
        (
            {
                "team_size": told(8),
                "time_wasters": told(("mail",)),
                "tools": told(("Gmail", "Excel", "MoveMan")),
            },
            "starter",
            f"You are a team of 8. You named mail as what takes up your time. {ONE_TASK}"
            " 2 of your 3 tools come first with Starter, or all of them with Growth at US$2,500 a month.",
            TO_GROWTH,
        ),
        (
            {"team_size": told(20), "tools": told(("Gmail", "Excel", "MoveMan"))},
            "growth",
            f"You are a team of 20, {OVER_15}",
            None,
        ),
        (
            {"team_size": told(20), "tools": told(("Gmail", "Excel", "telephone"))},
            "growth",
            f"You are a team of 20, {OVER_15}",
            None,
        ),
    ],
)
def test_a_tier_says_why_it_fits_and_what_would_change_it(
    told_so: dict[str, Slot[object]], tier: str, reason: str | None, would_change: str | None
) -> None:
    recommended = recommend_tier(Profile.model_validate(told_so), PLAYBOOK)

    assert recommended.tier == tier
    assert reason in {None, recommended.reason}
    assert would_change in {None, recommended.would_change}


def test_a_tier_that_a_smaller_team_would_not_lead_to_is_not_named() -> None:
    large, middle = PLAYBOOK.tier_rule.cases
    only_wasters = middle.model_copy(update={"when_any": middle.when_any[1:]})
    rule = PLAYBOOK.tier_rule.model_copy(update={"cases": (large, only_wasters)})
    playbook = PLAYBOOK.model_copy(update={"tier_rule": rule})

    recommended = recommend_tier(Profile(team_size=told(60)), playbook)

    assert (
        recommended.would_change == "With 50 people or fewer I would recommend Starter at US$1,250 a month."
    )


def test_a_rule_without_cases_recommends_its_only_tier() -> None:
    rule = PLAYBOOK.tier_rule.model_copy(update={"cases": ()})
    playbook = PLAYBOOK.model_copy(update={"tier_rule": rule})

    recommended = recommend_tier(clinic(), playbook)

    assert recommended.tier == "starter"
    assert recommended.would_change == ""


def test_the_reason_stays_the_same_while_what_is_counted_is_the_same() -> None:
    counted = {"tools", *PLAYBOOK.tier_rule.words}
    others = dict.fromkeys(set(Profile.model_fields) - counted)

    assert recommend_tier(clinic().model_copy(update=others), PLAYBOOK) == recommend_tier(clinic(), PLAYBOOK)


@pytest.mark.parametrize(("chosen", "is_said"), [("starter", True), ("growth", False), (None, False)])
def test_a_chosen_tier_with_too_few_integrations_says_so(chosen: str | None, *, is_said: bool) -> None:
    profile = Profile(team_size=told(20), tools=told(("Gmail", "Excel", "MoveMan")))

    recommended = recommend_tier(profile, PLAYBOOK, chosen_tier=chosen)

    assert recommended.tier == "growth"
    assert ("2 of your 3 tools come first with Starter" in recommended.reason) is is_said


@given(profile=profiles, more=st.integers(1, 10_000))
def test_a_larger_team_never_gets_a_smaller_tier(profile: Profile, more: int) -> None:
    size = profile.team_size.value if profile.team_size else 0
    larger = profile.model_copy(update={"team_size": told(size + more)})

    before, after = recommend_tier(profile, PLAYBOOK), recommend_tier(larger, PLAYBOOK)

    assert before.monthly_price_usd <= after.monthly_price_usd


@given(profile=profiles)
def test_no_price_is_said_that_is_not_in_the_catalogue(profile: Profile) -> None:
    recommended = recommend_tier(profile, PLAYBOOK)

    catalogue = {f"${tier.monthly_price_usd:,}" for tier in PLAYBOOK.catalogue}
    said = set(re.findall(r"\$[\d,]*\d", f"{recommended.reason} {recommended.would_change}"))
    assert said <= catalogue
    assert recommended.monthly_price_usd == PLAYBOOK.tier(recommended.tier).monthly_price_usd


@given(profile=profiles)
def test_what_would_change_the_tier_names_another_tier(profile: Profile) -> None:
    recommended = recommend_tier(profile, PLAYBOOK)

    named = set(re.findall(r"I would recommend (\w+) at", recommended.would_change))
    assert named
    assert recommended.name not in named


def _with_limits(*, enterprise: float, growth: float) -> Playbook:
    large, middle = PLAYBOOK.tier_rule.cases
    cases = tuple(
        case.model_copy(update={"when_any": (case.when_any[0].model_copy(update={"over": limit}),)})
        for case, limit in ((large, enterprise), (middle, growth))
    )
    rule = PLAYBOOK.tier_rule.model_copy(update={"cases": cases})
    return PLAYBOOK.model_copy(update={"tier_rule": rule})


@given(
    size=st.integers(1, 300),
    growth=st.integers(1, 99),
    step=st.integers(1, 99),
)
def test_what_is_said_to_change_the_tier_does_change_it(size: int, growth: int, step: int) -> None:
    playbook = _with_limits(enterprise=growth + step, growth=growth)
    recommended = recommend_tier(Profile(team_size=told(size)), playbook)

    over = re.findall(r"more than ([\d,]+) people I would recommend (\w+)", recommended.would_change)
    up_to = re.findall(r"With ([\d,]+) people or fewer I would recommend (\w+)", recommended.would_change)
    for limit, tier in [(int(limit) + 1, tier) for limit, tier in over] + [(int(n), t) for n, t in up_to]:
        assert recommend_tier(Profile(team_size=told(limit)), playbook).name == tier


@given(
    team_size=st.none() | st.integers(1, 10_000),
    time_wasters=st.none() | st.lists(names, max_size=8).map(tuple),
)
def test_every_figure_of_a_tier_is_told_or_of_the_catalogue(
    team_size: int | None, time_wasters: tuple[str, ...] | None
) -> None:
    profile = Profile(
        team_size=None if team_size is None else told(team_size),
        time_wasters=None if time_wasters is None else told(time_wasters),
    )

    recommended = recommend_tier(profile, PLAYBOOK)

    limits = {condition.over for case in PLAYBOOK.tier_rule.cases for condition in case.when_any}
    prices = {tier.monthly_price_usd for tier in PLAYBOOK.catalogue}
    named = re.findall(r"[0-9][0-9,]*", f"{recommended.reason} {recommended.would_change}")
    assert {int(figure.replace(",", "")) for figure in named if figure} <= {team_size, *limits, *prices}

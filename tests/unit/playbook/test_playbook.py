"""The playbook is checked once, at start; a fault is named with the place it stands in."""

from pathlib import Path
from typing import Any

import pytest

from contracts.values import Profile, Stage
from playbook import InvalidPlaybook, Playbook, load_playbook
from tests.support.playbooks import GONE, SHIPPED, default_playbook, with_place, written


def _with(place: str, value: Any) -> dict[str, Any]:
    return with_place(default_playbook(), place, value)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return SHIPPED


def test_the_default_playbook_sells_three_tiers_at_the_agreed_prices(playbook: Playbook) -> None:
    assert {tier.name: tier.monthly_price_usd for tier in playbook.catalogue} == {
        "Starter": 1250,
        "Growth": 2500,
        "Enterprise": 5000,
    }


def test_the_default_playbook_asks_about_slots_that_exist_and_about_none_twice(playbook: Playbook) -> None:
    asked = [question.slot for script in playbook.stages.values() for question in script.questions]

    assert set(asked) <= set(Profile.model_fields)
    assert len(asked) == len(set(asked))


def test_the_default_playbook_asks_two_or_three_questions_to_understand(playbook: Playbook) -> None:
    understand = playbook.stages[Stage.UNDERSTAND]

    assert 2 <= len(understand.questions) <= 3
    assert understand.most_questions == 5


def test_steps_and_what_stays_with_people_are_two_questions(playbook: Playbook) -> None:
    scope = [question.slot for question in playbook.stages[Stage.SCOPE].questions]

    assert scope == ["steps", "out_of_scope", "tools", "hours_per_week", "success_measure"]


def test_a_tier_is_found_by_its_key(playbook: Playbook) -> None:
    assert playbook.tier("growth").name == "Growth"


@pytest.mark.parametrize(
    ("changed", "value", "named"),
    [
        ("company.bot_nam", "Ada", ("company.bot_nam: ", "not permitted")),
        ("company.bot_name", "  ", ("company.bot_name: ", "at least 1")),
        ("company.voice", GONE, ("company.voice: ", "required")),
        ("catalog", [], ("catalog: ", "not permitted")),
        ("stages.scope", GONE, (": ", "stages lack scope")),
        ("stages.negotiate", {"goal": "haggle"}, ("stages.negotiate.[key]: ", "should be 'understand'")),
        ("stages.understand.questions.0.slot", "shoe_size", ("stages.understand.questions.0: ", "shoe_size")),
        ("stages.scope.questions.0.goal", GONE, ("stages.scope.questions.0.goal: ", "required")),
        (
            "stages.scope.questions.0.topics",
            ["steps"],
            ("stages.scope.questions.0.topics: ", "not permitted"),
        ),
        ("stages.scope.most_questions", 60, ("stages.scope.most_questions: ", "less than or equal to 8")),
        ("catalogue", [], ("catalogue: ", "at least 1")),
        (
            "catalogue.0.monthly_price_usd",
            -1,
            ("catalogue.0.monthly_price_usd: ", "greater than or equal to 0"),
        ),
        ("catalogue.0.integrations", -1, ("catalogue.0.integrations: ", "greater than or equal to 0")),
        ("catalogue.0.monthly_price_usd", "a lot", ("catalogue.0.monthly_price_usd: ", "valid integer")),
        ("tier_rule.cases.0.tier", "platinum", (": ", "platinum")),
        ("tier_rule.otherwise", "free", (": ", "free")),
        ("tier_rule.cases.0.when_any", [], ("tier_rule.cases.0.when_any: ", "at least 1")),
        ("tier_rule.cases.0.when_any.0.slot", "mood", ("tier_rule.cases.0.when_any.0.slot: ", "team_size")),
        ("tier_rule.cases.0.when_any.0.says", "{price} it is", ("tier_rule.cases.0.when_any.0: ", "price")),
        ("tier_rule.words", {}, ("tier_rule: ", "words lack team_size")),
        ("booking.public_link", "http://calendly.com/demo", ("booking: ", "not https")),
        ("booking.public_link", "calendly.com/demo", ("booking: ", "not https")),
        ("booking.public_link", "https://calendly.example/demo", ("booking: ", "calendly.example")),
        (
            "booking.public_link",
            "https://calendly.com@elsewhere.example/",
            ("booking: ", "elsewhere.example"),
        ),
        (
            "booking.public_link",
            "https://elsewhere.example\\@calendly.com/",
            ("booking: ", "elsewhere.example"),
        ),
        ("booking.allowed_links", [], ("booking.allowed_links: ", "at least 1")),
        ("booking.allowed_hosts", ["calendly.com"], ("booking: ", "allowed_hosts is allowed_links")),
        (
            "booking.allowed_links",
            ["https://calendly.com"],
            ("booking.allowed_links: ", "many companies share", "https://calendly.com/your-company"),
        ),
        ("booking.allowed_links", ["https://www.calendly.com/"], ("allowed_links: ", "many companies share")),
        ("booking.allowed_links", ["https://calendly.com/d"], ("allowed_links: ", "many companies share")),
        ("booking.allowed_links", ["https://meetings.hubspot.com"], ("many companies share",)),
        ("booking.allowed_links", ["calendly.com/instaagents"], ("not a plain https address",)),
        (
            "booking.allowed_links",
            ["https://calendly.com/instaagents/.."],
            ("booking.allowed_links: ", "not a plain https address"),
        ),
        (
            "booking.public_link",
            "https://calendly.com/instaagents-evil/demo",
            ("booking: ", "below one of", "https://calendly.com/instaagents"),
        ),
        ("proposal.agent_name", ["{task} agent"], ("proposal: ", "cannot need a slot")),
        ("proposal.agent_name", ["{taks} agent", "First agent"], ("proposal: ", "taks")),
        ("proposal_page.told_by", {"budget": "What you can spend"}, ("proposal_page", "budget")),
        ("proposal_page.revision", "Version {number}", ("proposal_page", "number")),
        ("proposal_page.months", ["January"], ("proposal_page.months",)),
        ("proposal_page.missing.says", "Ask {person}.", ("proposal_page.missing", "person")),
        ("proposal.wish", "your wish: {deed}", ("proposal: ", "deed")),
        ("proposal.look_at_first", GONE, ("proposal.look_at_first: ", "required")),
        ("tier_rule.more_tools_says", "{tools} are many", ("tier_rule: ", "tools")),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, changed: str, value: object, named: tuple[str, ...]
) -> None:
    path = written(tmp_path, _with(changed, value))

    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(path)

    assert str(path) in str(refusal.value)
    assert all(word in str(refusal.value) for word in named)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    playbook = _with("company.name", "")
    playbook["booking"]["allowed_links"] = []

    with pytest.raises(InvalidPlaybook) as refusal:
        load_playbook(written(tmp_path, playbook))

    assert "company.name" in str(refusal.value)
    assert "booking.allowed_links" in str(refusal.value)


def test_a_missing_playbook_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlaybook, match=r"nowhere\.yaml.*cannot be read"):
        load_playbook(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("text", ["company: [", "\t- x", ""])
def test_a_file_that_is_no_playbook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "playbook.yaml"
    path.write_text(text)

    with pytest.raises(InvalidPlaybook):
        load_playbook(path)


def test_a_playbook_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "playbook.yaml"
    path.write_bytes("company: {bot_name: Zoë}".encode("latin-1"))

    with pytest.raises(InvalidPlaybook, match="cannot be read"):
        load_playbook(path)

"""The lines of a playbook that are translated, and the playbook they make."""

import pytest

from playbook import Playbook
from playbook.translation import (
    digest_of_line,
    in_translation,
    language_code,
    lines_of,
    lines_of_a_proposal,
    opening_lines,
    purposes_of,
    spoken_by,
    texts_of,
)
from tests.support.playbooks import SHIPPED


def marked() -> Playbook:
    """Every line behind a mark."""
    return in_translation(SHIPPED, "nl", {digest: f"~{line}" for digest, line in lines_of(SHIPPED).items()})


def words_of_a_proposal(own: Playbook) -> dict[str, str]:
    texts = texts_of(SHIPPED, own)
    return {digest: texts[digest] for digest in lines_of_a_proposal(SHIPPED)}


def test_every_line_has_what_it_is_for_and_the_opening_comes_first() -> None:
    lines, purposes = lines_of(SHIPPED), purposes_of(SHIPPED)

    assert tuple(lines)[:2] == opening_lines(SHIPPED)
    assert purposes.keys() == set(lines.values())
    assert (purposes["May"], purposes[SHIPPED.lines.greeting]) == ("proposal_page.months", "lines.greeting")


def test_no_line_holds_a_price_or_what_is_no_visitors_to_read() -> None:
    lines, stages = set(lines_of(SHIPPED).values()), SHIPPED.stages.values()

    assert not [line for line in lines if "US$" in line]
    told = {SHIPPED.company.voice, *(stage.goal for stage in stages), *SHIPPED.proposal.no_wish.root}
    assert not lines & told


def test_a_translated_playbook_keeps_the_offer_the_rule_and_the_links() -> None:
    own = marked()

    assert own.language.code == own.proposal_page.language == "nl"
    assert own.lines.greeting == f"~{SHIPPED.lines.greeting}"
    assert [tier.name for tier in own.catalogue] == [tier.name for tier in SHIPPED.catalogue]
    assert own.catalogue[0].includes == tuple(f"~{item}" for item in SHIPPED.catalogue[0].includes)
    assert own.tier_rule.cases[0].when_any[0].over == SHIPPED.tier_rule.cases[0].when_any[0].over
    assert own.booking == SHIPPED.booking
    looked_at, kinds = own.proposal.look_at_first.groups[0], own.task_kinds[0]
    assert (looked_at.name, looked_at.words) == (
        "~phone calls",
        SHIPPED.proposal.look_at_first.groups[0].words,
    )
    assert (kinds.name, kinds.words) == (f"~{SHIPPED.task_kinds[0].name}", SHIPPED.task_kinds[0].words)
    assert kinds.does[0].startswith("~")


def test_a_line_that_is_not_translated_stays_as_it_is() -> None:
    own = in_translation(SHIPPED, "nl", {})

    assert own.lines == SHIPPED.lines
    assert own.facts.ids == SHIPPED.facts.ids


def test_a_text_in_which_nothing_can_be_filled_in_is_refused() -> None:
    with pytest.raises(ValueError, match="naam"):
        in_translation(SHIPPED, "nl", {digest_of_line("Thanks, {value}."): "Bedankt, {naam}."})


def test_the_words_of_a_proposal_alone_make_its_parts() -> None:
    own = marked()

    again = in_translation(SHIPPED, "nl", words_of_a_proposal(own))

    assert again.proposal == own.proposal
    assert again.task_kinds == own.task_kinds
    assert again.tier_rule == own.tier_rule
    assert again.catalogue == own.catalogue
    assert again.proposal_page == own.proposal_page


@pytest.mark.parametrize(
    ("tag", "code"), [("nl", "nl"), ("nl-BE", "nl"), ("PL", "pl"), ("ja-JP", "ja"), ("xx", None), ("", None)]
)
def test_a_tag_is_a_language_or_none(tag: str, code: str | None) -> None:
    assert language_code(tag) == code


def test_a_file_comes_before_texts_and_texts_of_another_playbook_are_left_aside() -> None:
    texts = words_of_a_proposal(marked())

    assert spoken_by("nl-BE", texts, SHIPPED).proposal_page.does == "~What it does"
    assert spoken_by("nl", {}, SHIPPED) is SHIPPED
    assert spoken_by(None, texts, SHIPPED) is SHIPPED
    assert spoken_by("es", texts, SHIPPED) is SHIPPED.languages["es"]
    unfit = {digest_of_line("Thanks, {value}."): "Bedankt, {naam}."}
    assert spoken_by("nl", unfit, SHIPPED) is SHIPPED

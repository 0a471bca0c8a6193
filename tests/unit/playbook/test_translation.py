"""The lines of a playbook that are translated, and the playbook they make."""

import pytest

from playbook import Playbook, translation
from playbook.translation import digest_of_line, in_translation, lines_of, spoken_by
from tests.support.playbooks import SHIPPED

UNFIT = {digest_of_line("Thanks, {value}."): "Bedankt, {naam}."}


def marked() -> Playbook:
    """Every line behind a mark."""
    return in_translation(SHIPPED, "nl", {digest: f"~{line}" for digest, line in lines_of(SHIPPED).items()})


def words_of_a_proposal(own: Playbook) -> dict[str, str]:
    texts = translation.texts_of(SHIPPED, own)
    return {digest: texts[digest] for digest in translation.lines_of_a_proposal(SHIPPED)}


def test_every_line_has_what_it_is_for_the_opening_first_and_no_price_or_what_no_visitor_reads() -> None:
    lines, purposes = lines_of(SHIPPED), translation.purposes_of(SHIPPED)
    goals = {stage.goal for stage in SHIPPED.stages.values()}
    assert tuple(lines)[:2] == translation.opening_lines(SHIPPED)
    assert purposes.keys() == set(lines.values())
    assert (purposes["May"], purposes[SHIPPED.lines.greeting]) == ("proposal_page.months", "lines.greeting")
    assert not [line for line in lines.values() if "US$" in line]
    assert not purposes.keys() & {SHIPPED.company.voice, *goals, *SHIPPED.proposal.no_wish.root}


def test_a_translated_playbook_keeps_the_offer_the_rule_and_the_links() -> None:
    own = marked()

    assert own.language.code == own.proposal_page.language == "nl"
    assert own.lines.greeting == f"~{SHIPPED.lines.greeting}"
    assert [tier.name for tier in own.catalogue] == [tier.name for tier in SHIPPED.catalogue]
    assert own.catalogue[0].includes == tuple(f"~{item}" for item in SHIPPED.catalogue[0].includes)
    assert own.tier_rule.cases[0].when_any[0].over == SHIPPED.tier_rule.cases[0].when_any[0].over
    assert own.booking == SHIPPED.booking
    ours, theirs = ((each.proposal.look_at_first.groups[0], each.task_kinds[0]) for each in (SHIPPED, own))
    assert [(each.name, each.words) for each in theirs] == [(f"~{each.name}", each.words) for each in ours]
    assert own.task_kinds[0].does[0].startswith("~")


def test_a_line_that_is_not_translated_stays_and_what_cannot_be_filled_in_is_refused() -> None:
    own = in_translation(SHIPPED, "nl", {})
    assert (own.lines, own.facts.ids) == (SHIPPED.lines, SHIPPED.facts.ids)
    with pytest.raises(ValueError, match="naam"):
        in_translation(SHIPPED, "nl", UNFIT)


def test_the_words_of_a_proposal_alone_make_its_parts() -> None:
    own = marked()
    again = in_translation(SHIPPED, "nl", words_of_a_proposal(own))
    for part in ("proposal", "task_kinds", "tier_rule", "catalogue", "proposal_page"):
        assert getattr(again, part) == getattr(own, part), part


def test_a_file_comes_before_texts_and_texts_of_another_playbook_are_left_aside() -> None:
    texts = words_of_a_proposal(marked())
    assert spoken_by("nl-BE", texts, SHIPPED).proposal_page.does == "~What it does"
    assert spoken_by("nl", {}, SHIPPED) is SHIPPED
    assert spoken_by(None, texts, SHIPPED) is SHIPPED
    assert spoken_by("es", texts, SHIPPED) is SHIPPED.languages["es"]
    assert spoken_by("nl", UNFIT, SHIPPED) is SHIPPED

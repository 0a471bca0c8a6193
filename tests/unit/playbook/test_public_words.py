"""What of a proposal may stand on a page that anybody may open."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Proposal
from playbook.claims import names_of, without_personal_data
from playbook.public_words import PublicWords, anonymized
from tests.support.playbooks import SHIPPED
from tests.support.public_texts import BLANKED, KEPT, REFUSED, UNBLANKED
from tests.support.talks import knows
from tests.unit.gateway.builders import a_revision

DANA = names_of("Dana Whitfield", "dana.whitfield@clinic.example")
WORDS = PublicWords(SHIPPED, DANA)
SCRIPT = SHIPPED.proposal
PIECES = (*REFUSED, *KEPT, *UNBLANKED, *dict(BLANKED), "you", "we", "$500", "Insta", "Agents", "1", ".")
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=10), max_size=4).map(" ".join)


def a_proposal(**changes: object) -> Proposal:
    return a_revision(**changes).proposal


@pytest.mark.parametrize(("text", "left"), [*BLANKED, *((text, text) for text in UNBLANKED)])
def test_what_identifies_a_person_is_blanked_and_nothing_else(text: str, left: str) -> None:
    assert without_personal_data(text, DANA) == left


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Mark", "mark the invoice as paid"),
        ("Grace Hopper", "Grace period of a week"),
        ("Mar\u00eda de la Cruz", "mirar la agenda y llamar a la tienda"),
        ("Jan ZUR DEN Linden", "den Termin mit dem Kunden zur Praxis"),
    ],
)
def test_a_word_that_is_a_name_too_stays_where_no_capital_tells(name: str, text: str) -> None:
    assert without_personal_data(text, names_of(name)) == text


DONE = (*KEPT, "We lose $1,200 a month on phone orders", "I promise a reply in a day")
CLAIMED = ("insta Agents refunds you $500", "you get a full refund", "it costs $1 a month")


@pytest.mark.parametrize("text", [*DONE, *CLAIMED])
def test_a_visitor_may_be_quoted_with_what_they_do_alone(text: str) -> None:
    assert bool(WORDS.shown(text, is_quoted=True)) is (text in DONE)


@pytest.mark.parametrize("text", REFUSED)
def test_nothing_that_speaks_for_the_company_stands_in_any_place(text: str) -> None:
    said = {"summary": f"Takes appointments off your team. {text}", "does": (text, "offers two slots")}
    named = a_proposal(agent_name=text, out_of_scope=(text,), integrations=(text,), **said)
    shown = WORDS.proposal(named)
    assert text not in shown.model_dump_json(ensure_ascii=False)
    assert (shown.agent_name, shown.summary) == (SCRIPT.agent_name[-1], "Takes appointments off your team.")
    assert (shown.does, shown.out_of_scope, shown.integrations) == (("offers two slots",), (), ())


@pytest.mark.parametrize("text", KEPT)
def test_what_the_business_does_stays_in_every_place(text: str) -> None:
    said = {"summary": f"It takes one task off your team: {text}.", "does": (text,), "out_of_scope": (text,)}
    proposal = a_proposal(agent_name=text, success_measure=text, **said)
    assert WORDS.proposal(proposal) == proposal


def test_where_nothing_may_be_shown_the_playbook_speaks() -> None:
    own, summary = SCRIPT.always_does, "You get a full refund."
    said = a_proposal(summary=summary, does=("refunds you $500", *own), success_measure="you get $500 back")
    shown = WORDS.proposal(said)
    assert (shown.does, shown.success_measure) == ((*SCRIPT.default_does, *own), None)
    ours = "It takes over one repetitive task, which we choose together at the start."
    assert shown.summary == f"A first AI agent for your business. {ours}"


def test_a_sentence_goes_as_a_whole_like_a_line_with_a_gap_or_a_claim_and_a_quote_is_the_visitors() -> None:
    said = "I decide on refunds and discounts myself"
    calls = "calls +1 900 555 0100"
    refund = a_proposal(summary="You get a full refund in St. Louis. It reads mails.")
    gap = WORDS.proposal(a_proposal(summary=f"Sorts mail. It {calls} too.", does=(calls, "sorts mail")))
    claim = a_proposal(does=("you get", "a full refund of $500", "offers two slots"))

    assert WORDS.proposal(refund).summary == "It reads mails."
    assert (gap.summary, gap.does) == ("Sorts mail.", ("sorts mail",))
    assert WORDS.proposal(claim).does == ("you get", "offers two slots")
    quoted = WORDS.proposal(a_proposal(out_of_scope=(f"“{said}”", said), done_today=said))
    assert (quoted.out_of_scope, quoted.done_today) == ((f"“{said}”",), said)


def test_a_proposal_in_the_playbooks_own_words_is_left_as_it_is() -> None:
    for code, playbook in {"en": SHIPPED, **SHIPPED.languages}.items():
        script, words = playbook.proposal, PublicWords(playbook)
        ours = {"summary": words._plain_summary(), "delivery": script.delivery}
        named = [(script.agent_name[0].format(task=kind.name), kind.does) for kind in playbook.task_kinds]
        for name, does in [(script.agent_name[-1], script.default_does), *named]:
            proposal = a_proposal(agent_name=name, does=(*does, *script.always_does), **ours)
            assert words.proposal(proposal) == proposal, code


@pytest.mark.parametrize("kind", ["practice of Dr. Weber", "Dana's bakery"])
def test_a_visitor_is_known_by_a_business_that_bears_no_name(kind: str) -> None:
    dana = {"name": "Dana Whitfield", "contact_email": "d@clinic.example", "contact_phone": "0117 496 0123"}
    work = {"steps": ("ask Dana", "refunds you $500", "check the order"), "task": "you get a refund"}
    public = WORDS.profile(knows(**dana, **work, business_type=kind, team_size=8))
    assert public.known() == {"steps", "team_size"}
    assert public.steps is not None
    assert public.steps.value == ("ask the person in charge", "check the order")


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "Dana checks the list", "The person in charge checks the list"),
        ("en", "send it to Mr. Smith and Dr. Lee", "send it to the person in charge"),
        ("en", "approved by Mrs. \u2026", "approved by the person in charge"),
        ("de", "Frau Krämer macht die Rechnungen", "Die zuständige Person macht die Rechnungen"),
        ("de", "den Ordner, den Frau Krämer macht", "den Ordner, den die zuständige Person macht"),
        ("de", "mit Herrn Meier klären", "mit der zuständigen Person klären"),
        ("es", "lo manda al señor García", "lo manda a la persona encargada"),
        ("fr", "la liste que Mme Durand vérifie", "la liste que la personne responsable vérifie"),
        ("pt", "perguntar a Ana Souza", "perguntar à pessoa responsável"),
    ],
)
def test_a_person_is_named_by_what_they_do(language: str, text: str, shown: str) -> None:
    words = PublicWords(SHIPPED.spoken_in(language), DANA)
    own = words.proposal(a_proposal(summary=f"{text}.", does=(text,), success_measure=text))
    assert (own.summary, own.does, own.success_measure) == (f"{shown}.", (shown,), shown)


def test_a_whole_document_is_blanked_and_stays_valid() -> None:
    revision = a_revision(agent_name="Dana's Desk", does=("asks Dana", "calls +1 900 555 0100"))
    blanked = anonymized(revision, DANA)
    left = ("\u2026's Desk", ("asks \u2026", "calls \u2026"), revision.tier)
    assert (blanked.proposal.agent_name, blanked.proposal.does, blanked.tier) == left


@pytest.mark.parametrize(
    ("language", "text", "is_shown"),
    [
        ("nl", "Deze agent neemt je de offertes uit handen, zodat je 's avonds niet hoeft te zitten.", True),
        ("nl", "we maken offertes en sturen ze naar de klant", True),
        ("it", "L'agente scrive le offerte, così te la sera sei libero", True),
        ("nl", "get your money back, de het een te je", False),
        ("it", "ti rimborsiamo tutto, garantito per te", False),
        ("nl", "we promise a refund, de het een van", False),
    ],
)
def test_a_language_without_a_playbook_is_read_as_itself(language: str, text: str, *, is_shown: bool) -> None:
    assert bool(PublicWords(SHIPPED, language=language).shown(text)) is is_shown


@given(text=TEXTS)
def test_what_is_left_may_be_shown_again(text: str) -> None:
    shown, quoted = WORDS.shown(text), WORDS.sentences(text, is_quoted=True)
    assert as_read(WORDS.shown(shown)) == as_read(shown)
    assert as_read(WORDS.sentences(quoted, is_quoted=True)) == as_read(quoted)


def as_read(text: str) -> str:
    """The text with every sign in the form a reader takes it for."""
    return unicodedata.normalize("NFKC", text)

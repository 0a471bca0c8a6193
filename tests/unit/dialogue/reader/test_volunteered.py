"""What refers back, takes something back or is volunteered reaches its slot; the rest of it no other."""

import pytest

from services.dialogue.domain.understanding import UNKNOWN_QUESTION, WHAT_IS_NOTED, Intent, Operation
from tests.unit.dialogue.reader.scenes import read, scene, told


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "the same, really"),
        ("en", "That one."),
        ("en", "yes, that"),
        ("en", "I just told you"),
        ("en", "simply that, please"),
        ("en", "writing those"),
        ("es", "lo mismo"),
        ("es", "esa misma"),
        ("de", "das gleiche"),
        ("de", "Genau das."),
        ("fr", "la même chose"),
        ("fr", "oui, ça"),
        ("pt", "a mesma coisa"),
        ("pt", "isso mesmo"),
    ],
)
def test_an_answer_that_refers_back_names_the_challenge(language: str, answer: str) -> None:
    known = scene("task", language=language, challenge="late invoices")

    assert told(answer, known) == {"task": ("late invoices",)}
    assert told(answer, scene("challenge", language=language)) == {}


@pytest.mark.parametrize(
    ("answer", "slots"),
    [
        ("payroll... no wait! It's the holiday requests", {"task": ("holiday requests",)}),
        ("Forget payroll, it's the rotas", {"task": ("rotas",)}),
        ("Hold on, I meant the rotas, not the payroll", {"task": ("rotas",)}),
    ],
)
def test_what_takes_an_answer_back_is_replaced_by_what_follows(
    answer: str, slots: dict[str, tuple[str, ...]]
) -> None:
    assert told(answer, scene("task")) == slots
    assert told(answer, scene("steps", task="payroll")) == slots


def test_a_list_that_went_to_the_wrong_slot_is_moved() -> None:
    known = scene("tools", out_of_scope=("weigh it", "print a label"))

    updates = read("no, those are the steps", known).updates

    assert [(one.slot, one.operation, one.values) for one in updates] == [
        ("out_of_scope", Operation.REMOVE, ()),
        ("steps", Operation.SET, ("weigh it", "print a label")),
    ]


@pytest.mark.parametrize(
    ("asked", "language", "answer", "slots"),
    [
        ("out_of_scope", "en", "Some 9 hours a week.", {"hours_per_week": ("9",)}),
        (
            "steps",
            "en",
            "We use Xero, Gmail and a stock program called Brightpearl.",
            {"tools": ("Xero", "Gmail")},
        ),
        (
            "tools",
            "en",
            "Outlook. It works if nobody has to wait.",
            {"tools": ("Outlook",), "success_measure": ("nobody has to wait",)},
        ),
        (
            "steps",
            "en",
            "Open the mail, print it. Complaints stay with us.",
            {"steps": ("Open the mail", "print it"), "out_of_scope": ("Complaints",)},
        ),
        (
            "steps",
            "en",
            "well, we weigh it, I print a label :)",
            {"steps": ("weigh it", "print a label")},
        ),
        (
            "steps",
            "es",
            "leo el correo, lo apunto. las quejas se quedan con nosotros",
            {"steps": ("leo el correo", "lo apunto"), "out_of_scope": ("quejas",)},
        ),
        (
            "steps",
            "de",
            "Wir lesen die Mail, tragen sie ein. Reklamationen bleiben bei uns.",
            {"steps": ("lesen die Mail", "tragen sie ein"), "out_of_scope": ("Reklamationen",)},
        ),
        (
            "steps",
            "fr",
            "On lit le mail, on le note. Les réclamations restent chez nous.",
            {"steps": ("lit le mail", "le note"), "out_of_scope": ("réclamations",)},
        ),
        (None, "en", "Hello, we run a bike shop in Ghent", {"business_type": ("bike shop in Ghent",)}),
    ],
)
def test_what_is_volunteered_is_taken_whatever_was_asked(
    asked: str | None, language: str, answer: str, slots: dict[str, tuple[str, ...]]
) -> None:
    assert told(answer, scene(asked, language=language)) == slots


@pytest.mark.parametrize(
    ("asked", "language", "answer", "values"),
    [
        ("team_size", "en", "14 at the shop in Hull", ("14",)),
        ("team_size", "en", "we're 8 with me", ("8",)),
        ("team_size", "en", "me, my brother and six welders", ("8",)),
        ("team_size", "en", "it's five of us all told, me included", ("5",)),
        ("team_size", "es", "somos ocho \U0001f389", ("8",)),
        ("team_size", "pt", "somos nove \U0001f642", ("9",)),
        ("team_size", "de", "zwölf mit mir \U0001f600", ("12",)),
        ("team_size", "fr", "on est douze \U0001f600", ("12",)),
        ("hours_per_week", "en", "abt 15", ("15",)),
    ],
)
def test_a_number_is_read_with_what_stands_around_it(
    asked: str, language: str, answer: str, values: tuple[str, ...]
) -> None:
    assert told(answer, scene(asked, language=language)) == {asked: values}


def test_a_number_that_was_forgotten_corrects_the_people_and_not_the_hours() -> None:
    assert told("and 7, forgot my nephew", scene("hours_per_week", team_size=6)) == {"team_size": ("7",)}
    known = scene("success_measure", team_size=6, hours_per_week=6.0)
    assert told("7 people not hours. 4 hours", known) == {"team_size": ("7",), "hours_per_week": ("4",)}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Looks right to me, let's do this."),
        ("en", "fine with us"),
        ("en", "That plan suits us."),
        ("es", "me parece perfecto, adelante"),
        ("de", "Passt für mich."),
        ("fr", "Ça nous convient, allons-y"),
        ("pt", "por mim tudo bem"),
    ],
)
def test_a_proposal_is_accepted_in_many_words(language: str, message: str) -> None:
    assert read(message, scene(drafted=True, language=language)).wants(Intent.ACCEPT)


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Goes without saying, doesn't it?", None),
        ("Did I not say that?", WHAT_IS_NOTED),
        ("It's obvious, right?", None),
        ("Is that with VAT?", "tax"),
        ("Do we need to switch our calendar?", "what_we_do"),
        ("can I keep my own number?", "to_look_at"),
        ("What if it makes a mistake?", "oversight"),
        ("How long does the demo take?", "demo"),
        ("who sees this?", "reader"),
        ("Is there a cheaper one?", "choice"),
        ("Is the moon made of cheese?", UNKNOWN_QUESTION),
    ],
)
def test_a_question_is_matched_to_its_fact_and_a_rhetorical_one_is_none(
    message: str, question: str | None
) -> None:
    assert read(message, scene("steps")).questions[:1] == ((question,) if question else ())


@pytest.mark.parametrize(
    ("language", "answer"),
    [("en", "no calls at lunch"), ("es", "no perder clientes"), ("pt", "não perder clientes")],
)
def test_a_measure_keeps_its_no(language: str, answer: str) -> None:
    assert told(answer, scene("success_measure", language=language)) == {"success_measure": (answer,)}


@pytest.mark.parametrize(
    ("message", "business"),
    [
        ("cobblers", "cobblers"),
        ("Hi, physiotherapy practice", "physiotherapy practice"),
        ("hola, tienda de bicis", "tienda de bicis"),
        ("Bonjour, agence immobilière, on est 12", "agence immobilière"),
        ("hi", None),
        ("40 people called us today", None),
        ("just send me the link", None),
    ],
)
def test_a_short_first_message_says_what_the_business_is(message: str, business: str | None) -> None:
    assert told(message, scene()).get("business_type") == (business and (business,))


def test_a_first_message_is_read_so_only_while_nothing_was_asked_or_told() -> None:
    assert "business_type" not in told("quotes", scene("task"))
    assert "business_type" not in told("quotes", scene(team_size=4))

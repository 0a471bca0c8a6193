"""An answer is taken at its word; what is no answer is in no slot."""

import pytest

from playbook.reading.meaning import Intent, Operation
from tests.unit.playbook.reading.scenes import read, scene, told

TEXT_SLOTS = ("business_type", "challenge", "task", "steps", "out_of_scope", "success_measure")


@pytest.mark.parametrize(
    ("asked", "message", "right"),
    [
        ("business_type", "Well, we run a small bakery in Leeds", ("small bakery in Leeds",)),
        ("challenge", "Answering the phone. It never stops.", ("Answering the phone. It never stops",)),
        ("challenge", "That's silly. It is the quotes, all of them.", ("It is the quotes, all of them",)),
        ("task", "hm, the quotes please", ("the quotes",)),
        ("task", "The quotes. They go out in the night and nobody likes it, and then the phone rings again",
         ("quotes",)),
        ("steps", "1. read\n2. answer", ("read", "answer")),
        ("steps", "They write. Then I answer, by e-mail; then it is filed.",
         ("They write. Then I answer, by e-mail; then it is filed",)),
        ("out_of_scope", "no, complaints and refunds", ("complaints and refunds",)),
        ("out_of_scope", "As I said, the refunds", ("the refunds",)),
        ("tools", "Oh just Gmail, and the website is Wix", ("Gmail", "Wix")),
        ("tools", "We use Gmail for all the mails that come in, and the rest of it stands in some old books",
         ("Gmail",)),
        ("success_measure", "No form is lost", ("No form is lost",)),
    ],
)  # fmt: skip
def test_an_answer_is_kept_in_the_words_of_the_visitor(
    asked: str, message: str, right: tuple[str, ...]
) -> None:
    assert told(message, scene(asked))[asked] == right


@pytest.mark.parametrize(
    ("language", "message", "business", "challenge"),
    [
        ("en", "Hi, we repair tower clocks, 9 of us. I need help with the quotes.", "repair tower clocks",
         "I need help with the quotes"),
        ("en", "aquarium maintenance, Dublin", "aquarium maintenance, Dublin", None),
        ("en", "I saw your ad and want to see what this is about", None, None),
        ("de", "Guten Tag, wir machen Turmuhren, also Wartung und Reparatur.", "Turmuhren", None),
        ("es", "holaa, alquilamos colmenas", "alquilamos colmenas", None),
        ("fr", "Bonjour, je dirige un cabinet à Lyon.", "cabinet à Lyon", None),
        ("pt", "Oi! Temos uma padaria em Braga", "padaria em Braga", None),
    ],
)  # fmt: skip
def test_a_first_message_tells_the_business_where_it_says_so(
    language: str, message: str, business: str | None, challenge: str | None
) -> None:
    understood = told(message, scene(language=language))

    assert understood.get("business_type") == (business and (business,))
    assert challenge is None or understood["challenge"] == (challenge,)


def test_a_story_at_the_beginning_is_what_costs_them_time() -> None:
    story = (
        "My wife said I should write, we move houses, and people ask for a price and hear from us days later"
    )

    understood = told(f"{story}, and by then somebody else has the work, which hurts", scene())

    assert understood["business_type"] == ("move houses",)
    assert understood["challenge"][0].startswith("My wife said")


def test_a_number_of_people_is_no_part_of_the_business() -> None:
    known = told("somos 6 en una clínica dental", scene(language="es"))

    assert known == {"team_size": ("6",), "business_type": ("clínica dental",)}


def test_what_is_told_beside_a_number_is_kept_too() -> None:
    message = "It is the quoting that drives everybody mad"

    assert told(message, scene("team_size")) == {"challenge": (message,)}
    assert told("there is me and my wife, nobody else at all", scene("team_size")).keys() <= {"team_size"}


@pytest.mark.parametrize(
    ("language", "message", "tools"),
    [
        ("en", "The Google one and the microsoft one", ("Google", "microsoft")),
        ("en", "Just the one from Microsoft", ("Microsoft",)),
        ("en", "our booking system, the Mindbody one", ("Mindbody",)),
        ("en", "calendar, the google one, and Excel", ("Excel", "google calendar")),
        ("en", "We keep all of it in the Microsoft one and most in the Google one, and that is all we have",
         ("Microsoft", "Google")),
        ("en", "The one we use is Excel", ("Excel",)),
        ("de", "Kalender, der von Google", ("Kalender Google",)),
        ("es", "el de Google y Excel", ("Excel", "Google")),
        ("fr", "celui de Google", ("Google",)),
        ("pt", "agenda, a do Google", ("agenda Google",)),
    ],
)  # fmt: skip
def test_a_program_told_by_its_maker_has_the_name_of_the_maker(
    language: str, message: str, tools: tuple[str, ...]
) -> None:
    assert told(message, scene("tools", language=language))["tools"] == tools


def test_a_program_is_taken_out_behind_a_no() -> None:
    understood = read("it's Google Calendar, not Outlook", scene("steps", tools=("Outlook",)))

    assert [(one.operation, one.values) for one in understood.updates if one.slot == "tools"] == [
        (Operation.REMOVE, ("Outlook",)),
        (Operation.ADD, ("Google Calendar",)),
    ]


@pytest.mark.parametrize(
    ("language", "message", "kept"),
    [
        ("en", "Ok, honest at least. Refunds must stay with us.", "Refunds must stay with us"),
        ("es", "uff, ni que fueran caballos. los descuentos los decido yo", "los descuentos los decido yo"),
    ],
)
def test_an_aside_beside_what_stays_with_people_is_not_kept(language: str, message: str, kept: str) -> None:
    assert told(message, scene("out_of_scope", language=language)) == {"out_of_scope": (kept,)}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "scrap Xero, that's for the invoices"),
        ("en", "We need Xero for invoices, leave it out."),
        ("pt", "tira o Xero"),
        ("de", "Xero bitte streichen"),
        ("es", "quita Xero"),
        ("fr", "Enlevez Xero, s'il vous plaît"),
    ],
)
def test_a_program_is_taken_out_where_that_is_said(language: str, message: str) -> None:
    understood = read(message, scene(drafted=True, language=language, tools=("Xero", "Excel")))

    assert [(one.slot, one.operation, one.values) for one in understood.updates] == [
        ("tools", Operation.REMOVE, ("Xero",))
    ]


@pytest.mark.parametrize(
    ("message", "left"),
    [("this is stupid", ("steps",)), ("what does it cost?", ()), ("hm", ()), ("we are 4 people", ())],
)
def test_a_text_is_asked_for_once(message: str, left: tuple[str, ...]) -> None:
    assert read(message, scene("steps")).leaves_open == left


@pytest.mark.parametrize("asked", TEXT_SLOTS)
@pytest.mark.parametrize(
    "message",
    [
        "this is stupid",
        "what does it cost?",
        "are you a robot",
        "send me the link",
        "let me talk to a person",
        "no more questions please",
        "that's too expensive",
        "you did not understand that",
        "hello",
        "owen@hart.example",
        "thanks",
    ],
)
def test_a_complaint_a_question_or_a_wish_is_in_no_slot(asked: str, message: str) -> None:
    assert asked not in told(message, scene(asked))


@pytest.mark.parametrize(
    ("language", "message", "kept"),
    [
        ("en", "Ok, honest at least.", ()),
        ("en", "yes, sounds good, go ahead", ()),
        ("en", "Haha fair enough. Invoices mostly", ("Invoices mostly",)),
        ("es", "uff, ni que fueran caballos de carrera", ()),
        ("es", "sí, suena bien, adelante", ()),
        ("de", "na das klingt ja spannend", ()),
        ("de", "ja, klingt gut, machen wir", ()),
        ("fr", "oh là là, au moins c'est honnête", ()),
        ("fr", "oui, très bien, allez-y", ()),
        ("pt", "ai que engraçado", ()),
        ("de", "ha, na bravo", ()),
        ("es", "que contesten", ("que contesten",)),
        ("fr", "plus de temps pour moi", ("plus de temps pour moi",)),
        ("pt", "sim, parece bom, pode avançar", ()),
    ],
)
def test_a_reaction_or_a_bare_yes_is_no_answer(language: str, message: str, kept: tuple[str, ...]) -> None:
    understood = read(message, scene("challenge", language=language))

    assert tuple(one.values[0] for one in understood.updates) == kept
    assert "challenge" not in understood.leaves_open


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Hi, I'm Petra, I run a dog salon, it's just me"),
        ("en", "Hello, my name is Petra. I have a dog salon and work alone."),
        ("es", "Hola, soy Petra, tengo una peluquería canina y trabajo sola"),
        ("de", "Hallo, ich bin Petra, ich habe einen Hundesalon, nur ich"),
        ("fr", "Bonjour, je suis Petra, j'ai un salon de toilettage, il n'y a que moi"),
        ("pt", "Olá, sou a Petra, tenho um salão de cães, sou só eu"),
    ],
)
def test_who_works_alone_says_so_beside_name_and_business(language: str, message: str) -> None:
    known = told(message, scene(language=language))

    assert known.keys() == {"name", "team_size", "business_type"}
    assert (known["name"], known["team_size"]) == (("Petra",), ("1",))


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "perdona"),
        ("es", "no le entiendo"),
        ("de", "Entschuldigung"),
        ("fr", "pardon"),
        ("pt", "desculpe"),
    ],
)
def test_an_apology_is_no_answer_in_any_language(language: str, message: str) -> None:
    assert told(message, scene("success_measure", language=language)) == {}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Refunds must stay with us."),
        ("en", "It must never talk to the press."),
        ("en", "Nobody but me signs the price."),
        ("de", "Das letzte Wort hat der Chef."),
        ("de", "Preise mache nur ich."),
        ("de", "Rabatte gebe ich."),
        ("es", "Los descuentos los decido yo."),
        ("fr", "Les remboursements restent chez nous."),
        ("pt", "As devoluções ficam com a gente."),
    ],
)
def test_what_stays_with_people_is_kept_whenever_it_is_said(language: str, message: str) -> None:
    assert told(message, scene("tools", language=language)) == {"out_of_scope": (message.rstrip("."),)}


@pytest.mark.parametrize("message", ["that one", "the same", "what I said"])
def test_what_was_named_before_is_asked_for_in_words(message: str) -> None:
    assert told(message, scene("task", challenge="the quotes")) == {}


@pytest.mark.parametrize("message", ["no more questions", "I have no time for more questions", "stop asking"])
def test_who_has_enough_of_questions_is_heard(message: str) -> None:
    assert read(message, scene("tools")).wants(Intent.NO_QUESTIONS)

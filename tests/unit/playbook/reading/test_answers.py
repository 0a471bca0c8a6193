"""An answer is taken at its word; what is no answer is in no slot."""

import pytest

from playbook.reading.meaning import Intent, Operation
from tests.unit.playbook.reading.scenes import in_languages, read, scene, told

TEXT_SLOTS = ("business_type", "challenge", "task", "steps", "out_of_scope", "success_measure")
MAKERS = "We keep all of it in the Microsoft one and most in the Google one, and that is all we have"


def alone(business: str) -> dict[str, str]:
    return {"name": "Petra", "team_size": "1", "business_type": business}


@pytest.mark.parametrize(
    ("language", "asked", "message", "right"),
    [
        ("en", "business_type", "Well, we run a small bakery in Leeds", "small bakery in Leeds"),
        ("en", "challenge", "Answering the phone. It never stops.", "Answering the phone. It never stops"),
        ("en", "challenge", "That's silly. It is the quotes, all of them.", "It is the quotes, all of them"),
        ("en", "challenge", "Haha fair enough. Invoices mostly", "Invoices mostly"),
        ("en", "task", "hm, the quotes please", "the quotes"),
        ("en", "task", "The quotes. I do it at night and no one likes it, and it is all on me now", "quotes"),
        ("en", "steps", "1. read\n2. answer", "read | answer"),
        ("en", "steps", "They write. Then I answer; I file it.", "They write. Then I answer; I file it"),
        ("en", "out_of_scope", "As I said, the refunds", "the refunds"),
        ("en", "out_of_scope", "Ok, honest. Refunds must stay with us.", "Refunds must stay with us"),
        ("en", "tools", "Oh just Gmail, and the website is Wix", "Gmail | Wix"),
        ("en", "tools", "We use Gmail for all of it, and the rest of it is in an old book of ours", "Gmail"),
        ("en", "success_measure", "No form is lost", "No form is lost"),
        ("es", "challenge", "que contesten", "que contesten"),
        ("es", "business_type", "una clínica, p. ej. Texas, EE. UU.", "clínica, p. ej. Texas, EE. UU"),
        ("es", "out_of_scope", "uff, ni que fueran caballos. eso lo decido yo", "eso lo decido yo"),
        ("fr", "challenge", "plus de temps pour moi", "plus de temps pour moi"),
        ("de", "out_of_scope", "Preise", "Preise"),
        ("en", "tools", "The Google one and the microsoft one", "Google | microsoft"),
        ("en", "tools", "calendar, the google one, and Excel", "Excel | google calendar"),
        ("en", "tools", MAKERS, "Microsoft | Google"),
        ("de", "tools", "Kalender, der von Google", "Kalender Google"),
        ("es", "tools", "el de Google y Excel", "Excel | Google"),
        ("fr", "tools", "celui de Google", "Google"),
        ("pt", "tools", "agenda, a do Google", "agenda Google"),
    ],
)
def test_an_answer_is_kept_in_words_of_its_own(language: str, asked: str, message: str, right: str) -> None:
    known = told(message, scene(asked, language=language))
    assert {slot: " | ".join(values) for slot, values in known.items()} == {asked: right}


@pytest.mark.parametrize(
    ("language", "message", "known"),
    [
        ("en", "Hi, we repair clocks, 9 of us.", {"team_size": "9", "business_type": "repair clocks"}),
        ("en", "aquarium maintenance, Dublin", {"business_type": "aquarium maintenance, Dublin"}),
        ("en", "I saw your ad and want to see what this is about", {}),
        ("de", "Guten Tag, wir machen Turmuhren, also Reparatur.", {"business_type": "Turmuhren"}),
        ("es", "holaa, alquilamos colmenas", {"business_type": "alquilamos colmenas"}),
        ("es", "somos 6 en una clínica dental", {"team_size": "6", "business_type": "clínica dental"}),
        ("fr", "Bonjour, je dirige un cabinet à Lyon.", {"business_type": "cabinet à Lyon"}),
        ("pt", "Oi! Temos uma padaria em Braga", {"business_type": "padaria em Braga"}),
        # Who works alone says so beside name and business.
        ("en", "Hi, I'm Petra, I run a dog salon, it's just me", alone("dog salon")),
        ("en", "Hello, my name is Petra. I have a dog salon and work alone.", alone("dog salon")),
        ("es", "Hola, soy Petra, tengo una peluquería canina y trabajo sola", alone("peluquería canina")),
        ("de", "Hallo, ich bin Petra, ich habe einen Hundesalon, nur ich", alone("Hundesalon")),
        ("fr", "Bonjour, je suis Petra, j'ai un salon, il n'y a que moi", alone("salon")),
        ("pt", "Olá, sou a Petra, tenho um salão de cães, sou só eu", alone("salão de cães")),
    ],
)
def test_a_first_message_tells_the_business(language: str, message: str, known: dict[str, str]) -> None:
    assert told(message, scene(language=language)) == {slot: (value,) for slot, value in known.items()}


def test_what_costs_them_time_is_kept_where_nobody_asked_for_it() -> None:
    story = "My wife said I should write, we move houses, and people ask for a price and hear from us days"
    begun = told(f"{story} later, and by then somebody else has the work, which hurts", scene())
    help_wanted = told("Hi, we repair tower clocks. I need help with the quotes.", scene())
    beside_a_number = "It is the quoting that drives everybody mad"

    assert begun["business_type"] == ("move houses",)
    assert begun["challenge"][0].startswith("My wife said")
    assert help_wanted["challenge"] == ("I need help with the quotes",)
    assert told(beside_a_number, scene("team_size")) == {"challenge": (beside_a_number,)}
    assert told("there is me and my wife, nobody else at all", scene("team_size")).keys() <= {"team_size"}


@in_languages(
    en=("scrap Xero, that's for the invoices", "We need Xero for invoices, leave it out."),
    pt=("tira o Xero",),
    de=("Xero bitte streichen",),
    es=("quita Xero",),
    fr=("Enlevez Xero, s'il vous plaît",),
)
def test_a_program_is_taken_out_where_that_is_said(language: str, message: str) -> None:
    (one,) = read(message, scene(drafted=True, language=language, tools=("Xero", "Excel"))).updates
    assert (one.slot, one.operation, one.values) == ("tools", Operation.REMOVE, ("Xero",))


def test_a_program_is_taken_out_behind_a_no() -> None:
    understood = read("it's Google Calendar, not Outlook", scene("steps", tools=("Outlook",)))
    changes = [(one.operation, one.values) for one in understood.updates if one.slot == "tools"]
    assert changes == [(Operation.REMOVE, ("Outlook",)), (Operation.ADD, ("Google Calendar",))]


@pytest.mark.parametrize("asked", TEXT_SLOTS)
@in_languages(
    en=("this is stupid", "that's too expensive", "I said all that already.", "no, that's wrong", "that one"),
    es=("eso ya se lo he dicho", "no le entiendo"),
    de=("Na ja, das habe ich doch gerade geschrieben",),
    fr=("Je vous l'ai déjà dit.",),
    pt=("Eu já disse.",),
)
def test_a_complaint_fills_no_text_and_leaves_it_open(language: str, message: str, asked: str) -> None:
    understood = read(message, scene(asked, language=language))
    assert (understood.updates, understood.leaves_open) == ((), (asked,))


@pytest.mark.parametrize("asked", TEXT_SLOTS)
@in_languages(
    en=("what does it cost?", "send me the link", "hello", "hm", "Ok, honest at least.", "yes, sounds good"),
    es=("perdona", "uff, ni que fueran caballos de carrera", "sí, suena bien, adelante"),
    de=("Entschuldigung", "na das klingt ja spannend", "ha, na bravo", "ja, klingt gut, machen wir"),
    fr=("pardon", "oh là là, au moins c'est honnête", "oui, très bien, allez-y"),
    pt=("desculpe", "ai que engraçado", "sim, parece bom, pode avançar"),
)
def test_what_is_no_answer_fills_no_text_and_opens_none(language: str, message: str, asked: str) -> None:
    understood = read(message, scene(asked, language=language))
    assert (understood.updates, understood.leaves_open) == ((), ())


@pytest.mark.parametrize(
    ("message", "slot"), [("owen@hart.example", "contact_email"), ("we are 4 people", "team_size")]
)
def test_what_is_told_of_another_slot_leaves_the_text_that_was_asked_for(message: str, slot: str) -> None:
    understood = read(message, scene("steps"))
    assert [one.slot for one in understood.updates] == [slot]
    assert understood.leaves_open == ()


@in_languages(
    en=("Refunds must stay with us.", "It must never talk to the press.", "Nobody but me signs the price."),
    de=("Das letzte Wort hat der Chef.", "Preise mache nur ich.", "Rabatte gebe ich."),
    es=("Los descuentos los decido yo.",),
    fr=("Les remboursements restent chez nous.",),
    pt=("As devoluções ficam com a gente.",),
)
def test_what_stays_with_people_is_kept_whenever_it_is_said(language: str, message: str) -> None:
    assert told(message, scene("tools", language=language)) == {"out_of_scope": (message.rstrip("."),)}


@pytest.mark.parametrize("message", ["no more questions", "I have no time for more questions", "stop asking"])
def test_who_has_enough_of_questions_is_heard(message: str) -> None:
    assert read(message, scene("tools")).wants(Intent.NO_QUESTIONS)

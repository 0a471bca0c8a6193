"""An open answer is taken at its word; nothing of a complaint, a question or an aside is."""

import pytest

from contracts.values import Slot
from services.dialogue.domain.understanding import Intent
from tests.unit.dialogue.reader.scenes import read, scene, told


@pytest.mark.parametrize(
    ("slot", "language", "answer", "values"),
    [
        ("business_type", "en", "Oh hi, well, we run a dental clinic", ("dental clinic",)),
        (
            "business_type",
            "en",
            "As I said, house removals, you know, packing people up",
            ("house removals",),
        ),
        ("business_type", "en", "That's a lot. Garage. What do I get for 1250?", ("Garage",)),
        ("business_type", "es", "bueno, tengo una pastelería en puebla", ("pastelería en puebla",)),
        ("task", "en", "It would be the quotes, I think", ("quotes",)),
        ("task", "de", "Das wäre die Rechnungsstellung", ("Rechnungsstellung",)),
        (
            "task",
            "fr",
            "Pardon, je ne saisis pas votre remarque. La première serait la saisie des heures.",
            ("saisie des heures",),
        ),
        ("task", "pt", "Acho que seria a emissão de notas", ("emissão de notas",)),
        (
            "challenge",
            "en",
            "sorry, 14 not 40. 40 was the clients. the rota takes the time, like i say",
            ("the rota takes the time",),
        ),
        (
            "success_measure",
            "en",
            "if people had their quote the same day",
            ("if people had their quote the same day",),
        ),
        (
            "steps",
            "en",
            "they ring, Lou asks the mechanic, then she looks it up, and then rings back",
            ("they ring", "Lou asks the mechanic", "she looks it up", "rings back"),
        ),
        (
            "steps",
            "en",
            "- read the mail\n- write the quote\n- send it",
            ("read the mail", "write the quote", "send it"),
        ),
        (
            "tools",
            "en",
            "Phone and a paper diary. QuickBooks for the bills",
            ("Phone", "paper diary", "QuickBooks"),
        ),
        (
            "tools",
            "en",
            "Oh Gmail mostly, and Excel for the volumes, which Brenda then saves",
            ("Gmail", "Excel"),
        ),
        (
            "tools",
            "fr",
            "Je viens de vous l'indiquer : Word, ainsi qu'Outlook et AutoCAD.",
            ("Word", "Outlook", "AutoCAD"),
        ),
        ("time_wasters", "en", "invoices, quotes and phone calls", ("invoices", "quotes", "phone calls")),
    ],
)
def test_an_answer_is_taken_at_its_word(
    slot: str, language: str, answer: str, values: tuple[str, ...]
) -> None:
    known = {"team_size": 40} if slot == "challenge" else {}

    assert told(answer, scene(slot, language=language, **known)).get(slot) == values


@pytest.mark.parametrize(
    "slot", ["business_type", "challenge", "task", "steps", "success_measure", "time_wasters"]
)
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "You're not a very good salesman are you"),
        ("en", "I just asked you something"),
        ("en", "we're going round in circles"),
        ("en", "that's a no then"),
        ("en", "What do you do with my data?"),
        ("en", "why do you ask"),
        ("en", "fair enough, as long as somebody does tell me"),
        ("en", "send me the link please"),
        ("en", "can I talk to a person?"),
        ("en", "no thanks, not interested"),
        ("en", "I don't know"),
        ("en", "sounds good"),
        ("en", "ok"),
        ("en", "hang on, one sec"),
        ("en", "that's too expensive"),
        ("en", "owen@hart.example"),
        ("en", "We are 12 people"),
        ("es", "no le entiendo"),
        ("es", "eso no te importa"),
        ("es", "¿cuánto cuesta?"),
        ("es", "muchas gracias"),
        ("de", "Das ist Quatsch"),
        ("de", "Vielen Dank"),
        ("de", "Was kostet das?"),
        ("fr", "Vous n'avez manifestement pas compris."),
        ("fr", "C'est de pire en pire."),
        ("fr", "combien ça coûte ?"),
        ("pt", "vocês não entenderam nada"),
        ("pt", "quanto custa?"),
    ],
)
def test_what_is_no_answer_fills_no_slot(slot: str, language: str, message: str) -> None:
    assert slot not in told(message, scene(slot, language=language))


def test_a_tool_is_known_wherever_it_is_named_and_not_where_it_is_denied() -> None:
    assert told("we keep everything in Google Sheets", scene("steps"))["tools"] == ("Google Sheets",)
    assert "tools" not in told("we don't use Salesforce", scene())
    assert "tools" not in told("does it work with HubSpot?", scene())


def test_what_a_task_is_can_be_put_right_by_its_name() -> None:
    message = "It's wrong. The job is ringing customers to tell them if the car's ready. Fix it"

    understood = read(message, scene(drafted=True, task="you're not a very good salesman"))

    assert told(message, scene(drafted=True))["task"] == (
        "ringing customers to tell them if the car's ready",
    )
    assert understood.wants(Intent.WANT_CHANGE)


def test_a_language_nobody_speaks_here_fills_no_slot_with_text() -> None:
    understood = read("Мы занимаемся перевозками", scene("business_type"))

    assert understood.language == "ru"
    assert understood.updates == ()


def test_the_quote_of_every_answer_stands_in_the_message() -> None:
    message = "they ring, Lou asks the mechanic, then rings back. Excel and Gmail."

    assert all(update.quote in message for update in read(message, scene("steps")).updates)


def test_a_slot_keeps_what_it_held_when_nothing_is_said_of_it() -> None:
    known = scene("challenge", task="quotes")

    assert isinstance(known.profile.task, Slot)
    assert "task" not in told("the phone never stops", known)

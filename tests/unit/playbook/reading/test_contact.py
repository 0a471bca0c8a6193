"""Names and addresses are read whole or not at all; more of them stand in `evals/small_inputs.yaml`."""

import pytest

from contracts.mail import signed
from playbook.reading.contact import phone_numbers
from playbook.reading.talk import numbered_tasks
from tests.unit.playbook.reading.scenes import read, scene, told


@pytest.mark.parametrize(
    ("language", "message", "name"),
    [
        ("en", "I'm Maria de la Cruz", "Maria de la Cruz"),
        ("en", "my name is owen hart and we sell bikes", "owen hart"),
        ("en", "my name is 李小龙", "李小龙"),
        ("en", "This is Siobhán O'Brien", "Siobhán O'Brien"),
        ("en", "yes ok, owen, owen@hart.example", "owen"),
        ("en", "someone may ring me, Terry Walsh, terry@walsh.example", "Terry Walsh"),
        ("en", "Conan O'Brien", "Conan O'Brien"),
        ("en", "Владимир Петров", "Владимир Петров"),
        ("es", "va, soy Lupita Hernández y mi correo es lupita@dulce.example", "Lupita Hernández"),
        ("de", "Ich bin Anna von der Heide", "Anna von der Heide"),
        ("fr", "Je m'appelle Zoé d'Arc", "Zoé d'Arc"),
        ("pt", "Meu nome é João da Silva", "João da Silva"),
        ("de", "Ich bin Zahnarzt in Köln", None),
        *(("en", f"I'm {what}", None) for what in ("the owner", "Interested", "Happy with that")),
        *(("en", text, None) for text in ("fair enough, owen@hart.example", "you don't need my name")),
    ],
)
def test_a_name_is_read_where_it_is_announced_or_alone(language: str, message: str, name: str | None) -> None:
    assert told(message, scene(drafted=True, language=language)).get("name") == ((name,) if name else None)


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("conan.o'brien@acme.example", "conan.o'brien@acme.example"),
        ("it's <owen+bot@hart.example>.", "owen+bot@hart.example"),
        ("email:owen@hart.example", "owen@hart.example"),
        ("owen@hart.example, no, owen@hart2.example", "owen@hart2.example"),
        *((text, None) for text in ("owen..hart@hart.example", "owen@hart@example.com", "@owen")),
    ],
)
def test_an_address_is_whole_or_not_read(message: str, address: str | None) -> None:
    assert told(message, scene()).get("contact_email") == ((address,) if address else None)


@pytest.mark.parametrize(
    ("language", "message", "time"),
    [
        ("en", "no demo please, can somebody just ring me? mornings after 10", "mornings after 10"),
        ("de", "08041 555 0142, ab halb f\u00fcnf.", "ab halb f\u00fcnf"),
        ("es", "quiero que me llame una persona, martes o jueves", "martes o jueves"),
        ("fr", "quelqu'un peut me rappeler ? le matin avant 10h", "le matin avant 10h"),
        ("pt", "prefiro que algu\u00e9m me ligue, depois das 14", "depois das 14"),
    ],
)
def test_when_to_be_called_is_kept_beside_wish_or_number(language: str, message: str, time: str) -> None:
    known = told(message, scene("steps", language=language))
    assert known.keys() - {"contact_phone"} == {"contact_time"}
    assert known["contact_time"] == (time,)
    # A weekday in an answer is no such time.
    assert told("Monday I read the mail, tuesday I answer", scene("steps")).keys() == {"steps"}


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("My number is 0117 496 0123, thanks", ["0117 496 0123"]),
        ("call 555-123-4567 or (415) 555 2671.", ["555-123-4567", "(415) 555 2671"]),
        *(
            (text, [text])
            for text in ("+49 (0)871 / 123 45 67", "0612345678", "612 345 678", "(11) 91234-5678")
        ),
        ("0.5 hours, 12 people, 1,250 US$ and 2026-11-29", []),
        *((other, []) for other in ("on 04.03.2026 at 10", "order 4711-0815 of 3 million 000 000", "0800")),
    ],
)
def test_a_telephone_number_is_read_and_nothing_else_is(message: str, numbers: list[str]) -> None:
    assert phone_numbers(message) == numbers


@pytest.mark.parametrize("asked", ["task", "steps", "business_type", "challenge", "success_measure", None])
def test_a_signature_tells_who_somebody_is_and_answers_nothing(asked: str | None) -> None:
    below = "Mara Lund\nPractice Manager | Bright Smile Dental, 3 sites\nWe look after teeth\n+1 555 010 2233"
    at, question = scene(asked), "What does it cost?"
    alone, understood = read(question, at), read(signed(question, below), at)

    assert understood.questions == alone.questions
    assert {update.slot for update in understood.updates} == {"contact_phone"}


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        (signed("2 works", "Mara Lund"), ()),
        ("2, but what does it cost?", ("starter", "growth", "enterprise")),
        ("2 I guess - is this a bot?", ("identity",)),
        (signed("Number 2 please. We are a dental clinic.", "Mara Lund"), ()),
    ],
)
def test_a_task_is_picked_by_its_number_whatever_follows(message: str, questions: tuple[str, ...]) -> None:
    tasks = numbered_tasks(["answering messages", "booking appointments"])
    understood = read(message, scene("task", offered=tasks))
    picked = [update.values for update in understood.updates if update.slot == "task"]
    assert (picked, understood.questions) == ([("booking appointments",)], questions)

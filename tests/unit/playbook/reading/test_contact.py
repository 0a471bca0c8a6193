"""Names and addresses are read whole or not at all."""

import pytest

from tests.unit.playbook.reading.scenes import scene, told


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("I'm Maria de la Cruz", "Maria de la Cruz"),
        ("My name is Łukasz Żak", "Łukasz Żak"),
        ("my name is owen hart and we sell bikes", "owen hart"),
        ("my name is 李小龙", "李小龙"),
        ("This is Siobhán O'Brien", "Siobhán O'Brien"),
        ("yes. owen, owen@hart.example", "owen"),
        ("yes ok, owen, owen@hart.example", "owen"),
        ("someone may ring me, Terry Walsh, terry@walsh.example", "Terry Walsh"),
        ("va, soy Lupita Hernández y mi correo es lupita@dulce.example", "Lupita Hernández"),
        ("Ich heiße Jürgen Müller", "Jürgen Müller"),
        ("Ich bin Anna von der Heide", "Anna von der Heide"),
        ("Je m'appelle Zoé d'Arc", "Zoé d'Arc"),
        ("Meu nome é João da Silva", "João da Silva"),
        ("I'm the owner", None),
        ("I'm Interested", None),
        ("Ich bin Zahnarzt in Köln", None),
        ("fair enough, owen@hart.example", None),
    ],
)
def test_a_name_is_read_where_it_is_announced(message: str, name: str | None) -> None:
    language = {"va": "es", "Ich": "de", "Je": "fr", "Meu": "pt"}.get(message.replace(",", " ").split()[0])

    assert told(message, scene(drafted=True, language=language)).get("name") == ((name,) if name else None)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("Hi, I'm Maggie", "Maggie"),
        ("Conan O'Brien", "Conan O'Brien"),
        ("I'm Happy with that", None),
        ("Владимир Петров", "Владимир Петров"),
        ("why do you need it?", None),
        ("you don't need my name", None),
        ("I'd rather not say", None),
    ],
)
def test_behind_the_proposal_a_name_may_stand_alone(answer: str, name: str | None) -> None:
    assert told(answer, scene(drafted=True)).get("name") == ((name,) if name else None)


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("conan.o'brien@acme.example", "conan.o'brien@acme.example"),
        ("it's <owen+bot@hart.example>.", "owen+bot@hart.example"),
        ("email:owen@hart.example", "owen@hart.example"),
        ("owen@hart.example, no, owen@hart2.example", "owen@hart2.example"),
        ("owen..hart@hart.example", None),
        ("owen@hart", None),
        ("owen@hart@example.com", None),
        ("@owen", None),
    ],
)
def test_an_address_is_whole_or_not_read(message: str, address: str | None) -> None:
    assert told(message, scene()).get("contact_email") == ((address,) if address else None)

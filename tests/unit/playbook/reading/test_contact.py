"""Names and addresses are read whole or not at all."""

import pytest

from tests.unit.playbook.reading.scenes import read, scene, told


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


@pytest.mark.parametrize(
    ("language", "message", "time"),
    [
        ("en", "no demo please, can somebody just ring me? mornings after 10", "mornings after 10"),
        ("en", "402-555-0148, after 4 central", "after 4 central"),
        ("de", "08041 555 0142, ab halb f\u00fcnf.", "ab halb f\u00fcnf"),
        ("es", "quiero que me llame una persona, martes o jueves", "martes o jueves"),
        ("fr", "quelqu'un peut me rappeler ? le matin avant 10h", "le matin avant 10h"),
        ("pt", "prefiro que algu\u00e9m me ligue, depois das 14", "depois das 14"),
    ],
)
def test_when_to_be_called_is_kept_beside_the_wish_or_the_number(
    language: str, message: str, time: str
) -> None:
    understood = read(message, scene("steps", language=language))

    told = {update.slot: update.values for update in understood.updates if update.slot != "contact_phone"}
    assert told == {"contact_time": (time,)}


def test_a_weekday_in_an_answer_is_no_time_to_be_called() -> None:
    understood = read("Monday I read the mail, tuesday I answer", scene("steps"))

    assert {update.slot for update in understood.updates} == {"steps"}

"""A number is stored where it is certain, and in its own slot only."""

import pytest

from services.dialogue.domain.understanding import Intent, Operation
from tests.unit.dialogue.reader.scenes import read, scene, told


@pytest.mark.parametrize(
    ("language", "answer", "values"),
    [
        ("en", "about 12", ("12",)),
        ("en", "We have 1.500 employees", ("1500",)),
        ("en", "1,500", ("1500",)),
        ("en", "1 500 people", ("1500",)),
        ("en", "1\u202f500", ("1500",)),
        ("en", "1'500", ("1500",)),
        ("en", "1\u2019500 of us", ("1500",)),
        ("en", "about 2k people", ("2000",)),
        ("en", "\uff11\uff12", ("12",)),
        ("en", "\u0661\u0662", ("12",)),
        ("en", "me, my wife and two employees", ("4",)),
        ("en", "it's me and my brother", ("2",)),
        ("en", "used to be 40, now 12", ("12",)),
        ("en", "dunno like 10?", ("10",)),
        ("en", "10 to 15", ("10", "15")),
        ("en", "between ten and fifteen people", ("10", "15")),
        ("en", "half a dozen", ("6",)),
        ("en", "twenty-two of us", ("22",)),
        ("en", "just me", ("1",)),
        ("en", "7. What do I get for 1250?", ("7",)),
        ("en", "We have 12 people and 3 shops", ("12",)),
        ("es", "somos 6 contando a mi mamá 😅", ("6",)),
        ("es", "unas 10 o 12 personas", ("10", "12")),
        ("es", "yo, mi mujer y dos empleados", ("4",)),
        ("es", "antes éramos 40, ahora 12", ("12",)),
        ("de", "zweiundzwanzig Leute", ("22",)),
        ("de", "ich, meine Frau und zwei Angestellte", ("4",)),
        ("de", "früher waren wir 40, jetzt 12", ("12",)),
        ("fr", "Nous sommes vingt-deux collaborateurs", ("22",)),
        ("fr", "moi, ma femme et deux employés", ("4",)),
        ("fr", "on est une quinzaine", ("15",)),
        ("pt", "Somos 8 na equipe", ("8",)),
        ("pt", "eu, minha esposa e dois funcionários", ("4",)),
        ("pt", "éramos 40, agora 12", ("12",)),
        ("pt", "meia dúzia", ("6",)),
        ("en", "two dozen and me", ("25",)),
        ("en", "somewhere from 30 to 35", ("30", "35")),
        ("en", "3 shops, 19 people", ("19",)),
        ("en", "6 of us and a dog", ("6",)),
        ("en", "16 was last summer, we're 11 with me!", ("11",)),
        ("es", "somos siete \U0001f487\u200d\u2640\ufe0f", ("7",)),
        ("de", "wir sind zu fünft", ("5",)),
        ("fr", "ma sœur, deux apprentis et moi", ("4",)),
    ],
)
def test_a_team_size_is_read_from_an_answer(language: str, answer: str, values: tuple[str, ...]) -> None:
    assert told(answer, scene("team_size", language=language)).get("team_size") == values


@pytest.mark.parametrize(
    "answer",
    [
        "(415) 555-0199 is my number",
        "+49 30 901820",
        "We are open 24/7",
        "we're open 9 to 5",
        "Order 66 is still open, why?",
        "we moved to 12 Baker Street in 2015",
        "we began in 2009",
        "since 1998",
        "$12",
        "about 1200 dollars",
        "12%",
        "#12",
        "we serve 40 people a day",
        "we are 5 minutes from the station",
        "3 dentists, 2 hygienists",
        "Well there's me and Brenda, three in the office, and then seventeen lads on the vans",
        "at 10:30",
        "it's 3pm",
        "the 12th",
        "our A4 forms",
        "I lost 3 people and hired 2",
        "more than 100",
        "under ten",
        "eihgteen of us",
        "5 and my wife",
        "14 kayaks",
        "i have 300 clients",
        "seven full time, three part time",
    ],
)
@pytest.mark.parametrize("slot", ["team_size", "hours_per_week"])
def test_a_number_that_counts_something_else_is_never_stored(answer: str, slot: str) -> None:
    stored = told(answer, scene(slot))

    assert "team_size" not in stored
    assert "hours_per_week" not in stored


@pytest.mark.parametrize(
    ("language", "answer", "values"),
    [
        ("en", "2,5 hours a week", ("2.5",)),
        ("en", "2\u00bd hours", ("2.5",)),
        ("en", "90 minutes", ("1.5",)),
        ("en", "half an hour a day, five days a week", ("2.5",)),
        ("en", "an hour and a half each day", ("7.5",)),
        ("en", "two hours every day", ("10",)),
        ("en", "40 hours a month", ("9.2",)),
        ("en", "twelve", ("12",)),
        ("en", "10-15 hours", ("10", "15")),
        ("en", "20 hours. maybe no, i think 5 hours for the rota", ("5",)),
        ("en", "Brenda does two hours every day and I do a bit at night, so call it twelve a week", ("12",)),
        ("es", "dos horas y media al día", ("12.5",)),
        ("es", "media hora al día, cinco días a la semana", ("2.5",)),
        ("de", "anderthalb Stunden am Tag", ("7.5",)),
        ("de", "täglich ca. 2 Std", ("10",)),
        ("de", "eine halbe Stunde am Tag, an fünf Tagen die Woche", ("2.5",)),
        ("de", "etwa 10 bis 12 Stunden", ("10", "12")),
        ("fr", "Une quinzaine d'heures par semaine", ("15",)),
        ("fr", "une heure et demie par jour", ("7.5",)),
        ("pt", "duas horas e meia por dia", ("12.5",)),
        ("pt", "10 a 12 horas por semana", ("10", "12")),
        ("en", "two of us, four hours each", ("8",)),
        ("en", "an hour a day, shut sunday", ("6",)),
        ("en", "1.5h/day", ("7.5",)),
        ("es", "hora y media cada día, de lunes a viernes", ("7.5",)),
        ("de", "Drei Leute, je zehn Stunden.", ("30",)),
        ("fr", "2 h 30", ("2.5",)),
    ],
)
def test_hours_a_week_are_read_from_an_answer(language: str, answer: str, values: tuple[str, ...]) -> None:
    assert told(answer, scene("hours_per_week", language=language)).get("hours_per_week") == values


@pytest.mark.parametrize(
    "answer",
    [
        "we only began doing it in 2009",
        "9 to 5",
        "we're open 40 hours a week",
        "3 hours on Monday and 2 on Friday",
        "a quarter of an hour a day",
        "2 hours each person",
        "5 hours per invoice, 3 invoices a week",
        "from 9 to 12 every day",
        "the drive is 2 hours",
        "within 24 hours",
        "we are 14 people",
        "3 hours twice a week",
        "an hour each morning and an hour at night",
        "10 hours, plus 3 from my cousin",
        "two evenings of three hours",
    ],
)
def test_hours_that_are_not_certain_stay_unknown(answer: str) -> None:
    assert "hours_per_week" not in told(answer, scene("hours_per_week"))


@pytest.mark.parametrize(
    ("message", "stored"),
    [
        ("We are a team of 9", {"team_size": ("9",)}),
        ("12 employees, and it takes 5 hours a week", {"team_size": ("12",), "hours_per_week": ("5",)}),
        ("I work 60 hours a week", {}),
        ("40 people called us today", {}),
        ("it takes 5 hours", {}),
        ("We are a tour company for groups of 14 people", {}),
        ("our clients have 300 employees", {}),
        (
            "a logistics broker? no, we're an agency with 14 people. Sorry, I meant 40.",
            {"business_type": ("agency",), "team_size": ("40",)},
        ),
    ],
)
def test_what_is_volunteered_counts_only_with_its_unit(
    message: str, stored: dict[str, tuple[str, ...]]
) -> None:
    assert told(message, scene()) == stored


@pytest.mark.parametrize(
    ("message", "stored"),
    [
        ("no 12", {"team_size": ("12",)}),
        ("no, 12", {"team_size": ("12",)}),
        ("actually we are 14", {"team_size": ("14",)}),
        ("sorry, 14 not 40", {"team_size": ("14",)}),
    ],
)
def test_a_correction_goes_to_what_was_said_back(message: str, stored: dict[str, tuple[str, ...]]) -> None:
    assert told(message, scene("hours_per_week", team_size=40)) == stored
    assert Intent.CORRECT in read(message, scene("hours_per_week", team_size=40)).intents


@pytest.mark.parametrize(
    ("message", "stored"),
    [
        ("no no 5 hours, not 20. rest is ok", {"hours_per_week": ("5",)}),
        ("i told you 14 people, not 40", {"team_size": ("14",)}),
        ("no!! hours is 5. people is 14.", {"hours_per_week": ("5",), "team_size": ("14",)}),
        ("TEAM 14 PEOPLE. HOURS 5. please send link", {"hours_per_week": ("5",), "team_size": ("14",)}),
        ("yes ok. but hours is 5 not 14", {"hours_per_week": ("5",)}),
        ("the number is wrong. we are 14 people. so starter no?", {"team_size": ("14",)}),
        ("not 20, 5", {"hours_per_week": ("5",)}),
    ],
)
def test_a_corrected_number_never_crosses_over(message: str, stored: dict[str, tuple[str, ...]]) -> None:
    assert told(message, scene(drafted=True, team_size=40, hours_per_week=20.0)) == stored


def test_a_number_for_the_wrong_slot_can_be_moved() -> None:
    understood = read("I meant hours", scene("challenge", team_size=12))

    assert [(one.slot, one.operation, one.values) for one in understood.updates] == [
        ("team_size", Operation.REMOVE, ()),
        ("hours_per_week", Operation.SET, ("12",)),
    ]


@pytest.mark.parametrize(
    ("language", "asked", "message", "stored"),
    [
        (
            "en", "out_of_scope", "refunds. it's 23 of us altogether, 12 is only the falconers",
            {"team_size": ("23",), "out_of_scope": ("refunds",)},
        ),
        (
            "de", "out_of_scope", "Die Preise. Noch zur Teamgröße: mit den drei Teilzeitkräften sind wir 17",
            {"team_size": ("17",), "out_of_scope": ("Preise",)},
        ),
        (
            "de", "success_measure", "Antwort in drei Tagen. Eher 25 Stunden als 20",
            {"hours_per_week": ("25",), "success_measure": ("Antwort in drei Tagen",)},
        ),
        (
            "de", None, "Wir sind 17 Personen und es sind 25 Stunden",
            {"team_size": ("17",), "hours_per_week": ("25",)},
        ),
        ("fr", None, "Excel. Nous sommes 15 avec les apprentis", {"team_size": ("15",), "tools": ("Excel",)}),
        ("fr", "tools", "Excel. On est 15 avec les apprentis", {"team_size": ("15",), "tools": ("Excel",)}),
        ("es", "tools", "Excel. Somos 15, 12 son del taller", {"team_size": ("15",), "tools": ("Excel",)}),
        ("pt", "tools", "Excel. somos 15, 12 são pescadores", {"team_size": ("15",), "tools": ("Excel",)}),
    ],
)  # fmt: skip
def test_a_number_put_right_beside_an_answer_counts(
    language: str, asked: str | None, message: str, stored: dict[str, tuple[str, ...]]
) -> None:
    known = scene(asked, language=language, team_size=12, hours_per_week=20.0)

    assert told(message, known) == stored

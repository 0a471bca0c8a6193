"""The words of trade of each language."""

import pytest

from playbook.claims import folded
from playbook.claims.spoken import languages_of
from playbook.claims.terms import terms_in
from playbook.claims.vocabulary import Vocabulary, languages, vocabulary
from tests.unit.playbook.reading.scenes import in_languages


def words_of(language: str) -> Vocabulary:
    words = vocabulary(language)
    assert words is not None
    return words


def topics_of(words: Vocabulary) -> set[str]:
    rows = {topic for found in words.rows.values() for _, row in found for topic in row}
    return rows.union(*words.exact.values(), *words.stems.values())


@pytest.mark.parametrize("language", languages())
def test_every_language_knows_the_same_topics(language: str) -> None:
    assert topics_of(words_of("en")) == topics_of(words_of(language))


@in_languages(de=("Einrichtungsgebühr",), nl=("Maandprijs",), ar=("بالسعر",), zh=("价格",), ja=("料金",))
def test_words_are_found_inside_longer_ones(language: str, message: str) -> None:
    assert "trade" in {
        topic for term in terms_in(folded(message), words_of(language)) for topic in term.topics
    }


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "two thousand five hundred", 2500),
        ("de", "zweitausendfünfhundert", 2500),
        ("zh", "九百", 900),
        ("fr", "1 250", 1250),
        ("es", "1.250", 1250),
        ("es", "dos mil quinientos", 2500),
        ("it", "duecento", 200),
        ("pl", "tysiąc pięćset dwadzieścia", 1520),
        ("ru", "двести сорок", 240),
        ("fr", "quatre-vingt-dix-neuf", 99),
        ("fr", "mille quatre cent quatre-vingt-dix", 1490),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(language: str, text: str, value: float) -> None:
    assert [term.value for term in terms_in(folded(text), words_of(language))] == [value]


@pytest.mark.parametrize(
    ("language", "text", "one_in"),
    [
        ("en", "every fifth order", 5),
        ("de", "jede zehnte", 10),
        ("fr", "chaque deuxième", 2),
        ("pl", "co trzeci", 3),
        ("ru", "каждый пятый", 5),
        *(("en", text, None) for text in ("the fifth order", "every order, the fifth")),
    ],
)
def test_every_fifth_is_one_in_five(language: str, text: str, one_in: int | None) -> None:
    found = [term.one_in for term in terms_in(folded(text), words_of(language)) if term.one_in]
    assert found == ([one_in] if one_in else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("How many people are on your team?", {"en"}),
        ("Je krijgt korting.", {"nl"}),
        ("Это стоит девятьсот долларов.", {"ru"}),
        ("Знижки дати не можу, вибачте, її немає.", {"uk"}),
        # A language without words is not taken for another.
        ("Az első hónap teljesen ingyenes önöknek.", set()),
    ],
)
def test_the_small_words_tell_the_language(text: str, found: set[str]) -> None:
    told = languages_of(folded(text), "en")
    assert found <= {*told} and bool(told) is bool(found)

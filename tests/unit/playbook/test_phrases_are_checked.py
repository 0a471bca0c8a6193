"""What could not be compiled later is refused at start."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from playbook.lexicon import Phrases, is_written_well
from tests.support.playbooks import SHIPPED

SIGNS = st.text(alphabet="ab ()|?*^$.{n}'-", min_size=1, max_size=12).filter(str.strip)


@given(SIGNS)
@example("(a|b")
@example("a)")
@example("?a")
@example("(?a)")
@example("(a )?b*")
@example("|{?")
@example("a???")
@example("... ?")
def test_a_phrase_is_refused_where_it_could_not_be_compiled(phrase: str) -> None:
    phrases = Phrases.model_construct(root=(phrase,))
    try:
        phrases.search("a b")
    except re.error:
        assert not is_written_well(phrase)
    else:
        assert is_written_well(phrase) or not {*"()?{}"}.isdisjoint(phrase)


def test_every_shipped_phrase_compiles() -> None:
    for playbook in (SHIPPED, *SHIPPED.languages.values()):
        for kind in playbook.task_kinds:
            kind.words.search("a")
        lexicon = playbook.lexicon.model_dump()
        for words in _lists(lexicon):
            Phrases(words).search("a")


def _lists(value: object) -> list[tuple[str, ...]]:
    match value:
        case dict():
            return [found for each in value.values() for found in _lists(each)]
        case tuple() | list() if value and all(isinstance(each, str) for each in value):
            return [tuple(value)]
        case _:
            return []

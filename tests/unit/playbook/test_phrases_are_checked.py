"""What could not be compiled later is refused at start."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from playbook.lexicon import Phrases, is_written_well

SIGNS = st.text(alphabet="ab ()|?*^$.{n}'-", min_size=1, max_size=12).filter(str.strip)


@given(SIGNS)
@example("(a|b")
@example("?a")
@example("(?a)")
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

"""Makes a visitor's words fit to stand in our sentences, without changing what they say."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from contracts.values import Profile, Slot
from playbook.claims import cleaned, folded
from playbook.lexicon import plain
from playbook.section import placeholders
from playbook.whole import Playbook

MOST_LISTED = 6
_LONGEST_PHRASE, LONGEST_QUOTE = 160, 600
# More words, or a mark between them, are a sentence; a very long one would fill a sentence of ours alone.
_MOST_PLAIN_WORDS, MOST_WORDS_QUOTED = 4, 25
_BETWEEN_CLAUSES = re.compile(r"[.!?;:\u2026]")
_WORD_FOR_WORD = 1.0
_LITTLE_WORD = 3
_STEM = 5
_WORD = re.compile(r"\w{3,}")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|javascript:)\S*|\S+@\S+", re.IGNORECASE)
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`*#|\\", " "))
# A phrase stands inside a sentence of ours, which brings its own full stop.
_EDGES = " .,;:!?-\"'\u2013\u2014\u201c\u201d\u2026"
_BETWEEN_LINES = "; "


# A draft looks at the same few texts many times, each time at all their words.
@lru_cache(maxsize=512)
def phrase(text: str, longest: int = _LONGEST_PHRASE) -> str:
    """The words on one line, without links, markup and the punctuation around them, cut at a word's end."""
    lines = (_LINK.sub(" ", cleaned(line)).translate(_MARKUP) for line in text.splitlines())
    shown = (" ".join(line.split()).strip(_EDGES) for line in lines)
    return cut(_BETWEEN_LINES.join(line for line in shown if line), longest)


def texts_of(slot: Slot[str] | Slot[tuple[str, ...]] | None) -> tuple[str, ...]:
    """The texts of a slot, none where it is not known."""
    if slot is None:
        return ()
    return (slot.value,) if isinstance(slot.value, str) else slot.value


def phrases(items: Iterable[str], longest: int = _LONGEST_PHRASE) -> tuple[str, ...]:
    """Every item as a phrase, each said once, empty ones left out."""
    shown = {one.casefold(): one for one in reversed([phrase(item, longest) for item in items]) if one}
    return tuple(shown.values())[::-1]


def cut(text: str, longest: int) -> str:
    """The phrase up to a word's end that is no little word, where it is longer."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    words = kept.split(" ")[:-1]
    while words and len(words[-1].strip(_EDGES)) <= _LITTLE_WORD:
        del words[-1]
    return f"{' '.join(words).rstrip(_EDGES) or kept}…"


def is_plain(text: str, playbook: Playbook, *, most_words: int = _MOST_PLAIN_WORDS) -> bool:
    """Whether a phrase is a few words and no sentence."""
    is_sentence = _BETWEEN_CLAUSES.search(text) or playbook.lexicon.answers.subjects.begin(plain(text))
    return 0 < len(text.split()) <= most_words and not is_sentence


def as_said(text: str, playbook: Playbook) -> str:
    """A few plain words as they are, a sentence as a quote."""
    said = phrase(text, LONGEST_QUOTE)
    if not said or is_plain(said, playbook):
        return said
    return playbook.language.quote.format(text=playbook.proposal.nameless.quotable(said))


def covers(line: str, item: str) -> bool:
    """Whether every word of the item stands in the line, in whatever form: `reads` stands for `read`."""
    words, wanted = _words_of(line), stems_of(item)
    return bool(wanted) and all(any(word.startswith(one) for word in words) for one in wanted)


def stems_of(text: str) -> tuple[str, ...]:
    """The beginnings by which its words are found again."""
    return tuple(word[:_STEM] for word in _words_of(text))


@lru_cache(maxsize=512)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


def is_same(one: str, other: str) -> bool:
    """Whether both say the same: the same words, in whatever form and order."""
    is_as_long = len(_words_of(one)) == len(_words_of(other))
    return folded(one) == folded(other) or (is_as_long and (covers(one, other) or covers(other, one)))


def weighty(text: str) -> list[str]:
    """The words that carry the meaning, which are seldom the short ones."""
    return [word for word in _words_of(text) if len(word) > _LITTLE_WORD]


def sentence(text: str) -> str:
    """The text with a capital in front and a full stop behind."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def all_as_said(texts: Iterable[str], playbook: Playbook) -> tuple[str, ...]:
    """Every text in this way, each said once."""
    return tuple(as_said(text, playbook) for text in phrases(texts, LONGEST_QUOTE))


def slot_as_said(slot: Slot[str] | Slot[tuple[str, ...]] | None, playbook: Playbook) -> tuple[str, ...]:
    """The texts of a slot in this way; what a model put in other words is no quote."""
    is_theirs = slot is None or slot.confidence == _WORD_FOR_WORD
    return all_as_said(texts_of(slot), playbook) if is_theirs else slot_in_phrases(slot)


def slot_in_phrases(slot: Slot[str] | Slot[tuple[str, ...]] | None) -> tuple[str, ...]:
    """The texts of a slot without a quote, as they stand among words of a model."""
    return phrases(texts_of(slot), LONGEST_QUOTE)


def sayable(profile: Profile, playbook: Playbook) -> dict[str, str]:
    """What is known of the visitor, slot by slot, as it can stand in a sentence; a whole story cannot."""
    said, language = dict[str, str](), playbook.language
    for slot in profile.known():
        match getattr(profile, slot).value:
            case str() as value:
                said[slot] = as_said(value, playbook) if len(value.split()) <= MOST_WORDS_QUOTED else ""
            case tuple() as items:
                shown = all_as_said(items, playbook)[:MOST_LISTED]
                said[slot] = language.listed(shown) if shown else ""
            case number:
                said[slot] = language.count(
                    number, language.people if slot == "team_size" else language.hours
                )
    return {slot: words for slot, words in said.items() if words}


def first_sayable(alternatives: Iterable[str], words: Mapping[str, str]) -> str | None:
    """The first alternative whose slots are all known, None when there is none."""
    return next((template for template in alternatives if placeholders(template) <= words.keys()), None)


def mostly_covers(text: str, step: str) -> bool:
    """Whether most words of a step stand in the text: a model says it in other words than the visitor."""
    words = weighty(step) or [step]
    return sum(covers(text, word) for word in words) * 2 > len(words)

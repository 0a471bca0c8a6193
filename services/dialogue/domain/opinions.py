"""What the visitor thinks of what was shown: a yes, a yes with a question, a doubt."""

import re

from services.dialogue.domain.phrasebook import Phrasebook
from services.dialogue.domain.reading.text import clauses

MOST_WORDS_OF_A_YES = 8
_MOST_WORDS_BEFORE_A_QUESTION = 5
_LETTER = re.compile(r"[^\W\d_]")


def wants_change(text: str, book: Phrasebook) -> bool:
    """Whether the visitor wants something to be different."""
    return book.wishes.search(book.no_change.sub(" ", text)) is not None


def wants_demo(text: str, book: Phrasebook) -> bool:
    """Whether the visitor asks for the demo, and does not ask to be spared it."""
    return any(
        not book.negation_before.search(book.plain_yes.sub(" ", text[: match.start()]))
        and not book.spares_the_demo.search(match.group())
        for match in book.wants_demo.finditer(text)
    )


def puts_off(text: str, book: Phrasebook) -> bool:
    """Whether the visitor would rather wait or have it in writing, and says no yes beside it."""
    return book.puts_off.search(text) is not None and not says_yes(text, book)


def asks_to_go_on(text: str, book: Phrasebook) -> bool:
    """Whether the visitor asks what comes next."""
    return book.asks_to_go_on.search(text) is not None


def says_yes(text: str, book: Phrasebook) -> bool:
    """Whether the visitor says yes, and takes it back in no other half of the sentence."""
    return _agrees(text, book) and not _takes_back(text, book)


def says_yes_and_asks(text: str, book: Phrasebook) -> bool:
    """Whether a yes of a few words stands before a question: "Sure, how long is it?"."""
    first, *more = [span.of(text) for span in clauses(text)] or [""]
    is_short = len(first.split()) <= _MOST_WORDS_BEFORE_A_QUESTION and "?" not in first
    return bool(more) and is_short and _agrees(first, book) and not _takes_back(text, book)


def is_plain_yes(text: str, book: Phrasebook) -> bool:
    """Whether a yes stands in the text that nothing beside it denies."""
    return any(
        not book.negation_before.search(text[: match.start()])
        and not book.negation_after.match(text[match.end() :])
        for match in book.plain_yes.finditer(text)
    )


def has_doubts(text: str, book: Phrasebook) -> bool:
    """Whether a word stands in the text that a yes is seldom made of."""
    return book.doubts.search(_agreed_away(text, book)) is not None


def is_presumably_yes(text: str, book: Phrasebook, *, is_for_good: bool) -> bool:
    """Whether words nobody listed are a yes: few, in letters we can read, and with nothing against it.

    Where a language lists no doubts, nothing can be told from their absence. Where the yes is one for good, a
    whole statement is none at once.
    """
    is_told_apart = book.lists_doubts and text.isascii()
    is_short = 0 < len(text.split()) <= MOST_WORDS_OF_A_YES and _LETTER.search(text) is not None
    is_statement = is_for_good and book.statements.search(text) is not None
    is_put_to_us = "?" in text or book.asks.search(text) or book.commands.search(text)
    return is_told_apart and is_short and not is_statement and not is_put_to_us and not has_doubts(text, book)


def _agrees(text: str, book: Phrasebook) -> bool:
    if book.no_change.search(text) or is_plain_yes(text, book):
        return True
    return book.weak_yes.search(text) is not None and not book.reluctant.search(text)


def _takes_back(text: str, book: Phrasebook) -> bool:
    """Whether "yes, but not this year" ends in a no."""
    for match in book.contrasts.finditer(text):
        behind = text[match.end() :]
        if has_doubts(behind, book) and not _agrees(behind, book):
            return True
    return False


def _agreed_away(text: str, book: Phrasebook) -> str:
    """The text without the phrases whose negations say yes: "no objections", "why not"."""
    return book.plain_yes.sub(" ", book.no_change.sub(" ", text))

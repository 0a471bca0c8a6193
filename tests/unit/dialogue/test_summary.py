"""A talk of any length is told in few words: its end whole, and what the visitor wrote before in short."""

from services.dialogue.domain.summary import (
    LONGEST_EARLIER_LINE,
    MOST_EARLIER_LETTERS,
    MOST_WHOLE,
    earlier_lines,
    recent_utterances,
)
from tests.support.talks import talk


def long_talk(line: str, rounds: int) -> tuple[str, ...]:
    return tuple(text for number in range(rounds) for text in (f"{number} {line}", "Answer."))


def test_a_short_talk_is_told_whole() -> None:
    history = talk(*long_talk("We bake bread.", 3)).history

    assert tuple(recent_utterances(history)) == history
    assert earlier_lines(history) == ()


def test_the_last_messages_are_whole_however_long_they_are() -> None:
    history = talk(*long_talk("We bake bread. " * 100, 10)).history

    assert tuple(recent_utterances(history)) == history[-MOST_WHOLE:]


def test_of_earlier_messages_the_visitors_are_told_in_short_and_in_their_order() -> None:
    history = talk(*long_talk("We bake\n bread. " * 100, 10)).history

    lines = earlier_lines(history)

    assert [line.split()[0] for line in lines] == ["0", "1", "2", "3"]
    assert all(len(line) <= LONGEST_EARLIER_LINE and "\n" not in line for line in lines)


def test_beyond_a_limit_the_oldest_lines_go() -> None:
    history = talk(*long_talk("We bake bread. " * 100, 30)).history

    lines = earlier_lines(history)

    assert sum(map(len, lines)) <= MOST_EARLIER_LETTERS
    assert lines[-1].startswith("23 ")
    assert not lines[0].startswith("0 ")

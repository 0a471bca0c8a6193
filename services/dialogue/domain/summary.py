"""The talk as a language model reads it: the last messages whole, the visitor's earlier ones in short."""

from collections.abc import Sequence

from services.dialogue.domain.conversation import Utterance, shortened

MOST_WHOLE = 12
LONGEST_EARLIER_LINE = 120
MOST_EARLIER_LETTERS = 1_200


def recent_utterances(history: Sequence[Utterance]) -> Sequence[Utterance]:
    """The last messages of both sides, in their order."""
    return history[-MOST_WHOLE:]


def earlier_lines(history: Sequence[Utterance]) -> tuple[str, ...]:
    """What the visitor wrote before the last messages, each line shortened; the oldest go beyond a limit.

    What was settled then stands in the profile; these are for corrections that refer to it.
    """
    lines: list[str] = []
    left = MOST_EARLIER_LETTERS
    for utterance in reversed(history[:-MOST_WHOLE]):
        if utterance.role == "visitor":
            line = shortened(" ".join(utterance.text.split()), LONGEST_EARLIER_LINE)
            left -= len(line)
            if left < 0:
                break
            lines.append(line)
    return tuple(reversed(lines))

"""What a reply asks, as a visitor hears it: a question of the playbook, or one that is worded like it."""

import re
from collections.abc import Iterator

from contracts.values import Stage
from playbook import Playbook
from playbook.claims import folded

_QUESTION = re.compile(r"[^.!?\n¿]+\?")
# How a model may word the same question; the first that fits is taken.
_WORDED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(words, re.IGNORECASE))
    for asked, words in (
        ("team_size", r"how (?:many|big|large)\b.*\b(?:people|team|staff|employees|you)\b|size of your team"),
        ("hours_per_week", r"\bhours?\b|how (?:much time|long does it take)"),
        ("tools", r"\b(?:tools?|software|apps?|systems?|programs?)\b"),
        ("success_measure", r"\b(?:success|worked|measure|goal|outcome)\b"),
        ("task", r"\b(?:one|single|first) (?:task|thing|process)\b|automate first|hand over"),
        ("steps", r"\bsteps?\b|how (?:does|do) (?:it|that|you)\b|walk me through|today"),
        ("challenge", r"challeng|frustrat|takes? up|time|pain|struggl"),
        ("business_type", r"\b(?:business|company|industry|do you do)\b"),
    )
)
# Which of several numbers is right: their unit tells of what.
_NUMBER = "number"
_CONCERN = re.compile(r"\b(?:hold|hesita|worr|concern)", re.IGNORECASE)


class Hearing:
    """Recognises what replies ask, by one playbook."""

    def __init__(self, playbook: Playbook) -> None:
        spoken = (playbook, *playbook.languages.values())
        self._asked_by = {words: asked for one in spoken for words, asked in _questions(one)}
        lines = [
            line
            for one in spoken
            for line in (*one.lines.is_everybody, *one.lines.is_all_hours, *one.lines.which_number)
        ]
        self._asks_back = [re.compile(re.sub(r"\\\{\w+\\\}", ".{1,80}", re.escape(line))) for line in lines]
        handed_over = (line for one in spoken for line in one.lines.hand_over)
        self._handed_over = [line.partition("{")[0].strip() for line in handed_over]
        self._hours = [folded(one.language.hours.many.partition("}")[2].strip()) for one in spoken]

    def number_asked_back(self, reply: str) -> str | None:
        """The question whether a number is right, or which of several; None where none is asked."""
        said = " ".join(reply.split())
        questions = [one for words in self._asks_back if (one := words.search(said))]
        return questions[0].group() if questions else None

    def is_handed_over(self, reply: str) -> bool:
        """Whether the reply says that a person was told."""
        return any(said in " ".join(reply.split()) for said in self._handed_over)

    def what_is_asked(self, reply: str, stage: Stage) -> str | None:
        """The slot or the thing that the last question of the reply asks for; None when it asks nothing.

        Once the proposal was weighed, whether it fits is a question about its tier.
        """
        said = " ".join(reply.split())
        places = {said.rfind(words): asked for words, asked in self._asked_by.items() if words in said}
        if places:
            asked = places[max(places)]
            if asked == _NUMBER:
                asked = "hours_per_week" if any(unit in folded(said) for unit in self._hours) else "team_size"
            return "tier" if asked == "proposal" and stage is Stage.RECOMMEND else asked
        questions = questions_in(reply)
        return _by_words(questions[-1], stage) if questions else None


def questions_in(reply: str) -> list[str]:
    """Every sentence that asks."""
    return [sentence.strip() for sentence in _QUESTION.findall(reply)]


def _by_words(question: str, stage: Stage) -> str | None:
    if stage is Stage.PROPOSE:
        return "proposal"
    if stage is Stage.RECOMMEND:
        return "concern" if _CONCERN.search(question) else "tier"
    if stage is Stage.BOOK:
        return None
    return next((asked for asked, words in _WORDED if words.search(question)), None)


def _questions(playbook: Playbook) -> Iterator[tuple[str, str]]:
    for script in playbook.stages.values():
        for question in script.questions:
            yield question.ask, question.slot
            yield question.again, question.slot
    lines = playbook.lines
    for words in lines.is_everybody:
        # What follows the number that is asked back.
        yield words.rpartition("}")[2].strip(), "team_size"
    for words in lines.is_all_hours:
        yield words.rpartition("}")[2].strip(), "hours_per_week"
    for words in lines.which_number:
        yield words.partition("{")[0].strip(), _NUMBER
    for words in (*lines.reaction, *lines.reaction_when_unsure):
        yield words, "proposal"
    for words in lines.reaction_to_redraft:
        yield words, "redraft"
    for words in lines.change:
        yield words.partition("{")[0].strip(), "change"

"""What a reply asks, as a visitor hears it: a question of the playbook, or one that is worded like it."""

import re
from collections.abc import Iterator, Mapping

from contracts.values import Stage
from playbook import Playbook
from playbook.lines import Askings

_QUESTION = re.compile(r"[^.!?\n¿]+\?")
# How a model may word the same question; the first that fits is taken.
_WORDED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(words, re.IGNORECASE))
    for asked, words in (
        ("tier", r"\bdemo\b|send (?:you )?the link|\btier\b"),
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


class Hearing:
    """Recognises what replies ask, by one playbook."""

    def __init__(self, playbook: Playbook) -> None:
        whole = playbook.model_dump(mode="json")
        self._asked_by = dict(_questions(whole))
        self._along_by = dict(_asked_along(whole))

    def what_goes_along(self, reply: str) -> str | None:
        """The slot that a question of the playbook asks for in the same breath as its own."""
        said = " ".join(reply.split())
        return next((slot for words, slot in self._along_by.items() if words in said), None)

    def what_is_asked(self, reply: str, stage: Stage) -> str | None:
        """The slot or the thing that the last question of the reply asks for; None when it asks nothing."""
        said = " ".join(reply.split())
        places = {said.rfind(words): asked for words, asked in self._asked_by.items() if words in said}
        if places:
            return places[max(places)]
        questions = questions_in(reply)
        return _by_words(questions[-1], stage) if questions else None


def questions_in(reply: str) -> list[str]:
    """Every sentence that asks."""
    return [sentence.strip() for sentence in _QUESTION.findall(reply)]


def _by_words(question: str, stage: Stage) -> str | None:
    if stage is Stage.PROPOSE:
        return "proposal"
    if stage in {Stage.RECOMMEND, Stage.BOOK}:
        return "tier"
    return next((asked for asked, words in _WORDED if words.search(question)), None)


def _questions(part: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every question below a part of the playbook, whatever language it stands in."""
    if isinstance(part, Mapping):
        if "slot" in part and "ask" in part:
            yield from (
                (str(part[wording]), str(part["slot"]))
                for wording in ("ask", "again", "both")
                if part.get(wording)
            )
        elif name in Askings.model_fields and "rest" in part:
            yield from ((str(words), name) for words in (*part["ask"], part["rest"]))
        else:
            for key, value in part.items():
                yield from _questions(value, str(key))
    elif isinstance(part, list):
        for value in part:
            yield from _questions(value, name)


def _asked_along(part: object) -> Iterator[tuple[str, str]]:
    """Every question that asks for two things, with the second of them."""
    if isinstance(part, Mapping):
        if part.get("along") and part.get("both"):
            yield str(part["both"]), str(part["along"])
        for value in part.values():
            yield from _asked_along(value)
    elif isinstance(part, list):
        for value in part:
            yield from _asked_along(value)

"""Reads what of a message is content: the answer to the open question, and what is certain beside it."""

from collections.abc import Iterable, Sequence
from typing import Final

from playbook import Playbook
from playbook.reading.answers import (
    MOST_WORDS_OF_A_NAME,
    business_named,
    business_told,
    is_empty,
    is_of_one,
    listed_briefly,
    quoted,
    tells_of_tools,
    tools_named,
    values_said,
    without_courtesies,
)
from playbook.reading.meaning import NUMBER_SLOTS, SLOT_NAMES, Operation, SlotName, SlotUpdate
from playbook.reading.measures import says_only_numbers
from playbook.reading.sentences import Kind, SentenceReading
from playbook.reading.talk import Talk
from playbook.reading.text import Part, Sentence

_LONG_WITH_A_NAME: Final = 10
# A first message that is longer is a story of its own.
_LONG: Final = 25
_FEWEST_WORDS_OF_A_TALE: Final = 5
UNCLEAN: Final = frozenset({Kind.CORRECTION, Kind.COMPLAINT})


class Texts:
    """The texts of one message, whose sentences are sorted already."""

    def __init__(
        self, whole: Part, readings: Sequence[SentenceReading], conversation: Talk, playbook: Playbook
    ) -> None:
        self._whole, self._readings, self._conversation = whole, readings, conversation
        self._playbook, self._lexicon = playbook, playbook.lexicon

    def updates(self, contact: Sequence[SlotUpdate]) -> list[SlotUpdate]:
        """The answer to the open question in the visitor's words, and what is certain beside it."""
        slot, lexicon, whole = self._open_slot(), self._lexicon, self._whole
        told = [update.values[0] for update in contact]
        said = [part for one in self._content() for part in _without(told, one)]
        updates = list[SlotUpdate]()
        if slot not in {"success_measure", "team_size"}:
            kept = [one.sentence for one in self._readings if self._keeps(one)]
            said = [one for one in said if not any(each.holds(one.start) for each in kept)]
            updates += self._set("out_of_scope", (quoted(kept, whole, lexicon),), Operation.ADD)
            # Beside what clearly stays with people, the rest of the answer is an aside.
            said = [] if kept and slot == "out_of_scope" else said
        plain = [one for one in said if not (says_only_numbers(one, lexicon) or is_empty(one, lexicon))]
        others = (
            plain if slot == "tools" else [one for one in plain if not tells_of_tools(one, self._playbook)]
        )
        business = "" if self._conversation.profile.business_type else business_told(others, lexicon)
        if slot is None and self._is_first():
            updates += self._introduction(others, business)
        elif slot is not None and slot not in NUMBER_SLOTS:
            updates += self._answer(slot, others)
        elif slot != "hours_per_week" and not (
            self._conversation.profile.challenge or self._conversation.proposal
        ):
            updates += self._answer("challenge", [one for one in others if self._tells_of_work(one, slot)])
        if business and not any(update.slot == "business_type" for update in updates):
            updates += self._set("business_type", (business,))
        if not any(update.slot == "tools" for update in updates):
            updates += self._tools(said, is_asked=slot == "tools")
        return updates

    def _keeps(self, one: SentenceReading) -> bool:
        """Whether a sentence says what stays with people, and not that something does not."""
        words, text = self._lexicon, one.sentence.masked
        is_order = one.kind in UNCLEAN and not words.negations.search(text)
        is_said = (one.is_statement or is_order) and not one.sentence.is_marked
        # `it's just me` counts the team.
        clauses = [each for each in one.sentence.clauses if is_of_one(each, words)]
        is_counted = self._open_slot() != "out_of_scope" and any(
            words.answers.keeps.search(each.masked) for each in clauses
        )
        return is_said and not is_counted and words.answers.keeps.search(text) is not None

    def _tells_of_work(self, sentence: Part, asked: SlotName | None) -> bool:
        """Whether a sentence beside a number that was asked for tells something else, at some length."""
        team = self._lexicon.team
        counts = (team.people, team.staff, team.me, team.one_person, team.alone) if asked else ()
        is_long = len(sentence.raw.split()) >= _FEWEST_WORDS_OF_A_TALE
        is_counted = bool(sentence.figures) or any(map(str.isdigit, sentence.raw))
        is_other = is_counted or bool(business_told([sentence], self._lexicon))
        return is_long and not is_other and not any(one.search(sentence.masked) for one in counts)

    def _answer(self, slot: SlotName, said: Sequence[Part]) -> list[SlotUpdate]:
        lexicon = self._lexicon
        updates = self._set(slot, values_said(slot, said, self._whole, self._playbook))
        if slot == "challenge" and updates:
            updates += self._set("time_wasters", listed_briefly(said, lexicon), Operation.ADD)
        return updates

    def _introduction(self, said: Sequence[Part], business: str) -> list[SlotUpdate]:
        """A first message: what the business is where it says so, and what they need, or a story."""
        lexicon, whole = self._lexicon, self._whole
        words = sum(len(one.raw.split()) for one in said)
        needs = [one for one in said if lexicon.answers.needs.search(one.masked)]
        story = said if words > _LONG and not needs else needs
        updates = self._set("challenge", (quoted(story, whole, lexicon),))
        others = [one for one in said if one not in needs]
        first = business_named(others[:1], lexicon)
        is_all = all(one.kind in {Kind.STATEMENT, Kind.COURTESY} for one in self._readings)
        is_name = is_all and 0 < len(first.split()) <= MOST_WORDS_OF_A_NAME and words <= _LONG
        is_name = is_name and not lexicon.answers.subjects.search(others[0].masked)
        return [*updates, *self._set("business_type", (business or (first if is_name else ""),))]

    def _content(self) -> list[Part]:
        """What may be content; to an open question `no, the quotes` is an answer as well."""
        slot = self._open_slot()
        may_correct = slot is not None and slot not in NUMBER_SLOTS
        content = list[Part]()
        for one in self._readings:
            if one.is_statement:
                content.append(one.sentence)
            elif may_correct and one.kind is Kind.CORRECTION and (rest := self._corrected(one.sentence)):
                content.append(rest)
        return content

    def _corrected(self, sentence: Sentence) -> Part | None:
        """What stands behind a no or a sorry, where that is no further correction, order or number."""
        corrects = self._lexicon.intents["correct"]
        bare = without_courtesies(sentence, self._lexicon)
        lead = corrects.begin(bare.masked)
        rest = without_courtesies(bare.cut(lead.end(), len(bare.raw)) if lead else bare, self._lexicon)
        words = (corrects, self._lexicon.orders)
        is_other = bool(rest.figures) or any(one.search(rest.masked) for one in words)
        return None if is_other or not rest.raw else rest

    def _set(
        self, slot: SlotName, values: Sequence[str], operation: Operation = Operation.SET
    ) -> list[SlotUpdate]:
        """The update, none without a value."""
        if not (told := tuple(filter(None, values))):
            return []
        return [SlotUpdate(slot=slot, operation=operation, values=told, quote=self._whole.raw)]

    def _tools(self, said: Sequence[Part], *, is_asked: bool) -> list[SlotUpdate]:
        """Programs that are used, and those that are noted and are not: `Gmail, not Outlook`."""
        profile, playbook = self._conversation.profile, self._playbook
        known = {name.casefold(): name for name in profile.tools.value} if profile.tools else {}
        kept = {name.casefold() for name in profile.out_of_scope.value} if profile.out_of_scope else set()
        is_told = is_asked or any(tells_of_tools(one, playbook) for one in said)
        others = [one.sentence for one in self._readings if one.kind in UNCLEAN and one.sentence not in said]
        names, denied = tools_named([*said, *others], playbook, is_asked=is_told)
        new = [name for name in names if name.casefold() not in kept | known.keys()]
        wrong = [known[name.casefold()] for name in denied if name.casefold() in known]
        updates = self._set("tools", wrong, Operation.REMOVE)
        return [*updates, *self._set("tools", new, Operation.ADD)]

    def _open_slot(self) -> SlotName | None:
        """The slot whose question is open, and that is not known."""
        conversation = self._conversation
        slot = next((name for name in SLOT_NAMES if name == conversation.open_question), None)
        return slot if slot is not None and getattr(conversation.profile, slot) is None else None

    def _is_first(self) -> bool:
        conversation = self._conversation
        is_new = not conversation.is_introduced and conversation.proposal is None
        return is_new and not conversation.profile.known() - {"language"}

    def left_open(self) -> tuple[SlotName, ...]:
        """A text is asked for once: what was said instead of it stays in the chat."""
        slot = self._open_slot()
        says_something = any(
            one.kind in {Kind.STATEMENT, *UNCLEAN} and not is_empty(one.sentence, self._lexicon)
            for one in self._readings
        )
        return (slot,) if slot and slot not in NUMBER_SLOTS and says_something else ()


def _without(told: Sequence[str], sentence: Part) -> Iterable[Part]:
    """A sentence without the clauses that say a name or an address; a long one whole, for it tells more."""
    if len(sentence.raw.split()) > _LONG_WITH_A_NAME or not any(value in sentence.raw for value in told):
        return (sentence,)
    return (clause for clause in sentence.clauses if not any(value in clause.raw for value in told))

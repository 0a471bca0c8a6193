"""What a sentence wants: a question, a wish, a yes or a no; and whether it can be an answer at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playbook import Playbook
from playbook.lexicon import IntentName, Lexicon, Phrases
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import courtesies
from services.dialogue.domain.reader.questions import facts_asked, is_question
from services.dialogue.domain.reader.text import Part, Sentence, is_only
from services.dialogue.domain.understanding import (
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotUpdate,
)

_MOST_WORDS_OF_PRAISE: Final = 10
# Words between a negation and what it denies.
_REACH: Final = 24
_WISHES: Final[tuple[tuple[IntentName, Intent], ...]] = (
    ("want_person", Intent.WANT_PERSON), ("want_demo", Intent.WANT_DEMO),
)  # fmt: skip
_SAYS_NO: Final[tuple[tuple[IntentName, Intent], ...]] = (("decline", Intent.DECLINE), ("stop", Intent.STOP))
_POLITE: Final[tuple[tuple[IntentName, Intent], ...]] = (("greet", Intent.GREET), ("thank", Intent.THANK))
_CLAUSES_OF_A_LIST: Final = 3
# Facts about what is wished for: who asks for a demo does not ask what a demo is.
_WISHED_FOR: Final = frozenset({"demo", "identity"})
_NO_ANSWERS: Final = frozenset(
    {Intent.ASK, Intent.WANT_PERSON, Intent.WANT_DEMO, Intent.WANT_CHANGE, Intent.OBJECT, Intent.DECLINE,
     Intent.STOP, Intent.SKIP}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """A sentence and what it wants. `is_answer` says that it may be told as an answer."""

    sentence: Sentence
    intents: tuple[Intent, ...]
    is_answer: bool
    questions: tuple[str, ...] = ()

    def wants(self, *intents: Intent) -> bool:
        """Whether the sentence wants any of these."""
        return not set(intents).isdisjoint(self.intents)


def read_sentence(
    sentence: Sentence, lexicon: Lexicon, *, has_proposal: bool, is_asked: bool
) -> SentenceReading:
    """What a sentence wants. `is_asked` says that a slot was asked for, which may be skipped."""
    words, text = lexicon.intents, sentence.masked
    # Who lists what is done does not wish for it.
    is_list = len(sentence.clauses) >= _CLAUSES_OF_A_LIST and not any(
        is_only(clause.masked, courtesies(lexicon)) for clause in sentence.clauses
    )
    intents = [intent for name, intent in _WISHES if not is_list and _wants(text, words[name], lexicon)]
    if is_question(sentence, lexicon, is_asked=is_asked):
        facts = facts_asked(sentence, lexicon)
        if intents and (not facts or facts[0] in _WISHED_FOR):
            return SentenceReading(sentence, tuple(intents), is_answer=False)
        intents.append(Intent.ASK)
        if _accepts(sentence.clauses[:-1], sentence, lexicon):
            intents.insert(0, Intent.ACCEPT)
        is_noted = lexicon.asks_what_is_noted.search(text) is not None
        questions = facts or (WHAT_IS_NOTED if is_noted else UNKNOWN_QUESTION,)
        return SentenceReading(sentence, tuple(intents), is_answer=False, questions=questions)
    intents += [intent for name, intent in _SAYS_NO if words[name].search(text)]
    is_change = words["want_change"].search(text) or lexicon.removes.search(text)
    if has_proposal and is_change and Intent.DECLINE not in intents:
        intents.append(Intent.WANT_CHANGE)
    is_doubt = words["object"].search(text) or (has_proposal and words["object_to_proposal"].search(text))
    # `Les remises doivent rester chez nous` says nothing of our price.
    if is_doubt and not lexicon.answers.keeps.search(text):
        intents.append(Intent.OBJECT)
    if is_asked and words["skip"].search(text):
        intents.append(Intent.SKIP)
    if _accepts(sentence.clauses, sentence, lexicon) or (has_proposal and _praises(sentence, lexicon)):
        intents.append(Intent.ACCEPT)
    intents += [intent for name, intent in _POLITE if words[name].search(text)]
    is_complaint = (
        sentence.is_introduction
        or lexicon.answers.complaints.search(_without(text, lexicon.answers.asides, lexicon.answers.leads))
        is not None
    )
    is_answer = bool(text) and _NO_ANSWERS.isdisjoint(intents) and not is_complaint
    return SentenceReading(sentence, tuple(dict.fromkeys(intents)), is_answer)


def intents_of(
    whole: Part,
    readings: Sequence[SentenceReading],
    updates: Sequence[SlotUpdate],
    *,
    conversation: Conversation,
    lexicon: Lexicon,
) -> tuple[Intent, ...]:
    """What a message wants, in order. What it answers, and a yes or a no, stand first."""
    said = [intent for reading in readings for intent in reading.intents]
    first = readings[0].sentence if readings else whole
    begins_with_no = bool(first.clauses) and _is_plain_no(first.clauses[0], lexicon)
    if _is_plain_no(whole, lexicon):
        said.insert(0, _meaning_of_no(conversation))
    elif begins_with_no and Intent.OBJECT in said and not updates:
        said.insert(0, Intent.DECLINE)
    elif begins_with_no and conversation.proposal is not None and not updates and not said:
        # A no to a draft that goes on with a description says what is to be different.
        said.insert(0, Intent.WANT_CHANGE)
    elif _is_plain_yes(first, lexicon) and not lexicon.contrasts.search(first.masked):
        said.insert(0, Intent.ACCEPT)
    dropped = set[Intent]()
    # More than a yes or an ok accepts though a question stands beside it.
    is_taken_back = Intent.ASK in said and not any(one.wants(Intent.ACCEPT) for one in readings)
    if is_taken_back or {Intent.WANT_CHANGE, Intent.DECLINE, Intent.STOP} & set(said):
        dropped.add(Intent.ACCEPT)
    # Who asks something before answering has not skipped the question.
    if Intent.ASK in said or any(update.slot == conversation.open_question for update in updates):
        dropped.add(Intent.SKIP)
    is_taken_out = any(update.operation is Operation.REMOVE for update in updates)
    if is_taken_out and not lexicon.intents["want_change"].search(whole.masked):
        dropped.add(Intent.WANT_CHANGE)
    # Who has the link and says thanks and goodbye does not end anything.
    if conversation.booking_url is not None and Intent.THANK in said:
        dropped.add(Intent.STOP)
    if updates:
        replaced = [update.slot for update in updates if update.operation is not Operation.ADD]
        is_correction = any(getattr(conversation.profile, slot) is not None for slot in replaced)
        said.insert(0, Intent.CORRECT if is_correction else Intent.ANSWER)
    return tuple(intent for intent in dict.fromkeys(said) if intent not in dropped) or (Intent.OTHER,)


def _meaning_of_no(conversation: Conversation) -> Intent:
    """A plain no answers what was offered; where nothing is offered or asked it is final."""
    offered = [reply.means for reply in conversation.quick_replies]
    for intent in (Intent.DECLINE, Intent.SKIP):
        if any(means.wants(intent) for means in offered):
            return intent
    return Intent.SKIP if conversation.open_question else Intent.DECLINE


def _is_plain_yes(sentence: Part, lexicon: Lexicon) -> bool:
    """Whether the first clause only agrees: `yes`, `ok fine`."""
    return bool(sentence.clauses) and _is_only_led_by(sentence.clauses[0], lexicon.agrees, lexicon)


def _is_plain_no(part: Part, lexicon: Lexicon) -> bool:
    """Whether nothing but a no is said."""
    return _is_only_led_by(part, lexicon.refuses, lexicon)


def tier_chosen(readings: Sequence[SentenceReading], playbook: Playbook) -> str | None:
    """The key of the one tier that the visitor picks: its name, and words of choice at most."""
    lexicon = playbook.lexicon
    groups = (lexicon.choose, lexicon.answers.articles, lexicon.numbers.fillers, *courtesies(lexicon))
    chosen = set[str]()
    for clause in (
        clause for one in readings if Intent.ASK not in one.intents for clause in one.sentence.clauses
    ):
        for tier in playbook.catalogue:
            name = Phrases((tier.name,))
            if (
                name.search(clause.masked)
                and is_only(clause.masked, (name, *groups))
                and not is_negated(clause, lexicon)
            ):
                chosen.add(tier.key)
    return chosen.pop() if len(chosen) == 1 else None


def _without(text: str, *groups: Phrases) -> str:
    for phrases in groups:
        text = phrases.blanked_in(text)
    return text


def is_negated(part: Part, lexicon: Lexicon) -> bool:
    """Whether anything is denied here."""
    return lexicon.negations.search(part.masked) is not None


def _wants(text: str, phrases: Phrases, lexicon: Lexicon) -> bool:
    before = (text[max(0, match.start() - _REACH) : match.start()] for match in phrases.all_in(text))
    return any(not lexicon.negations.search(one.rpartition(",")[2]) for one in before)


def _accepts(clauses: Sequence[Part], sentence: Part, lexicon: Lexicon) -> bool:
    """Whether a clause accepts and says nothing else, and nothing speaks against it."""
    accepts = lexicon.intents["accept"]
    for clause in clauses:
        is_accepted = accepts.search(clause.masked) and is_only(
            clause.masked, (accepts, *courtesies(lexicon), lexicon.numbers.fillers)
        )
        if is_accepted and not lexicon.contrasts.search(sentence.masked[clause.start - sentence.start :]):
            return True
    return False


def _praises(sentence: Part, lexicon: Lexicon) -> bool:
    """Whether a short clause praises a proposal, and nothing speaks against it."""
    for clause in sentence.clauses:
        left = clause.masked
        for phrases in (lexicon.intents["accept_proposal"], lexicon.intents["accept"]):
            left = phrases.blanked_in(left)
        is_praised = left != clause.masked and len(clause.raw.split()) <= _MOST_WORDS_OF_PRAISE
        is_denied = lexicon.negations.search(left) or lexicon.contrasts.search(sentence.masked)
        if is_praised and not is_denied:
            return True
    return False


def _is_only_led_by(part: Part, phrases: Phrases, lexicon: Lexicon) -> bool:
    text = part.masked
    for polite in (lexicon.intents["greet"], lexicon.intents["thank"]):
        text = polite.blanked_in(text)
    return phrases.search(text) is not None and is_only(text, (phrases, lexicon.answers.courtesies))

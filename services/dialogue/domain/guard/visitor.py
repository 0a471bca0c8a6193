"""What is the visitor's own: their words, and their figures with the sums that follow from them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playbook.claims import folded
from playbook.claims.spoken import languages_of
from playbook.claims.vocabulary import vocabulary
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.guard.company import DEFAULT_LANGUAGE, SENTENCE, Company, with_names
from services.dialogue.domain.guard.figures import Figure, figures_in, sums_of
from services.dialogue.domain.guard.topics import TRADE, Clause, clauses_of

_HOURS_A_WEEK = 168
_FEWEST_LISTED = 2


@dataclass(frozen=True)
class Visitor:
    """Stems of the visitor's words, those of trade that are about their business, and their figures.

    `asks_for_terms` are the clauses of the last message that ask, or speak of us.
    """

    stems: frozenset[str]
    owned: frozenset[str]
    figures: frozenset[Figure]
    asks_for_terms: tuple[Clause, ...]


def visitor_of(conversation: Conversation, language: str, company: Company) -> Visitor:
    """The visitor's own, from all their messages and from what is known of them."""
    stems: set[str] = set()
    owned: set[str] = set()
    figures: set[Figure] = set(_known_figures(conversation, company.prices))
    asks: list[Clause] = []
    messages = [message.text for message in conversation.visitor_messages]
    for at, text in enumerate((*_own_texts(conversation), *messages)):
        for sentence in filter(None, SENTENCE.split(text)):
            code = _readable(sentence, language)
            words = vocabulary(code)
            assert words is not None
            terms = with_names(sentence, words, company.names)
            stems.update(term.stem for term in terms if term.value is None)
            figures.update(figures_in(terms))
            # "All four of your steps": what is listed may be counted.
            if (listed := sentence.count(",") + 1) > _FEWEST_LISTED:
                figures.add(Figure(float(listed), ""))
            topics = {topic for term in terms for topic in term.topics}
            is_question = sentence.rstrip().endswith(("?", "\uff1f", "\u061f"))
            if not is_question and not topics & {"you", "demo", "agent", "tier_name", "tier", "company_name"}:
                owned.update(term.stem for term in terms if term.topics & TRADE)
            elif at == len(messages) + len(_own_texts(conversation)) - 1:
                asks += clauses_of(terms, has_concord=words.has_concord)
    hours = {figure.value for figure in figures if figure.unit == "hour" and figure.value <= _HOURS_A_WEEK}
    figures.update(own for value in hours for own in sums_of(value, company.prices))
    return Visitor(frozenset(stems), frozenset(owned), frozenset(figures), tuple(asks))


def _readable(sentence: str, language: str) -> str:
    found = languages_of(folded(sentence), language)
    if found:
        return language if language in found else found[0]
    return language if vocabulary(language) else DEFAULT_LANGUAGE


def _own_texts(conversation: Conversation) -> tuple[str, ...]:
    """What is known of the visitor, and their proposal: made of their words and checked before."""
    profile = conversation.profile
    values = [getattr(profile, name).value for name in sorted(profile.known() - {"language"})]
    texts = [value for value in values if isinstance(value, str)]
    texts += [part for value in values if isinstance(value, tuple) for part in value]
    if (proposal := conversation.proposal) is not None:
        texts += [
            proposal.agent_name,
            proposal.summary,
            *proposal.does,
            *proposal.out_of_scope,
            *proposal.integrations,
        ]
    return tuple(texts)


def _known_figures(conversation: Conversation, prices: Iterable[int]) -> Iterator[Figure]:
    profile = conversation.profile
    if profile.team_size is not None and profile.team_size.value is not None:
        yield Figure(float(profile.team_size.value), "")
    for slot in (profile.tools, profile.steps, profile.time_wasters, profile.out_of_scope):
        if slot is not None and slot.value:
            yield Figure(float(len(slot.value)), "")
    hours = profile.hours_per_week.value if profile.hours_per_week is not None else None
    if hours is not None:
        yield Figure(float(hours), "hour")
        yield from sums_of(float(hours), prices)
    if conversation.proposal is not None and conversation.proposal.hours_saved_per_week is not None:
        yield Figure(conversation.proposal.hours_saved_per_week, "hour")
        yield from sums_of(conversation.proposal.hours_saved_per_week, prices)

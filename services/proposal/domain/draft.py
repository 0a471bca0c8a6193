"""Writes a proposal without a model: the playbook's sentences around the visitor's own words."""

from collections.abc import Iterable, Mapping

from contracts.events import ProposalRequested
from contracts.values import Profile, Proposal, Slot
from playbook import Playbook, ProposalScript, placeholders
from services.proposal.domain.phrasing import as_deeds
from services.proposal.domain.saving import hours_saved, with_unit
from services.proposal.domain.wish import Scope, grant
from services.proposal.domain.wish_in_words import grant_in_words
from services.proposal.domain.words import fill, plain_list, sayable, sentence, shorten

LONGEST_NAME = 60
MOST_WORDS_IN_NAME = 6
MOST_STEPS = 8
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)
_LEADING = frozenset({"a", "an", "my", "our", "the", "your"})


def spoken(request: ProposalRequested, playbook: Playbook) -> Playbook:
    """The playbook in the visitor's language."""
    language = request.profile.language
    return playbook.spoken_in(language.value if language else None)


def draft_from_template(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """Say what is known and leave out what is not. A wish for a change always shows in the result."""
    playbook = spoken(request, playbook)
    profile, script, language = request.profile, playbook.proposal, playbook.language
    words = sayable(profile, language)
    saved = hours_saved(profile, playbook.listening)
    wish, known = request.change_wish or "", _scope(profile, script)
    if playbook.listening:
        scope = grant_in_words(wish, known, script.wish, playbook.listening)
    else:
        scope = grant(wish, known, script.wish)
    return Proposal(
        agent_name=_agent_name(script, words, has_capitals=language.titles_have_capitals),
        summary=_summary(script, words),
        does=plain_list((*_deeds(scope.does or script.default_does, profile, script), *script.always_does)),
        out_of_scope=scope.out_of_scope,
        integrations=scope.integrations,
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=saved,
        success_measure=_measure(words, saved, playbook),
        delivery=script.delivery,
    )


def _measure(words: Mapping[str, str], saved: float | None, playbook: Playbook) -> str | None:
    measure = words.get("success_measure")
    if measure is None or saved is None:
        return measure
    return with_unit(measure, playbook.proposal_page.hours_a_week, playbook.listening)


def _scope(profile: Profile, script: ProposalScript) -> Scope:
    out_of_scope = _told(profile.out_of_scope)
    left_out = {item.casefold() for item in out_of_scope}
    steps = tuple(step for step in _told(profile.steps) if step.casefold() not in left_out)
    return Scope(
        does=steps[:MOST_STEPS] or script.default_does,
        out_of_scope=out_of_scope[:MOST_STEPS],
        integrations=_told(profile.tools)[:MOST_STEPS],
    )


def _deeds(steps: tuple[str, ...], profile: Profile, script: ProposalScript) -> tuple[str, ...]:
    language = profile.language.value if profile.language else "en"
    return as_deeds(steps, script) if language.casefold().startswith("en") else steps


def _told(slot: Slot[tuple[str, ...]] | None) -> tuple[str, ...]:
    return plain_list(slot.value) if slot else ()


def _agent_name(script: ProposalScript, words: Mapping[str, str], *, has_capitals: bool) -> str:
    """A name is short, so only what the visitor put briefly goes into it."""
    titled = _titled if has_capitals else str
    brief = {slot: titled(said) for slot, said in words.items() if len(said.split()) <= MOST_WORDS_IN_NAME}
    named = (fill([template], brief) for template in script.agent_name[:-1])
    return next((name for name in named if name and len(name) <= LONGEST_NAME), script.agent_name[-1])


def _titled(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0].casefold() in _LEADING:
        words.pop(0)
    return " ".join(
        word if word in _SMALL_WORDS and position else word[:1].upper() + word[1:]
        for position, word in enumerate(words)
    )


def _summary(script: ProposalScript, words: Mapping[str, str]) -> str:
    """One sentence of each group; what was said in one is not repeated by the next."""
    unsaid = dict(words)
    sentences: list[str] = []
    for group in script.summary:
        template = _sayable_template(group, unsaid)
        if template is not None:
            sentences.append(sentence(template.format_map(unsaid)))
            said = {unsaid[slot].casefold() for slot in placeholders(template)}
            unsaid = {slot: text for slot, text in unsaid.items() if text.casefold() not in said}
    return shorten(" ".join(sentences), 2_000)


def _sayable_template(group: Iterable[str], words: Mapping[str, str]) -> str | None:
    return next((template for template in group if placeholders(template) <= words.keys()), None)

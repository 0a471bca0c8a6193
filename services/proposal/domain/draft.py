"""Writes a proposal without a model: the playbook's sentences around the visitor's own words."""

from collections.abc import Mapping

from contracts.events import ProposalRequested
from contracts.values import Proposal, Slot
from playbook import Language, LookAtFirst, Playbook, ProposalScript, placeholders
from playbook.claims import folded
from services.proposal.domain.hours import hours_won
from services.proposal.domain.wish import quoted_wishes, read_wish
from services.proposal.domain.words import any_of, plain_list, sayable, sayable_template, sentence

LONGEST_NAME = 60
MOST_WORDS_IN_NAME = 6
MOST_STEPS = 8


def spoken(request: ProposalRequested, playbook: Playbook) -> Playbook:
    """The playbook in the visitor's language."""
    language = request.profile.language
    return playbook.spoken_in(language.value if language else None)


def draft_from_template(request: ProposalRequested, playbook: Playbook) -> Proposal:
    """Say what is known and leave out what is not; quote a wish that is not in the profile yet."""
    playbook = spoken(request, playbook)
    profile, script = request.profile, playbook.proposal
    words = sayable(profile, playbook.language)
    out_of_scope = _told(profile.out_of_scope)
    left_out = {folded(item) for item in out_of_scope}
    steps = [step for step in _told(profile.steps) if folded(step) not in left_out]
    tools = _told(profile.tools)
    to_look_at = tuple(item for item in (*steps, *tools) if needs_a_look(item, script.look_at_first))
    does = tuple(step for step in steps if step not in to_look_at) if steps else script.default_does
    return Proposal(
        agent_name=_agent_name(script, playbook.language, words),
        summary=_summary(script, words),
        does=plain_list((*does, *script.always_does)),
        out_of_scope=out_of_scope,
        integrations=tuple(tool for tool in tools if tool not in to_look_at),
        hours_now_per_week=profile.hours_per_week.value if profile.hours_per_week else None,
        hours_saved_per_week=hours_won(profile, to_look_at, playbook),
        success_measure=words.get("success_measure"),
        delivery=script.delivery,
        to_look_at=(*to_look_at, *quoted_wishes(request, script)),
    )


def not_granted(request: ProposalRequested, playbook: Playbook) -> str | None:
    """What is said to a wish for a price or a promise, None to any other."""
    script = spoken(request, playbook).proposal
    return script.terms_says if read_wish(request, script).has_terms else None


def needs_a_look(item: str, look_at_first: LookAtFirst) -> bool:
    """Whether a step or a tool is looked at together before it is promised."""
    text = folded(item)
    if look_at_first.but_not:
        text = any_of(look_at_first.but_not).sub(" ", text)
    return any_of(look_at_first.words).search(text) is not None


def _told(slot: Slot[tuple[str, ...]] | None) -> tuple[str, ...]:
    return plain_list(slot.value)[:MOST_STEPS] if slot else ()


def _agent_name(script: ProposalScript, language: Language, words: Mapping[str, str]) -> str:
    """A name is short, so only what the visitor put briefly goes into it."""
    titled = _capitalized if language.titles_have_capitals else str
    brief = {slot: titled(said) for slot, said in words.items() if len(said.split()) <= MOST_WORDS_IN_NAME}
    template = sayable_template(script.agent_name, brief) or script.agent_name[-1]
    name = template.format_map(brief)
    return name if len(name) <= LONGEST_NAME else script.agent_name[-1]


def _capitalized(text: str) -> str:
    return " ".join(f"{word[0].upper()}{word[1:]}" for word in text.split())


def _summary(script: ProposalScript, words: Mapping[str, str]) -> str:
    """One sentence of each group; what was said in one is not repeated by the next."""
    unsaid, sentences = dict(words), list[str]()
    for group in script.summary:
        if template := sayable_template(group, unsaid):
            sentences.append(sentence(template.format_map(unsaid)))
            said = {unsaid[slot].casefold() for slot in placeholders(template)}
            unsaid = {slot: text for slot, text in unsaid.items() if text.casefold() not in said}
    return " ".join(sentences)

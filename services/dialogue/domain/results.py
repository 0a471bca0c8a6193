"""The blocks that code makes, with a language model and without: proposal, tier, link, hand-over."""

from collections.abc import Iterable, Sequence
from typing import Final

from contracts.values import Proposal, Slot, TierRecommendation
from playbook import Playbook, Tier
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import spoken
from services.dialogue.domain.variation import has_said, least_said

_SEPARATOR: Final = "\n\n"
_TITLES: Final = frozenset(
    "dr dra mr mrs ms prof herr frau sr sra señor señora mme monsieur madame".split()  # noqa: SIM905
)


def proposal_text(conversation: Conversation, not_granted: str | None, playbook: Playbook) -> str:
    """The newest draft with its tier, why a wish was not granted, and the question what the visitor thinks.

    `conversation` is as `with_proposal` left it.
    """
    assert conversation.proposal is not None
    assert conversation.tier is not None
    draft = draft_text(
        conversation.proposal,
        conversation.tier,
        spoken(conversation, playbook),
        chosen_tier=conversation.chosen_tier,
        hours=conversation.profile.hours_per_week,
    )
    question = reaction_question(conversation, playbook)
    return _SEPARATOR.join(part for part in (draft, not_granted, question) if part)


def draft_text(
    proposal: Proposal,
    tier: TierRecommendation,
    playbook: Playbook,
    *,
    chosen_tier: str | None = None,
    hours: Slot[float] | None = None,
) -> str:
    """The proposal with its tier, in the language of `playbook`, without a question.

    `chosen_tier` is the key of the tier the visitor chose. `hours` is what the visitor said of the hours a
    week: where that is a range, no saving is computed from its lower end.
    """
    labels, language = playbook.lines.proposal, playbook.language
    facts = []
    if proposal.integrations:
        facts.append(labels.integrations.format(tools=language.listed(proposal.integrations)))
    facts += _hours(proposal, hours, playbook)
    if proposal.success_measure:
        facts.append(labels.success_measure.format(measure=proposal.success_measure))
    facts.append(labels.delivery.format(delivery=proposal.delivery))
    blocks = (
        f"**{proposal.agent_name}**\n{proposal.summary}",
        _bullets(labels.does, proposal.does),
        _bullets(labels.out_of_scope, proposal.out_of_scope),
        _bullets(labels.to_look_at, proposal.to_look_at),
        "\n".join(facts),
        tier_text(tier, playbook, chosen_tier=chosen_tier),
    )
    return _SEPARATOR.join(block for block in blocks if block)


def tier_text(tier: TierRecommendation, playbook: Playbook, *, chosen_tier: str | None = None) -> str:
    """The recommended tier with its price, contents, reason and what would change it.

    Another tier that the visitor chose stands before it.
    """
    labels = playbook.lines.tier
    lines = list[str]()
    if chosen_tier is not None and chosen_tier != tier.tier:
        lines += _offer(labels.chosen, playbook.tier(chosen_tier), playbook)
    lines += _offer(labels.recommended, tier, playbook)
    lines.append(labels.why.format(reason=tier.reason))
    if tier.would_change:
        lines.append(labels.would_change.format(change=tier.would_change))
    return "\n".join(lines)


def reaction_question(conversation: Conversation, playbook: Playbook) -> str:
    """The question that follows a proposal; none for a visitor who has the booking link."""
    lines = spoken(conversation, playbook).lines
    if conversation.booking_url is not None:
        return least_said(lines.anything_else, conversation)
    is_redraft = conversation.revision > 1
    return least_said(lines.reaction_to_redraft if is_redraft else lines.reaction, conversation)


def booking_text(conversation: Conversation, url: str, playbook: Playbook) -> str:
    """The link; the first time with a wish for name and address, unless one of them was told."""
    lines = spoken(conversation, playbook).lines
    if has_said(url, conversation):
        return least_said(lines.booking_again, conversation, link=url)
    name = conversation.profile.name
    called = first_name(name.value) if name else ""
    link = lines.booking_by_name.format(name=called, link=url) if called else lines.booking.format(link=url)
    is_told = name is not None or conversation.profile.contact_email is not None
    return link if is_told else f"{link}{_SEPARATOR}{lines.contact}"


def person_text(conversation: Conversation, playbook: Playbook) -> str:
    """That the wish for a person is passed on, and how to reach one."""
    return least_said(playbook.lines.hand_over, conversation, website=playbook.company.website)


def hand_over_text(conversation: Conversation, playbook: Playbook) -> str:
    """How to reach a person, with the booking link, the nearest way, where it is known."""
    playbook = spoken(conversation, playbook)
    text = person_text(conversation, playbook)
    if conversation.booking_url is None:
        return text
    return f"{text}{_SEPARATOR}{booking_text(conversation, conversation.booking_url, playbook)}"


def holding_text(conversation: Conversation, playbook: Playbook) -> str:
    """That the awaited result takes a while and follows."""
    is_booking = conversation.awaiting is not None and conversation.awaiting.kind == "booking"
    lines = spoken(conversation, playbook).lines
    return least_said(lines.holding_booking if is_booking else lines.holding_proposal, conversation)


def failure_text(conversation: Conversation, playbook: Playbook) -> str:
    """That a message could not be answered; as the first reply it discloses the AI, too."""
    playbook = spoken(conversation, playbook)
    if conversation.is_introduced:
        return playbook.lines.failure
    return f"{playbook.company.disclosure} {playbook.lines.failure}"


def first_name(name: str) -> str:
    """`Dana` of `Dana Whitfield`, `Dr. Lee` of `Dr. Ann Lee`; nothing of a title alone."""
    first, *others = name.split()
    is_title = first.endswith(".") or first.casefold() in _TITLES
    return " ".join((first, *others[-1:])) if others and is_title else "" if is_title else first


def said_count(name: str, value: float, playbook: Playbook, *, words: str, up_to: object) -> str:
    """`12 people`, `12 hours a week`, or the visitor's range: `6 to 10 people`."""
    language, labels = playbook.language, playbook.lines.quick_replies
    unit = language.hours if name == "hours_per_week" else language.people
    if playbook.is_open_range(value, words):
        counted = unit.many.format(n=words)
    elif isinstance(up_to, int | float):
        between = labels.between.format(lowest=language.number(value), highest=language.number(up_to))
        counted = unit.many.format(n=between)
    else:
        counted = language.count(value, unit)
    return playbook.lines.hours_a_week.format(hours=counted) if unit is language.hours else counted


def _offer(label: str, tier: Tier | TierRecommendation, playbook: Playbook) -> Iterable[str]:
    yield label.format(tier=tier.name, price=playbook.language.price_of(tier.monthly_price_usd))
    if tier.includes:
        yield playbook.lines.tier.includes.format(items=playbook.language.listed(tier.includes))


def _hours(proposal: Proposal, told: Slot[float] | None, playbook: Playbook) -> tuple[str, ...]:
    """What is saved, with the sum it follows from; without the visitor's measure, what it takes today."""
    labels, language = playbook.lines.proposal, playbook.language
    now, saved = proposal.hours_now_per_week, proposal.hours_saved_per_week
    if now is None:
        return ()
    words, up_to = (told.words, told.up_to) if told is not None and told.value == now else ("", None)
    if saved is None or up_to is not None or playbook.is_open_range(now, words):
        hours = said_count("hours_per_week", now, playbook, words=words, up_to=up_to)
        return (labels.hours_now.format(hours=hours),)
    target = language.number(round(now - saved, 2))
    sums = {"saved": language.number(saved), "hours": language.number(now), "target": target}
    return (labels.hours_saved.format_map(sums),)


def _bullets(heading: str, items: Sequence[str]) -> str:
    return "\n".join((heading, *(f"- {item}" for item in items))) if items else ""

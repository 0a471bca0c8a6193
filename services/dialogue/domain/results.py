"""What is said of a result: the proposal, the tier, the booking link; and while there is none yet."""

from contracts.values import Profile, Proposal, Stage, TierRecommendation
from playbook import Asking, Playbook
from services.dialogue.domain.conversation import PROPOSAL, TIER, Conversation
from services.dialogue.domain.language import spoken
from services.dialogue.domain.wording import first_name

# Nothing in the draft follows from these.
_BESIDE_THE_DRAFT = frozenset({"name", "contact_email", "language"})


def say_proposal(
    conversation: Conversation, proposal: Proposal, tier: TierRecommendation, playbook: Playbook
) -> str:
    """The draft, and the question what the visitor thinks; once a tier was recommended, that tier again.

    The draft itself is not repeated where only the tier hangs on what was told. `conversation` is as
    `with_proposal` left it.
    """
    playbook = spoken(conversation, playbook)
    if conversation.stage not in {Stage.RECOMMEND, Stage.BOOK}:
        return f"{_proposal_text(proposal, playbook)}\n\n{_reaction_question(conversation, playbook)}"
    recommended = say_tier(conversation, tier, playbook)
    beside_the_draft = _BESIDE_THE_DRAFT | set(playbook.tier_rule.words)
    if conversation.wish is None and set(conversation.told) <= beside_the_draft:
        return recommended
    return f"{_proposal_text(proposal, playbook)}\n\n{recommended}"


def say_tier(conversation: Conversation, tier: TierRecommendation, playbook: Playbook) -> str:
    """The tier with its price and why, and the question whether the visitor wants the demo.

    Whoever has the booking link already is reminded of it instead.
    """
    playbook = spoken(conversation, playbook)
    lines = playbook.lines.tier
    price = playbook.language.price_of(tier.monthly_price_usd)
    recommends = lines.recommends.format(tier=tier.name, price=price)
    includes = "\n".join((lines.includes, *(f"- {item}" for item in tier.includes)))
    reasons = [lines.why.format(reason=tier.reason)]
    if tier.would_change:
        reasons.append(lines.would_change.format(change=tier.would_change))
    return "\n\n".join((recommends, includes, "\n".join(reasons), _closing(conversation, playbook)))


def say_booking(conversation: Conversation, url: str, playbook: Playbook) -> str:
    """The link, said for the first time."""
    lines, name = spoken(conversation, playbook).lines, conversation.profile.name
    if name is None:
        return lines.booking.format(link=url)
    return lines.booking_by_name.format(name=first_name(name.value), link=url)


def say_holding(conversation: Conversation, playbook: Playbook) -> str:
    """That the awaited result takes a while and follows."""
    is_booking = conversation.awaiting is not None and conversation.awaiting.kind == "booking"
    lines = spoken(conversation, playbook).lines
    return lines.holding_booking if is_booking else lines.holding_proposal


def say_failure(conversation: Conversation, playbook: Playbook) -> str:
    """That a message could not be answered; said first, it says who speaks, too."""
    playbook = spoken(conversation, playbook)
    if conversation.is_introduced:
        return playbook.lines.failure
    return f"{playbook.company.disclosure} {playbook.lines.failure}"


def nth(asking: Asking, times: int) -> str:
    """The words of the asking for the n-th time, from 1; when they are used up, its invitation."""
    return asking.ask[times - 1] if 0 < times <= len(asking.ask) else asking.rest


def _closing(conversation: Conversation, playbook: Playbook) -> str:
    if conversation.booking_url is not None:
        reminders = playbook.lines.booking_again
        return reminders[conversation.revision % len(reminders)].format(link=conversation.booking_url)
    question = nth(playbook.lines.askings.tier, conversation.times_asked(TIER))
    is_first = conversation.times_asked(TIER) <= 1
    contact = _contact_wish(conversation.profile, playbook) if is_first else ""
    return " ".join(part for part in (contact, question) if part)


def _reaction_question(conversation: Conversation, playbook: Playbook) -> str:
    askings = playbook.lines.askings
    if conversation.revision > 1:
        return nth(askings.redraft, conversation.revision - 1)
    return nth(askings.proposal, conversation.times_asked(PROPOSAL))


def _proposal_text(proposal: Proposal, playbook: Playbook) -> str:
    lines, language = playbook.lines.proposal, playbook.language
    facts = []
    if proposal.integrations:
        facts.append(lines.integrations.format(tools=language.listed(proposal.integrations)))
    facts += _hours(proposal, playbook)
    if proposal.success_measure:
        facts.append(lines.success_measure.format(measure=proposal.success_measure))
    facts.append(lines.delivery.format(delivery=proposal.delivery))
    blocks = (
        f"**{proposal.agent_name}**\n{proposal.summary}",
        _bullets(lines.does, proposal.does),
        _bullets(lines.out_of_scope, proposal.out_of_scope),
        "\n".join(facts),
    )
    return "\n\n".join(block for block in blocks if block)


def _hours(proposal: Proposal, playbook: Playbook) -> tuple[str, ...]:
    """What is won, with the sum it follows from; without the visitor's measure, what it takes today."""
    lines, number = playbook.lines.proposal, playbook.language.number
    now, saved = proposal.hours_now_per_week, proposal.hours_saved_per_week
    if now is None:
        return ()
    if saved is None:
        return (lines.hours_now.format(hours=number(now)),)
    sums = {"saved": number(saved), "hours": number(now), "target": number(round(now - saved, 2))}
    return (lines.hours_saved.format_map(sums),)


def _bullets(heading: str, items: tuple[str, ...]) -> str:
    return "\n".join((heading, *(f"- {item}" for item in items))) if items else ""


def _contact_wish(profile: Profile, playbook: Playbook) -> str:
    """What is still missing to reach the visitor, asked in passing and only once."""
    lines = playbook.lines.contact
    match profile.name is None, profile.contact_email is None:
        case True, True:
            return lines.name_and_email
        case True, False:
            return lines.name
        case False, True:
            return lines.email
    return ""

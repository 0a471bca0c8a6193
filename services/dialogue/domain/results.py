"""What is said of a result: the proposal, the tier, the booking link; and while there is none yet."""

from contracts.playbook import Asking, Playbook
from contracts.values import Profile, Proposal, Stage, TierRecommendation
from services.dialogue.domain.conversation import PROPOSAL, TIER, Conversation
from services.dialogue.domain.language import spoken
from services.dialogue.domain.wording import first_name


def say_proposal(
    conversation: Conversation, proposal: Proposal, tier: TierRecommendation, playbook: Playbook
) -> str:
    """The draft, and the question what the visitor thinks; once a tier was recommended, that tier again.

    `conversation` is as `with_proposal` left it.
    """
    playbook = spoken(conversation, playbook)
    if conversation.stage is not Stage.RECOMMEND:
        return f"{_proposal_text(proposal, playbook)}\n\n{_reaction_question(conversation, playbook)}"
    recommended = say_tier(conversation, tier, playbook)
    return (
        recommended if conversation.wish is None else f"{_proposal_text(proposal, playbook)}\n\n{recommended}"
    )


def say_tier(conversation: Conversation, tier: TierRecommendation, playbook: Playbook) -> str:
    """The tier with its price and why, and the question whether the visitor wants the demo."""
    playbook = spoken(conversation, playbook)
    lines = playbook.lines.tier
    price = playbook.language.price_of(tier.monthly_price_usd)
    recommends = lines.recommends.format(tier=tier.name, price=price)
    includes = "\n".join((lines.includes, *(f"- {item}" for item in tier.includes)))
    reasons = [lines.why.format(reason=tier.reason)]
    if tier.would_change:
        reasons.append(lines.would_change.format(change=tier.would_change))
    question = nth(playbook.lines.askings.tier, conversation.times_asked(TIER))
    is_first = conversation.times_asked(TIER) <= 1
    contact = _contact_wish(conversation.profile, playbook) if is_first else ""
    closing = " ".join(part for part in (contact, question) if part)
    return "\n\n".join((recommends, includes, "\n".join(reasons), closing))


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
    if proposal.hours_now_per_week is not None:
        facts.append(lines.hours_now.format(hours=language.number(proposal.hours_now_per_week)))
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

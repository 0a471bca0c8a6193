"""What a reply is for is said in any case: where a model's words lack it, the playbook's words make it."""

from contracts.values import Stage
from playbook import Asking, Playbook
from services.dialogue.domain.conversation import CHANGE, CONCERN, PROPOSAL, TIER, Conversation, with_question
from services.dialogue.domain.goals import Aim, Plan
from services.dialogue.domain.guard.review import Review
from services.dialogue.domain.results import nth, say_tier
from services.dialogue.domain.stages import next_question, question_for, wording


def with_step(review: Review, planned: Plan, heard: Plan, playbook: Playbook) -> tuple[Plan, str]:
    """The plan as it stands and the whole reply.

    `planned` is what the model was asked for, `heard` the plan with what it read out of the message.
    """
    if heard.needs != "nothing" or heard.conversation.closed:
        return heard, review.text
    heard, step = _missing_step(review, planned, heard, playbook)
    joint = "\n\n" if "\n" in step else " "
    return heard, f"{review.text}{joint}{step}" if step else review.text


def _missing_step(review: Review, planned: Plan, heard: Plan, playbook: Playbook) -> tuple[Plan, str]:
    conversation = heard.conversation
    is_recommended_now = conversation.stage is Stage.RECOMMEND is not planned.before.stage
    if planned.goal.aim is Aim.RECOMMEND or is_recommended_now:
        return heard, _tier(review, conversation, playbook)
    if planned.goal.aim is Aim.REMIND and (link := conversation.booking_url) and link not in review.text:
        return heard, playbook.lines.booking_again[0].format(link=link)
    if review.has_asked:
        return heard, ""
    if planned.goal.aim is Aim.ASK:
        return _question(planned, heard, playbook)
    return heard, _asking(planned.goal.aim, conversation, playbook)


def _tier(review: Review, conversation: Conversation, playbook: Playbook) -> str:
    """The tier with its price, if it was not named; its question, unless one was asked."""
    tier = conversation.tier
    assert tier is not None, "nothing is recommended before there is a tier"
    price = playbook.language.price_of(tier.monthly_price_usd)
    if tier.name in review.own_words and price in review.own_words:
        asked = nth(playbook.lines.askings.tier, conversation.times_asked(TIER))
        return "" if review.has_asked else asked
    block = say_tier(conversation, tier, playbook)
    return block.rpartition("\n\n")[0] if review.has_asked else block


def _question(planned: Plan, heard: Plan, playbook: Playbook) -> tuple[Plan, str]:
    """The planned question; when the model read its answer out of the message, the one that follows."""
    slot = planned.goal.slot or ""
    if slot not in heard.conversation.profile.known():
        return heard, question_for(slot, planned.before, heard.conversation.profile, playbook)
    following = next_question(heard.conversation, playbook, insists=False)
    if following is None:
        return heard, ""
    unasked = heard.conversation.model_copy(update={"asked": planned.before.asked})
    asked = with_question(unasked, following.slot)
    words = wording(following, planned.before, heard.conversation.profile)
    return heard.model_copy(update={"conversation": asked}), words


def _asking(aim: Aim, conversation: Conversation, playbook: Playbook) -> str:
    askings = playbook.lines.askings
    asked: dict[Aim, tuple[Asking, str]] = {
        Aim.HEAR_REACTION: (askings.proposal, PROPOSAL),
        Aim.HEAR_INTEREST: (askings.tier, TIER),
        Aim.ASK_CHANGE: (askings.change, CHANGE),
        Aim.ASK_CONCERN: (askings.concern, CONCERN),
    }
    if aim not in asked:
        return ""
    asking, name = asked[aim]
    return nth(asking, conversation.times_asked(name))

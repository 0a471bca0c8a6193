"""What a language model is told before it words a reply: who it is, what it may say, what it is to do."""

from collections.abc import Iterable, Sequence
from typing import Literal

from contracts.values import Profile
from playbook import Playbook, Prompt
from playbook.claims import visible
from services.dialogue.domain.canary import canary_of
from services.dialogue.domain.conversation import Conversation, Utterance
from services.dialogue.domain.goals import Aim, Plan
from services.dialogue.domain.language import lacks_words_for, language_of, spoken
from services.dialogue.domain.results import say_tier
from services.dialogue.domain.signals import Signal
from services.dialogue.domain.stages import next_question, question_for
from services.dialogue.domain.summary import recent_talk, summarize
from services.dialogue.domain.wording import listed, number, price

PromptMessage = tuple[Literal["system", "user", "assistant"], str]

# Their replies hold a tier with its price and its reason.
_ABOUT_A_TIER = frozenset({Aim.RECOMMEND, Aim.HEAR_REACTION})
_SLOTS = ", ".join(Profile.model_fields)
_SIGNALS = ", ".join(Signal)


def instructions_in(prompt: Prompt) -> Sequence[str]:
    """What a model must never say again; the guard looks for it."""
    return (*prompt.told_before_a_reply, _SLOTS, _SIGNALS)


def opening_of(plan: Plan, playbook: Playbook) -> str:
    """The first words of a conversation say that an AI speaks; code says them, later there are none."""
    if plan.before.is_introduced:
        return ""
    return f"{playbook.lines.greeting} {playbook.company.disclosure}"


def prompt_for(plan: Plan, playbook: Playbook) -> tuple[PromptMessage, ...]:
    """The messages for a model: the persona first, the same in every turn of a language; state; the talk."""
    playbook = spoken(plan.conversation, playbook)
    talk = (_as_message(utterance) for utterance in recent_talk(plan.conversation.history))
    return (("system", _persona(plan, playbook)), ("system", _state(plan, playbook)), *talk)


def _persona(plan: Plan, playbook: Playbook) -> str:
    company, prompt = playbook.company, playbook.prompt.reply
    is_about_a_tier = plan.goal.aim in _ABOUT_A_TIER
    return prompt.rules.format(
        bot_name=company.bot_name,
        company=company.name,
        does=company.does,
        voice=company.voice,
        most_words=prompt.most_words_about_a_tier if is_about_a_tier else prompt.most_words,
        prices=listed(f"{tier.name} {price(tier.monthly_price_usd)} a month" for tier in playbook.catalogue),
        delivery=playbook.proposal.delivery,
        slots=_SLOTS,
        signals=_SIGNALS,
        canary=canary_of(playbook),
    )


def _state(plan: Plan, playbook: Playbook) -> str:
    conversation, prompt = plan.conversation, playbook.prompt.reply
    known = "; ".join(_known(conversation.profile)) or "nothing"
    taken = sorted({*conversation.profile.known(), *conversation.skipped})
    said = opening_of(plan, playbook)
    opening = f"{prompt.opening.format(opening=said)} " if said else ""
    return prompt.state.format(
        language=_language(conversation, playbook),
        known=_marked(known),
        taken=", ".join(taken) or "nothing yet",
        summary=_as_material(summarize(plan.before)),
        opening=opening,
        task=_task(plan, playbook),
    )


def _language(conversation: Conversation, playbook: Playbook) -> str:
    """The language by its name where the playbook has it, by its tag elsewhere."""
    if language_of(conversation) is None:
        return ""
    tag = lacks_words_for(conversation, playbook)
    return f"{playbook.prompt.reply.language.format(name=tag or playbook.language.name)}\n"


def _task(plan: Plan, playbook: Playbook) -> str:
    conversation = plan.conversation
    if plan.goal.aim is Aim.ASK:
        return _ask(plan, playbook)
    # Its reason may hold the visitor's words.
    tier = _as_material(say_tier(conversation, conversation.tier, playbook)) if conversation.tier else ""
    return playbook.prompt.reply.tasks.of(plan.goal.aim.value).format(
        tier=tier, link=conversation.booking_url
    )


def _ask(plan: Plan, playbook: Playbook) -> str:
    """The question, and what comes instead when a model finds the answer that plain reading missed."""
    asked = question_for(plan.goal.slot or "", plan.before, plan.conversation.profile, playbook)
    otherwise = _otherwise(plan, playbook)
    return playbook.prompt.reply.ask.format(question=asked, otherwise=f" {otherwise}" if otherwise else "")


def _otherwise(plan: Plan, playbook: Playbook) -> str:
    following = next_question(_as_if_known(plan), playbook, insists=False)
    if following is not None:
        return playbook.prompt.reply.otherwise_ask.format(question=following.ask)
    return playbook.prompt.reply.otherwise_propose if plan.conversation.stage.value == "scope" else ""


def _as_if_known(plan: Plan) -> Conversation:
    skipped = (*plan.conversation.skipped, plan.goal.slot or "")
    return plan.conversation.model_copy(update={"skipped": skipped})


def _known(profile: Profile) -> Iterable[str]:
    for slot in Profile.model_fields:
        if (told := getattr(profile, slot)) is not None:
            yield f"{slot}: {_shown(told.value)}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return listed(map(str, value)) if value else "none"
    return number(value) if isinstance(value, int | float) else str(value)


def _as_message(utterance: Utterance) -> PromptMessage:
    if utterance.role == "bot":
        return "assistant", utterance.text
    return "user", _marked(utterance.text)


def _marked(words: str) -> str:
    """Words of a visitor, marked as theirs here and in no prompt, so that none can leave it out."""
    return f"<visitor>{_as_material(words)}</visitor>"


def _as_material(words: str) -> str:
    """Words of a visitor that cannot close the tag which marks them as material, nor hide anything."""
    return visible(words).replace("<", "\u2039").replace(">", "\u203a")

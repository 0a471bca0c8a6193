"""What scripted mode says in a turn: who speaks, a reaction, a word on what was told, one step further."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.values import Profile
from playbook import Answer, Language, Playbook
from services.dialogue.domain.conversation import CHANGE, CONCERN, PROPOSAL, TIER, Conversation
from services.dialogue.domain.goals import Aim
from services.dialogue.domain.moves import Move
from services.dialogue.domain.reading import Facts
from services.dialogue.domain.results import nth, say_tier
from services.dialogue.domain.signals import Heard, Signal
from services.dialogue.domain.stages import wording
from services.dialogue.domain.wording import (
    first_name,
    is_sayable,
    sentence,
    with_article,
)

_MOST_WORDS_SAID_BACK = 6
# One thing is acknowledged, the one that matters most to the visitor.
_BY_WEIGHT = (
    "task",
    "time_wasters",
    "challenge",
    "business_type",
    "steps",
    "tools",
    "hours_per_week",
    "success_measure",
    "team_size",
    "out_of_scope",
    "contact_email",
)

_BRINGS_ITS_OWN_WORD = frozenset({Aim.CLOSE, Aim.RECOMMEND, Aim.REDRAFT, Aim.RECONSIDER_TIER})


@dataclass(frozen=True, slots=True)
class Turn:
    """All a reply hangs on: the conversation before and after, what was heard, what comes next."""

    before: Conversation
    after: Conversation
    heard: Heard
    facts: Facts
    move: Move
    playbook: Playbook

    def pick(self, alternatives: tuple[str, ...]) -> str:
        """Another alternative each time it is our turn to speak."""
        return alternatives[len(self.before.history) // 2 % len(alternatives)]


def compose(turn: Turn) -> str:
    """The whole scripted reply; a lead-in when the turn needs a result."""
    parts = (_opening(turn), _reaction(turn), _acknowledgement(turn))
    spoken = " ".join(part for part in parts if part)
    step = _step(turn)
    # A tier is a block of its own; everything else runs on in one paragraph.
    joint = "\n\n" if "\n" in step else " "
    return joint.join(part for part in (spoken, step) if part)


def _opening(turn: Turn) -> str:
    """The first reply says who speaks: an AI."""
    if turn.before.is_introduced:
        return ""
    return f"{turn.playbook.lines.greeting} {turn.playbook.company.disclosure}"


def _reaction(turn: Turn) -> str:
    lines, company = turn.playbook.lines, turn.playbook.company
    signal, subject = turn.heard.signal, turn.heard.subject
    if signal is Signal.QUESTION_PRICE:
        return _prices(turn)
    if subject is not None:
        return _answer(turn, subject)
    if turn.heard.asks:
        return turn.pick(lines.question_unknown)
    reactions = {
        Signal.QUESTION_BOT: _is_a_bot(turn),
        Signal.QUESTION_HUMAN: lines.human.format(company=company.name, website=company.website),
        Signal.QUESTION_OTHER: turn.pick(lines.question_unknown),
        Signal.WANTS_DEMO: lines.early_demo if turn.move.aim is Aim.ASK else "",
        Signal.THANKS: lines.thanks if turn.move.aim is not Aim.CLOSE else "",
    }
    if signal is Signal.NONE and turn.before.open_question == CONCERN and turn.move.aim is Aim.HEAR_INTEREST:
        return lines.concern_heard
    return sentence(reactions.get(signal, ""))


def _is_a_bot(turn: Turn) -> str:
    """The plain answer; the first reply has given it already."""
    company = turn.playbook.company
    line = turn.playbook.lines.bot.format(company=company.name, bot_name=company.bot_name)
    return line if turn.before.is_introduced else ""


def _answer(turn: Turn, subject: Answer) -> str:
    """The playbook's answer; the same objection is answered once."""
    if turn.heard.signal is Signal.OBJECTION and subject.about in turn.before.objections:
        return turn.playbook.lines.objection_again
    company = turn.playbook.company
    said = subject.says.format(
        company=company.name,
        does=company.does,
        website=company.website,
        delivery=turn.playbook.proposal.delivery,
    )
    return sentence(said)


def _prices(turn: Turn) -> str:
    """Prices come from the catalogue; once a tier fits, its price is the answer."""
    lines, language, tier = turn.playbook.lines, turn.playbook.language, turn.after.tier
    if tier is not None:
        return lines.price_fitting.format(tier=tier.name, price=language.price_of(tier.monthly_price_usd))
    tiers = (
        lines.price_of_tier.format(tier=tier.name, price=language.price_of(tier.monthly_price_usd))
        for tier in turn.playbook.catalogue
    )
    return lines.price.format(tiers=language.listed(tiers))


def _acknowledgement(turn: Turn) -> str:
    lines, facts = turn.playbook.lines, turn.facts
    if turn.move.aim in _BRINGS_ITS_OWN_WORD:
        return ""
    thanks = _said_back(turn, "name") if "name" in facts.changed else ""
    if facts.is_correction:
        return " ".join(part for part in (thanks, lines.corrected) if part)
    told = next((slot for slot in _BY_WEIGHT if slot in facts.changed), None)
    if told and not (thanks and told == "contact_email"):
        return " ".join(part for part in (thanks, _said_back(turn, told)) if part)
    return thanks or _nothing_told(turn)


def _nothing_told(turn: Turn) -> str:
    """A word between a question that was not answered and the next one."""
    lines = turn.playbook.lines
    if turn.move.aim is not Aim.ASK or turn.before.open_question is None:
        return ""
    if turn.facts.is_skip:
        return turn.pick(lines.skipped)
    return turn.pick(lines.unclear) if turn.heard.signal is Signal.NONE else ""


def _said_back(turn: Turn, slot: str) -> str:
    """A line about what was told, with the visitor's words when they are short and nothing but words."""
    lines, profile = turn.playbook.lines, turn.after.profile
    if slot == "team_size" and profile.team_size and profile.team_size.value == 1:
        return lines.team_of_one
    value = _in_a_sentence(profile, slot, turn.playbook.language)
    alternatives = lines.acknowledge.get(slot, ())
    if not alternatives or (
        not is_sayable(value, _MOST_WORDS_SAID_BACK) and "value}" in "".join(alternatives)
    ):
        return turn.pick(lines.noted)
    return sentence(turn.pick(alternatives).format(value=value, a_value=with_article(value)))


def _in_a_sentence(profile: Profile, slot: str, language: Language) -> str:
    value = getattr(profile, slot).value
    if slot == "name":
        return first_name(value)
    if isinstance(value, tuple):
        return language.listed(value) if value else ""
    return language.number(value) if isinstance(value, int | float) else str(value)


def _step(turn: Turn) -> str:
    """What the reply is for, in words."""
    lines, after = turn.playbook.lines, turn.after
    fixed = {
        Aim.PROPOSE: lines.proposal_follows,
        Aim.REDRAFT: lines.redraft_follows,
        Aim.RECONSIDER_TIER: lines.tier_follows,
        Aim.BOOK: lines.link_follows,
        Aim.HEAR_REACTION: nth(lines.askings.proposal, after.times_asked(PROPOSAL)),
        Aim.HEAR_INTEREST: nth(lines.askings.tier, after.times_asked(TIER)),
        Aim.ASK_CHANGE: nth(lines.askings.change, after.times_asked(CHANGE)),
        Aim.ASK_CONCERN: nth(lines.askings.concern, after.times_asked(CONCERN)),
        Aim.CLOSE: lines.goodbye_again if turn.before.closed else lines.goodbye,
    }
    match turn.move.aim:
        case Aim.ASK:
            return _question(turn)
        case Aim.RECOMMEND:
            assert after.tier is not None
            return say_tier(after, after.tier, turn.playbook)
        case Aim.REMIND:
            return turn.pick(lines.booking_again).format(link=after.booking_url)
    return fixed[turn.move.aim]


def _question(turn: Turn) -> str:
    questions: Iterable[str] = (
        wording(question, turn.before, turn.after.profile)
        for script in turn.playbook.stages.values()
        for question in script.questions
        if question.slot == turn.move.slot
    )
    return next(iter(questions), "")

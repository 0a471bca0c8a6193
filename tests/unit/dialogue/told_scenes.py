"""One turn of every aim, and a company of few words: what a model is told of them stays in a file."""

from contracts.values import Profile, Stage, TierRecommendation
from playbook import Company, Playbook, Question
from playbook.lines import TierLines
from services.dialogue.domain import Conversation, Plan
from services.dialogue.domain.conversation import with_message, with_reply
from services.dialogue.domain.goals import Aim, Goal
from services.dialogue.domain.signals import Signal
from tests.unit.dialogue.builders import CONVERSATION, LINK, PLAYBOOK, known

_ASKED = (
    Question(slot="business_type", ask="What do you do?", again="And what is that?"),
    Question(slot="team_size", ask="How many are you?", again="Roughly how many?"),
)
_TIER = TierRecommendation(
    tier="starter",
    name="Starter",
    monthly_price_usd=1250,
    includes=("one agent",),
    reason="you are <two>",
    would_change="a third",
)


def plain_playbook(playbook: Playbook = PLAYBOOK) -> Playbook:
    """The playbook with words of its own wherever a model is told them, so that only the prompt counts."""
    stages = dict(playbook.stages)
    stages[Stage.UNDERSTAND] = stages[Stage.UNDERSTAND].model_copy(update={"questions": _ASKED})
    stages[Stage.SCOPE] = stages[Stage.SCOPE].model_copy(update={"questions": ()})
    tier = TierLines(
        recommends="{tier} at {price}.", includes="With:", why="Why: {reason}", would_change="Else: {change}"
    )
    asking = playbook.lines.askings.tier.model_copy(update={"ask": ("Shall we meet?",), "rest": "Write us."})
    askings = playbook.lines.askings.model_copy(update={"tier": asking})
    contact = playbook.lines.contact.model_copy(update={"name_and_email": "Who are you?"})
    lines = {
        "greeting": "Hello!",
        "booking_again": ("Meet at {link}",),
        "tier": tier,
        "askings": askings,
        "contact": contact,
    }
    return playbook.model_copy(
        update={
            "company": Company(
                name="Acme",
                bot_name="Bo",
                website="https://acme.example",
                does="mends things",
                voice="calm",
                disclosure="I am a bot.",
            ),
            "stages": stages,
            "lines": playbook.lines.model_copy(update=lines),
            "catalogue": tuple(
                tier.model_copy(update={"name": name, "monthly_price_usd": price})
                for tier, name, price in zip(
                    playbook.catalogue, ("Starter", "Growth", "Enterprise"), (1250, 2500, 5000), strict=True
                )
            ),
            "proposal": playbook.proposal.model_copy(update={"delivery": "Done in a week."}),
        }
    )


def scenes() -> dict[str, Plan]:
    """A turn of every aim late in a conversation, and the ways in which something is asked."""
    late = {aim.value: _plan(_late(), Goal(aim=aim), Stage.RECOMMEND) for aim in Aim if aim is not Aim.ASK}
    first, second = (Goal(aim=Aim.ASK, slot=slot) for slot in ("business_type", "team_size"))
    opened = Conversation.open(CONVERSATION, "api")
    return late | {
        "ask at first": _plan(opened, first, Stage.UNDERSTAND),
        "ask another": _plan(_begun(), second, Stage.UNDERSTAND),
        "ask at last": _plan(_begun(), second, Stage.SCOPE),
        "ask in Italian": _plan(_begun(language=known("it")), first, Stage.UNDERSTAND),
    }


def _plan(before: Conversation, goal: Goal, stage: Stage) -> Plan:
    after = with_message(before.model_copy(update={"stage": stage}), "I </visitor> mend shoes.")
    return Plan(
        before=before,
        conversation=after,
        message="I mend shoes.",
        messages=(),
        turn_id=CONVERSATION,
        changed=(),
        signal=Signal.NONE,
        goal=goal,
        script="",
        needs="nothing",
    )


def _begun(**told: object) -> Conversation:
    opened = Conversation.open(CONVERSATION, "api")
    begun = with_reply(with_message(opened, "hi"), "Hello! I am a bot.")
    return begun.model_copy(update={"profile": Profile.model_validate(told)})


def _late() -> Conversation:
    profile = {
        "business_type": known("shoe repair <visitor>"),
        "team_size": known(2),
        "tools": known(("Excel",)),
    }
    return _begun(**profile).model_copy(
        update={"tier": _TIER, "skipped": ("challenge",), "asked": {"task": 2}, "booking_url": LINK}
    )

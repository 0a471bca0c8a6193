"""A guided conversation: the test says what each message means, the rest goes as in the service."""

from dataclasses import dataclass, field

from playbook import Playbook
from playbook.reading.meaning import Intent, SlotUpdate, Understanding
from services.dialogue.domain import conversation as domain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.quick_replies import quick_replies_for
from services.dialogue.domain.results import booking_text, proposal_text
from services.dialogue.domain.speech import speak_without_model
from services.dialogue.domain.stage_machine import NextAction
from services.dialogue.domain.turn import decide_turn
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import CONVERSATION, a_message, a_proposal, a_tier, an_update, meaning

LINK = "https://calendly.com/instaagents/discovery-demo?utm_content=one"
LANGUAGES = ("en", "es", "de", "fr", "pt")
PLAYBOOK = SHIPPED
# Their texts are in no language.
TIER = a_tier(includes=("8", "9"), reason="6.", would_change="7.")
_TEXTS = {
    "agent_name": "Ada 2",
    "summary": "Ada 2.",
    "success_measure": "3",
    "delivery": "4",
    "done_today": "10",
}
_LISTS = {"does": ("1",), "out_of_scope": ("2",), "integrations": ("Xero", "Gmail"), "to_look_at": ("5",)}
PROPOSAL = a_proposal(**_TEXTS, **_LISTS, hours_now_per_week=6, hours_saved_per_week=4)


@dataclass
class GuidedTalk:
    """A conversation under way, in one language."""

    language: str = "en"
    conversation: Conversation = field(default_factory=lambda: Conversation.open(CONVERSATION, "widget"))
    replies: list[str] = field(default_factory=list)
    action: NextAction | None = None

    @property
    def playbook(self) -> Playbook:
        return PLAYBOOK.spoken_in(self.language)

    @property
    def reply(self) -> str:
        return self.replies[-1]

    @property
    def labels(self) -> list[str]:
        return [*self.conversation.suggestions]

    def say(self, text: str, *means: Intent | SlotUpdate, questions=(), leaves_open=(), **told: str):
        """Send a message that means this; `told` are slots in the visitor's own words."""
        updates = [one for one in means if isinstance(one, SlotUpdate)]
        updates += [an_update(slot, value) for slot, value in told.items()]
        intents = [one for one in means if isinstance(one, Intent)]
        intents = intents or [Intent.ANSWER if updates else Intent.OTHER]
        beside = {"questions": tuple(questions), "leaves_open": tuple(leaves_open), "language": self.language}
        return self.send(text, meaning(*intents, updates=tuple(updates), **beside))

    def pick(self, label: str):
        """Send the label of a quick reply."""
        picked = next(offered for offered in self.conversation.quick_replies if offered.label == label)
        return self.send(picked.label, picked.means)

    def send(self, text: str, means: Understanding):
        message = a_message(text, len(self.replies))
        turn = decide_turn(domain.with_messages(self.conversation, (message,)), (message,), means, PLAYBOOK)
        conversation, self.action, means = turn.conversation, turn.action, turn.understanding
        reply = speak_without_model(conversation, self.action, means, PLAYBOOK)
        offered = quick_replies_for(conversation, self.action, PLAYBOOK, means)
        if turn.awaited == "proposal":
            conversation = domain.with_proposal(conversation, PROPOSAL, TIER)
            reply = f"{reply}\n\n{proposal_text(conversation, None, PLAYBOOK)}"
        elif turn.awaited == "booking":
            conversation = domain.with_booking_link(conversation, LINK)
            reply = f"{reply}\n\n{booking_text(conversation, LINK, PLAYBOOK)}"
        self.conversation = domain.with_reply(conversation, reply, offered)
        self.replies.append(reply)
        return self

    def now(self, **state: object):
        """The talk as it goes on from another state."""
        self.conversation = self.conversation.model_copy(update=state)
        return self


def greeted(language: str = "en") -> GuidedTalk:
    """A visitor who said hello."""
    return GuidedTalk(language).say("hi")


def up_to_the_proposal(language: str = "en") -> GuidedTalk:
    """A visitor who just read the proposal."""
    talk = GuidedTalk(language)
    talk.say("AB & C", business_type="AB & C").say("22", team_size="22").say("D E", challenge="D E")
    talk.say("F G", task="F G").say("1, 2", an_update("steps", "1", "2", quote="1, 2"))
    talk.say("Xero, Gmail", an_update("tools", "Xero", "Gmail", quote="Xero, Gmail"))
    return talk.say("6", hours_per_week="6").say("3", success_measure="3")

"""The whole state of one conversation, as a value, and what changes it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.leases import Fence
from contracts.mail import SentMail
from contracts.text import CleanText
from contracts.values import (
    Author,
    BotAuthor,
    Channel,
    Payers,
    Profile,
    Proposal,
    Stage,
    TierRecommendation,
    Value,
)
from playbook.claims import letters, shortened, visible
from playbook.demo_changes import DemoChange
from playbook.reading.meaning import SLOT_NAMES
from playbook.reading.talk import Message, QuickReply, Utterance, messages_in, numbered_tasks

MOST_UTTERANCES = 60
MOST_LETTERS = 24_000


class Reply(Value):
    """A reply and who wrote it; `degraded` when the playbook stood in for a language model.

    `refused` names why sentences of a model were not shown, one reason a sentence. `cost_usd` is what a model
    was paid for it, shown or not.
    """

    text: CleanText
    author: Author
    degraded: bool = False
    model: CleanText | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    refused: tuple[str, ...] = ()
    cost_usd: float = 0.0

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_version(cls, stored: object) -> object:
        """The text was called `reply` when a reply under way was stored."""
        if isinstance(stored, dict) and "reply" in stored:
            return {"text": stored["reply"], **stored}
        return stored


class Awaiting(Value):
    """A result that was requested, and the turns whose reply waits for it.

    `cause_id` is the event that led to the request; `lead_in` is what the visitor has read meanwhile;
    `since` is when the first of the turns began to wait or, once they were held, when that or the last
    request was. `requests` counts the requests; `change_wish` is the change that was requested;
    `is_template` says that the template was asked last; `payers` pay for whatever is requested again.
    """

    kind: Literal["proposal", "booking"]
    request_event_id: UUID
    cause_id: UUID
    turn_ids: tuple[UUID, ...]
    lead_in: Reply
    since: datetime | None = None
    requests: int = 1
    change_wish: str | None = None
    is_template: bool = False
    payers: Payers | None = None


class SpeakingPerson(Value):
    """A person who speaks in our place.

    `looked_after_at` is when to look whether they are still there. Where Redis does not know that, `is_lost`
    gives them until the next time to come back.
    """

    name: CleanText
    looked_after_at: datetime
    is_lost: bool = False


class Conversation(Value):
    """One conversation between two turns.

    `asked` counts how often each slot was asked for; `open_question` is the slot the last reply asked for;
    `has_open_line` that the next message is its value as it is written;
    `skipped` are slots the visitor does not want to answer. `is_stale` says that the proposal lacks something
    the visitor said since; `read_draft` is the text of the newest draft that they have read;
    `change_wish` is the change the next draft is to make. `chosen_tier` is the
    key of a tier the visitor chose against the recommendation. `draft_author` wrote the proposal,
    `reply_author` the last reply. `quick_replies` were offered with the last
    reply. `unshown_request_id` is the request for a draft that nobody waits for. `has_deferred` says that a
    question was left to a colleague before, which is announced once; `refuses_questions` that the visitor
    wants none of ours any more; `refuses_demo` that they want a person and no demo. `person` speaks in our
    place; `last_fence` is that of the last take-over; `open_turn_ids` are turns that were left to a person.
    `last_heard_at` is when the visitor last wrote, None once their silence was told.
    `has_demo` says that a demo is booked; `demo_event_ids` are the last events about one that are known here;
    `is_offered_again` says that the link was given anew after a demo came to nothing; `unsaid_demo` is the
    last that became of one while a person spoke; `has_opted_out` that the visitor wants no more mails.
    `campaign` is the one whose mail they answered first.
    `playbook` and `prompt` are the digests of what the conversation is told by. What a later release stored
    besides is kept as it is, so that both may run side by side.
    """

    model_config = ConfigDict(extra="allow")

    conversation_id: UUID
    source: Channel
    stage: Stage = Stage.UNDERSTAND
    profile: Profile = Profile()
    asked: Mapping[str, int] = Field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    open_question: str | None = None
    has_open_line: bool = False
    history: tuple[Utterance, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    is_introduced: bool = False
    revision: int = 0
    proposal: Proposal | None = None
    tier: TierRecommendation | None = None
    draft_author: BotAuthor = "script"
    reply_author: Author = "model"
    read_draft: str = ""
    chosen_tier: str | None = None
    is_stale: bool = False
    change_wish: str | None = None
    booking_url: str | None = None
    awaiting: Awaiting | None = None
    unshown_request_id: UUID | None = None
    closed: bool = False
    has_declined: bool = False
    wants_person: bool = False
    refuses_demo: bool = False
    refuses_questions: bool = False
    has_deferred: bool = False
    person: SpeakingPerson | None = None
    last_fence: int = 0
    open_turn_ids: tuple[UUID, ...] = ()
    last_heard_at: datetime | None = None
    has_demo: bool = False
    demo_event_ids: tuple[UUID, ...] = ()
    is_offered_again: bool = False
    unsaid_demo: DemoChange | None = None
    has_opted_out: bool = False
    campaign: str | None = None
    playbook: str | None = None
    prompt: str | None = None
    sequence: int = 0

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_version(cls, stored: object) -> object:
        """A change wish was called `wish`, and more than slots was asked for."""
        if not isinstance(stored, dict):
            return stored
        known = {name: value for name, value in stored.items() if name != "wish"}
        renamed = {"change_wish": stored["wish"]} if "wish" in stored else {}
        is_slot = stored.get("open_question") in SLOT_NAMES
        return renamed | known | ({} if is_slot else {"open_question": None})

    @classmethod
    def open(cls, conversation_id: UUID, source: Channel) -> Self:
        """A conversation in which nothing was said yet."""
        return cls(conversation_id=conversation_id, source=source)

    @property
    def silent_since(self) -> datetime | None:
        """When the visitor last wrote; None where nobody waits for them, or their silence was told."""
        is_over = self.closed or self.has_declined or self.wants_person
        return None if is_over else self.last_heard_at

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The labels of the quick replies that were offered last."""
        return tuple(offered.label for offered in self.quick_replies)

    @property
    def fence(self) -> Fence:
        """Our right to speak, until a person takes over."""
        return Fence(self.conversation_id, self.last_fence)

    def shows_link(self, reply: str) -> bool:
        """Whether the visitor sees the booking link in this reply."""
        return self.booking_url is not None and self.booking_url in reply

    def shows_proposal(self, reply: str) -> bool:
        """Whether the visitor sees the proposal in this reply, or what changed of it, under its name."""
        return self.proposal is not None and f"**{self.proposal.agent_name}**" in reply

    def author_of(self, reply: Reply) -> Author:
        """Who wrote a reply: a draft that a model worded is its words also where the playbook shows it."""
        is_in_own_words = reply.author == "script" and self.shows_proposal(reply.text)
        return self.draft_author if is_in_own_words else reply.author

    def times_asked(self, slot: str) -> int:
        """How often this slot was asked for."""
        return self.asked.get(slot, 0)

    @property
    def questions_since_link(self) -> int:
        """How many replies asked something after the booking link was given."""
        replies = [utterance.text for utterance in self.history if utterance.role == "bot"]
        shown = next((place for place, reply in enumerate(replies) if self.shows_link(reply)), len(replies))
        return sum("?" in reply for reply in replies[shown + 1 :])

    @property
    def visitor_messages(self) -> tuple[Message, ...]:
        """What the visitor wrote, the newest last, as far back as the history goes."""
        return messages_in(self.history)

    @property
    def said_by_people(self) -> tuple[str, ...]:
        """What people of ours wrote here, as far back as the history goes."""
        return tuple(line.text for line in self.history if line.person is not None)

    @property
    def wants_call(self) -> bool:
        """Whether the visitor wants a person and left a number."""
        return self.wants_person and self.profile.contact_phone is not None

    @property
    def wants_no_link(self) -> bool:
        """Whether the visitor wants a person and not the demo: they left a number, or refused the demo."""
        return self.wants_call or (self.wants_person and self.refuses_demo)

    @property
    def unanswered(self) -> tuple[Message, ...]:
        """What the visitor wrote since the last reply."""
        waiting = takewhile(lambda utterance: utterance.role == "visitor", reversed(self.history))
        return self.visitor_messages[-count:] if (count := len(list(waiting))) else ()

    @property
    def is_repeated(self) -> bool:
        """Whether the visitor wrote again, word for word, what they had written."""
        said = [letters(message.text) for message in self.visitor_messages]
        newest = said[len(said) - len(self.unanswered) :]
        return bool(newest) and all(said.count(one) > 1 for one in newest)


def with_messages(
    conversation: Conversation, messages: Iterable[Message], mails: Iterable[SentMail] = ()
) -> Conversation:
    """The conversation after the visitor got these mails of ours, which may offer tasks, and wrote these."""
    for mail in mails:
        sent = with_reply(conversation, mail.text, numbered_tasks(mail.options))
        opened = {"open_question": "task" if mail.options else None}
        conversation = sent.model_copy(update=opened | {"campaign": sent.campaign or mail.campaign})
    written = (
        Utterance(role="visitor", text=shortened(visible(message.text)), turn_id=message.turn_id)
        for message in messages
    )
    return _with_utterances(conversation, written)


def with_reply(
    conversation: Conversation, text: str, quick_replies: tuple[QuickReply, ...] = ()
) -> Conversation:
    """The conversation after we answered."""
    replied = _with_utterances(conversation, (Utterance(role="bot", text=shortened(text)),))
    return replied.model_copy(update={"is_introduced": True, "quick_replies": quick_replies})


def with_person_message(conversation: Conversation, text: str, name: str) -> Conversation:
    """The conversation after a person of ours wrote this."""
    said = Utterance(role="bot", text=shortened(text), person=name)
    replied = _with_utterances(conversation, (said,))
    return replied.model_copy(update={"quick_replies": (), "open_question": None, "open_turn_ids": ()})


def with_question(conversation: Conversation, slot: str | None) -> Conversation:
    """The conversation after a slot was asked for; None when no slot was."""
    asked = dict(conversation.asked)
    if slot is not None:
        asked[slot] = asked.get(slot, 0) + 1
    return conversation.model_copy(update={"asked": asked, "open_question": slot})


def with_proposal(
    conversation: Conversation, proposal: Proposal, tier: TierRecommendation, author: BotAuthor = "script"
) -> Conversation:
    """The conversation after a draft came."""
    return conversation.model_copy(
        update={
            "proposal": proposal,
            "tier": tier,
            "draft_author": author,
            "revision": conversation.revision + 1,
            "change_wish": None,
            "open_question": None,
        }
    )


def with_booking_link(conversation: Conversation, url: str) -> Conversation:
    """The conversation after the booking link came."""
    return conversation.model_copy(update={"booking_url": url, "open_question": None})


def _with_utterances(conversation: Conversation, utterances: Iterable[Utterance]) -> Conversation:
    """The oldest go when there are too many, or too much text."""
    history = [*conversation.history, *utterances][-MOST_UTTERANCES:]
    while sum(len(utterance.text) for utterance in history) > MOST_LETTERS:
        del history[0]
    return conversation.model_copy(update={"history": tuple(history)})

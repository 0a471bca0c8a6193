"""What one cause leads to: events in the order of their conversation, and the change that stores them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from uuid import UUID

from contracts.cloudevent import CloudEvent, Event, EventT, caused_by, derive_id
from contracts.events import BookingRequested, ProfileUpdated, ProposalRequested, StageAdvanced, TurnAnswered
from contracts.values import Payers, Stage, TranscriptLine
from playbook.reading.talk import Message, Utterance
from services.dialogue.domain.changes import Change, Loaded, Outcome, TurnStatus
from services.dialogue.domain.conversation import Conversation, Reply
from services.dialogue.domain.turn import Result
from services.dialogue.ports import Ports

SOURCE = "dialogue"
LOST_AFTER_S = 30.0
"""After so long without a result, its request is taken for lost."""
ANSWERED_WITHIN_S = 60.0
"""After so long, nobody is answering what a person left open."""
_STEPS_OF_SILENCE = 24
_TRANSCRIPT_LINES = 12


class Ledger:
    """Collects events. The same cause, conversation and order give the same ids and numbers.

    Args:
        cause: the id of the event being handled.
        loaded: the conversation as it was read.
        payers: who pays for what is requested.
    """

    def __init__(self, cause: UUID, loaded: Loaded, ports: Ports, payers: Payers | None = None) -> None:
        self.payers = payers
        self.cause = cause
        self.loaded = loaded
        self.ports = ports
        self.time = ports.clock()
        self.events: list[CloudEvent[Event]] = []
        self._sequence = loaded.conversation.sequence if loaded.conversation else 0
        self._ordinals: Counter[str] = Counter()

    def record(self, data: EventT) -> CloudEvent[EventT]:
        """Add what became true; returns it with its envelope."""
        self._sequence += 1
        ordinal = self._ordinals[data.type_name()]
        event = caused_by(
            self.cause, data, source=SOURCE, time=self.time, sequence=self._sequence, ordinal=ordinal
        )
        self._ordinals[data.type_name()] += 1
        self.events.append(event)
        return event

    def record_progress(self, before: Conversation, after: Conversation, changed: tuple[str, ...]) -> None:
        """Add what a turn changed: the profile, and each stage that was entered, one by one."""
        identity = after.conversation_id
        if changed:
            self.record(ProfileUpdated(conversation_id=identity, profile=after.profile, changed=changed))
        stages = list(Stage)[before.stage.position : after.stage.position + 1]
        for left, entered in pairwise(stages):
            self.record(StageAdvanced(conversation_id=identity, from_stage=left, to_stage=entered))

    def request(
        self,
        conversation: Conversation,
        result: Result,
        turn_id: UUID,
        *,
        lead_in: str = "",
        is_template_only: bool = False,
    ) -> UUID:
        """Add the request for the booking link, or for the next draft; returns its id.

        A draft starts from the last one and the talk, of which `lead_in` is what is read in front of it.
        """
        if result == "booking":
            return self.record(_booking_request(conversation, turn_id)).id
        last = (Utterance(role="bot", text=lead_in),) if lead_in else ()
        lines = (*conversation.history, *last)[-_TRANSCRIPT_LINES:]
        data = ProposalRequested(
            conversation_id=conversation.conversation_id,
            turn_id=turn_id,
            revision=conversation.revision + 1,
            profile=conversation.profile,
            change_wish=conversation.change_wish,
            last_proposal=conversation.proposal,
            chosen_tier=conversation.chosen_tier,
            transcript=tuple(TranscriptLine(role=line.role, text=line.text) for line in lines),
            is_template_only=is_template_only,
            translations=self._words_of_a_proposal(conversation),
            payers=self.payers,
            playbook=self.ports.playbook.digest,
            prompt=self.ports.playbook.prompt.digest,
        )
        return self.record(data).id

    def _words_of_a_proposal(self, conversation: Conversation) -> Mapping[str, str]:
        """For services that keep no translations."""
        language, translations = conversation.profile.language, self.ports.translations
        return translations.words_of_a_proposal(language.value) if language and translations else {}

    def record_answer(
        self, after: Conversation, reply: Reply, turn_ids: tuple[UUID, ...], *, holding: str | None = None
    ) -> None:
        """Add a complete reply of ours, with what led to it; `holding` is what of it only asks to wait."""
        playbook, author = self.ports.playbook, after.author_of(reply)
        assert author != "person", "what a person says is an event of its own"
        answered = TurnAnswered(
            conversation_id=after.conversation_id,
            reply_id=derive_id(self.cause, "reply", self._ordinals[TurnAnswered.type_name()]),
            answered_turn_ids=turn_ids,
            reply=reply.text,
            stage=after.stage,
            calendly_shown=after.shows_link(reply.text),
            degraded=reply.degraded,
            author=author,
            model=reply.model,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            refused=reply.refused,
            cost_usd=reply.cost_usd,
            playbook=playbook.digest,
            prompt=playbook.prompt.digest if reply.model else None,
            suggestions=after.suggestions,
            holding=holding,
            proposal_shown=after.shows_proposal(reply.text),
        )
        self.record(answered)

    def close(
        self,
        after: Conversation,
        reply: Reply | None = None,
        *,
        status: TurnStatus = TurnStatus.ANSWERED,
        new_turns: Sequence[Message] = (),
        settled_turn_ids: Sequence[UUID] = (),
        read: str = "",
    ) -> Change:
        """The change that stores the conversation with the events; without a reply its turns still wait.

        The first of the turns has read `read`. Of `new_turns`, those that failed before are stored already.
        """
        stored = self.loaded.outcomes
        again = [turn.turn_id for turn in new_turns if turn.turn_id in stored]
        turn_ids = [*(turn.turn_id for turn in new_turns), *settled_turn_ids]
        author = after.author_of(reply) if reply else after.reply_author
        heard_at = self.time if new_turns else after.last_heard_at
        playbook = self.ports.playbook
        updates = {"sequence": self._sequence, "reply_author": author, "last_heard_at": heard_at}
        edition = {"playbook": playbook.digest, "prompt": playbook.prompt.digest}
        after = after.model_copy(update=updates | edition)
        return Change(
            cause_id=self.cause,
            conversation=after,
            version=self.loaded.version,
            asking=turn_ids[0] if turn_ids and status is not TurnStatus.FAILED else None,
            read=read,
            outcome=self._outcome(after, reply, status),
            new_turns=[turn for turn in new_turns if turn.turn_id not in stored],
            settled_turn_ids=[*settled_turn_ids, *again],
            events=self.events,
            wake_at=self._wake_at(after),
        )

    def _outcome(self, after: Conversation, reply: Reply | None, status: TurnStatus) -> Outcome:
        if reply is None:
            return Outcome(status=TurnStatus.AWAITING, stage=after.stage, sequence=self._sequence)
        return Outcome(
            status=status,
            stage=after.stage,
            sequence=self._sequence,
            reply=reply.text,
            calendly_shown=after.shows_link(reply.text),
            proposal_shown=after.shows_proposal(reply.text),
            degraded=reply.degraded,
            suggestions=after.suggestions,
            author=after.author_of(reply),
        )

    def _wake_at(self, after: Conversation) -> datetime | None:
        """When to look after who speaks, what is awaited, or a visitor who may be silent by then.

        Only the last is postponed by what the visitor writes.
        """
        if after.person is not None:
            return after.person.looked_after_at
        if after.open_turn_ids:
            return self.time + timedelta(seconds=ANSWERED_WITHIN_S)
        waiting = after.awaiting
        if waiting is None:
            return self._silent_at(after)
        # It is a holding reply that turns wait for first.
        after_s = self.ports.holding_after_s if waiting.turn_ids else LOST_AFTER_S
        return (waiting.since or self.time) + timedelta(seconds=after_s)

    def _silent_at(self, after: Conversation) -> datetime | None:
        """Rounded up, so that most turns of a conversation leave the index of the column as it is."""
        if after.silent_since is None:
            return None
        silence_s = self.ports.silent_after_h * 3600
        step_s = silence_s / _STEPS_OF_SILENCE
        return datetime.fromtimestamp(
            ceil((after.silent_since.timestamp() + silence_s) / step_s) * step_s, tz=UTC
        )


def _booking_request(conversation: Conversation, turn_id: UUID) -> BookingRequested:
    profile = conversation.profile
    return BookingRequested(
        conversation_id=conversation.conversation_id,
        turn_id=turn_id,
        source=conversation.source,
        name=profile.name.value if profile.name else None,
        contact_email=profile.contact_email.value if profile.contact_email else None,
        tier=conversation.chosen_tier or (conversation.tier.tier if conversation.tier else None),
        campaign=conversation.campaign,
    )

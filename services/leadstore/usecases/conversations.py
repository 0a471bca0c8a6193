"""Read a conversation: what was said and proposed in it, how its turns ended, what is new."""

from uuid import UUID

import structlog

from chassis.clock import Clock
from contracts.conversation_changes import ConversationChanges, FollowedConversations
from contracts.proposal_folder import ProposalFolder
from contracts.turn_outcomes import OpenTurns, TurnOutcomes
from services.leadstore.domain import Transcript
from services.leadstore.errors import ErasedConversation, UnknownConversation, UnknownProposal
from services.leadstore.ports import ProjectionNotifier, ProposalLinks, ReadModel
from services.leadstore.usecases.waiting import read_until

logger = structlog.get_logger()


async def read_transcript(
    conversation_id: UUID, read_model: ReadModel, notifier: ProjectionNotifier, *, after_sequence: int = 0
) -> Transcript:
    """The whole conversation, as of `after_sequence` if that is projected within two seconds.

    Raises:
        UnknownConversation: nothing was said in it.
        ErasedConversation: it was erased.
    """
    if after_sequence:
        await read_until(
            conversation_id,
            notifier,
            lambda: read_model.last_sequence(conversation_id),
            is_enough=lambda sequence: sequence >= after_sequence,
        )
    return await existing_transcript(conversation_id, read_model)


async def existing_transcript(conversation_id: UUID, read_model: ReadModel) -> Transcript:
    """The whole conversation as it is projected by now.

    Raises:
        UnknownConversation: nothing was said in it.
        ErasedConversation: it was erased.
    """
    transcript = await read_model.transcript(conversation_id)
    if transcript is None:
        await _refuse_erased(conversation_id, read_model)
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    return transcript


async def read_proposals(
    conversation_id: UUID, read_model: ReadModel, notifier: ProjectionNotifier
) -> ProposalFolder:
    """Every revision of a conversation's proposal; waits up to two seconds for the first.

    The visitor may open it the moment it was shown. The events of dialogue and proposal arrive in any order:
    a draft may be known before the profile it was made from.

    Raises:
        UnknownProposal: none was drafted.
        ErasedConversation: the conversation was erased.
    """
    await _refuse_erased(conversation_id, read_model)
    folder = await read_until(
        conversation_id,
        notifier,
        lambda: read_model.proposals(conversation_id),
        is_enough=lambda folder: folder is not None and folder.is_said,
    )
    if folder is None:
        raise UnknownProposal(f"there is no proposal in conversation {str(conversation_id)!r}")
    return folder


async def read_outcomes(turns: OpenTurns, read_model: ReadModel) -> TurnOutcomes:
    """The outcomes of turns; those that have not ended are left out."""
    return await read_model.outcomes(turns.turns) if turns.turns else TurnOutcomes()


async def read_changes(followed: FollowedConversations, read_model: ReadModel) -> ConversationChanges:
    """What is new in conversations; those in which nothing is are left out."""
    if not followed.conversations:
        return ConversationChanges()
    return ConversationChanges(changes=tuple(await read_model.changes(followed.conversations)))


async def withdraw_proposal_links(conversation_id: UUID, links: ProposalLinks, clock: Clock) -> None:
    """Withdraw every link to the proposal issued so far. Idempotent.

    Raises:
        UnknownConversation: there is none, or it was erased.
        DatabaseUnavailable: try again.
    """
    if not await links.withdraw(conversation_id, clock()):
        raise UnknownConversation(f"there is no conversation {str(conversation_id)!r}")
    logger.info("proposal_links_withdrawn", conversation_id=str(conversation_id))


async def _refuse_erased(conversation_id: UUID, read_model: ReadModel) -> None:
    if await read_model.is_erased(conversation_id):
        raise ErasedConversation(f"conversation {str(conversation_id)!r} was erased")

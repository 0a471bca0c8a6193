"""Shows what is stored: whether a conversation exists, its transcript, its proposal."""

from uuid import UUID

from chassis.errors import TransientError
from contracts.proposal_folder import ProposalFolder
from services.gateway.domain import ProposalLink
from services.gateway.errors import ProposalLinkWithdrawn
from services.gateway.ports import IdempotencyStore, Ports


async def require_conversation(conversation_id: UUID, ports: Ports) -> None:
    """Return if there is such a conversation.

    Raises:
        ConversationUnknown: there is none.
        LeadstoreUnavailable: nobody knows at the moment.
    """
    if await _latest_sequence(conversation_id, ports.idempotency_store) is None:
        await ports.read_model.conversation(conversation_id, after_sequence=None)


async def read_conversation(conversation_id: UUID, ports: Ports, *, surely_exists: bool) -> bytes:
    """The transcript, with every reply that went through a gateway lately.

    Args:
        conversation_id: whose.
        ports: where from.
        surely_exists: somebody proved that it was opened, so it is waited for until it is stored.

    Raises:
        ConversationUnknown: there is none.
        LeadstoreUnavailable: no answer.
    """
    sequence = await _latest_sequence(conversation_id, ports.idempotency_store)
    if sequence is None and surely_exists:
        # Whatever dialogue says first has the sequence 1.
        sequence = 1
    return await ports.read_model.conversation(conversation_id, after_sequence=sequence)


async def read_proposal(link: ProposalLink, ports: Ports) -> ProposalFolder:
    """Every revision of the proposal that a link opens.

    Raises:
        ConversationUnknown: there is no proposal.
        ProposalLinkWithdrawn: the link was withdrawn.
        LeadstoreUnavailable: no answer.
    """
    folder = ProposalFolder.model_validate_json(await ports.read_model.proposals(link.conversation_id))
    if folder.links_withdrawn_at is not None and link.is_older_than(folder.links_withdrawn_at):
        raise ProposalLinkWithdrawn("The link of this proposal was withdrawn.")
    return folder


async def _latest_sequence(conversation_id: UUID, store: IdempotencyStore) -> int | None:
    try:
        return await store.latest_sequence(conversation_id)
    except TransientError:
        return None

"""Let a person decide about mails that a machine may have written."""

from uuid import UUID

from contracts.cloudevent import derive_id, originate
from contracts.events import TurnReceived
from contracts.values import Payers
from services.gateway.mailer.ports import MailPorts


async def answer_parked(mail_id: UUID, ports: MailPorts) -> None:
    """Take a parked mail for a person's after all: it becomes a turn. Safe to repeat.

    Raises:
        UnknownDelivery: no such mail is kept.
        NotParked: nobody has to decide about it.
        TransientError: not all is done; do it again.
    """
    parked = await ports.threads.release(mail_id)
    turn = TurnReceived(
        conversation_id=parked.conversation_id,
        turn_id=parked.turn_id,
        message=parked.text.strip(),
        source="email",
        # A person of ours wants it answered: it is at nobody's expense.
        payers=Payers(address=str(mail_id), site="email"),
        mails=await ports.threads.mails_before(mail_id),
    )
    event_id = derive_id(turn.turn_id, TurnReceived.type_name())
    await ports.publisher.publish(originate(turn, event_id=event_id, source="gateway", time=ports.clock()))

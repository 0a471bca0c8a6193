"""Takes what becomes of a demo, and says it as a message of its own."""

from contracts.cloudevent import CloudEvent
from playbook.demo_changes import DemoEvent, change_in
from services.dialogue.domain.conversation import Reply
from services.dialogue.domain.demos import with_demo
from services.dialogue.ports import Ports
from services.dialogue.usecases.ledger import Ledger
from services.dialogue.usecases.takeover import deliver_giving_way, say_change


async def say_demo(event: CloudEvent[DemoEvent], ports: Ports) -> None:
    """Say what became of a demo, once. While a person speaks it is noted, and said when they hand back.

    Raises:
        TransientError: nothing was stored; handle the event again.
    """
    loaded, ports = await ports.load(event.data.conversation_id)
    before = loaded.conversation
    if before is None or event.id in before.demo_event_ids:
        return
    ports, change = await ports.in_language_of(before), change_in(event.data)
    after, ledger = with_demo(before, event.id, change), Ledger(event.id, loaded, ports)
    ledger.record_progress(before, after, ())
    reply: Reply | None = None
    if change is not None and change.is_told and before.person is None:
        after, reply = say_change(ledger, after, change)
    await deliver_giving_way(ledger.close(after, reply), ports)

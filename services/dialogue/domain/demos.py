"""What the calendar tells of a demo changes the conversation, and is said in the visitor's language."""

from uuid import UUID

from contracts.events import DemoBooked, DemoCanceled, DemoNoShow, DemoRescheduled
from contracts.values import Stage
from playbook import Playbook
from playbook.demo_time import demo_time
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import spoken

DemoEvent = DemoBooked | DemoRescheduled | DemoCanceled | DemoNoShow

_MOST_REMEMBERED = 20


def with_demo(conversation: Conversation, event_id: UUID, demo: DemoEvent) -> Conversation:
    """The conversation after this is known: with a demo it has reached its end, without one it is open."""
    known = (*conversation.demo_event_ids, event_id)[-_MOST_REMEMBERED:]
    after = conversation.model_copy(update={"demo_event_ids": known})
    if isinstance(demo, DemoBooked | DemoRescheduled):
        booked = {"stage": Stage.BOOK, "has_demo": True, "closed": True, "has_declined": False}
        return after.model_copy(update=booked | {"open_question": None})
    if not lacks_demo(demo):
        return after
    return after.model_copy(update={"has_demo": False, "closed": after.has_declined})


def lacks_demo(demo: DemoEvent) -> bool:
    """Whether another demo is to be booked."""
    return isinstance(demo, DemoCanceled) or (isinstance(demo, DemoNoShow) and not demo.is_taken_back)


def demo_text(conversation: Conversation, demo: DemoEvent, playbook: Playbook) -> str:
    """What the visitor is told; nothing where only a mistake of ours is taken back."""
    lines = spoken(conversation, playbook).lines
    match demo:
        case DemoBooked():
            return lines.demo_booked.format(time=demo_time(demo.starts_at, demo.timezone))
        case DemoRescheduled():
            return lines.demo_moved.format(time=demo_time(demo.starts_at, demo.timezone))
        case DemoCanceled():
            return lines.demo_canceled
        case DemoNoShow():
            return "" if demo.is_taken_back else lines.demo_missed

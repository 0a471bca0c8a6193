"""What was said before a message, as far as it bears on its meaning."""

from collections.abc import Sequence

from contracts.mail import unsigned
from playbook import Playbook
from playbook.reading.language import recognise, tells_language
from playbook.reading.meaning import SLOT_NAMES
from playbook.reading.talk import Message, Talk


def said_back(messages: Sequence[Message], conversation: Talk) -> list[str]:
    """The slots that the visitor's message before filled, which the last reply said back."""
    new = {message.turn_id for message in messages}
    earlier = [one.turn_id for one in conversation.visitor_messages if one.turn_id not in new]
    known = ((slot, getattr(conversation.profile, slot)) for slot in SLOT_NAMES)
    return [slot for slot, value in known if value and earlier and value.turn_id == earlier[-1]]


def language_of(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> str | None:
    """The tag of the language that the messages are in, None where they do not tell another."""
    known = conversation.profile.language
    spoken = (known.value if known else playbook.language.code).casefold().partition("-")[0]
    new = {message.turn_id for message in messages}
    earlier = [one.text for one in conversation.visitor_messages if one.turn_id not in new]
    is_first = known is None and not any(tells_language(text, playbook) for text in earlier)
    text = "\n".join(unsigned(message.text) for message in messages)
    return recognise(text, playbook, spoken, is_first=is_first)

"""The ports with a playbook in the visitor's language."""

from dataclasses import replace

from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.language import lacks_words_for
from services.dialogue.ports import Ports


async def in_language_of(
    conversation: Conversation, ports: Ports, *, waits_for_opening: bool = False
) -> Ports:
    """The ports with a playbook that has the visitor's language, as far as there are words in it."""
    tag = lacks_words_for(conversation, ports.playbook)
    if tag is None or ports.translations is None:
        return ports
    playbook = await ports.translations.playbook_in(tag, waits_for_opening=waits_for_opening)
    return replace(ports, playbook=playbook)

"""Which language a conversation is held in: the visitor's, as soon as it is clear."""

import re
from collections.abc import Iterable
from typing import Final

from contracts.values import Slot
from playbook import Playbook
from playbook.claims import shortened
from playbook.reading.language import recognise
from playbook.reading.talk import Message
from services.dialogue.domain.conversation import Conversation

_LONGEST_QUOTE: Final = 500
# A language is concluded from the words, not stated.
_CONFIDENCE: Final = 0.9
# Fewer words than these, in the letters that both languages share, may be a borrowed "merci" or "ok super".
_FEWEST_WORDS: Final = 3
_LATIN: Final = re.compile(r"[\x00-\u024f\u2000-\u206f]*")


def language_of(conversation: Conversation) -> str | None:
    """The BCP 47 tag of the visitor's language, None while nothing but the default was spoken."""
    return conversation.profile.language.value if conversation.profile.language else None


def spoken(conversation: Conversation, playbook: Playbook) -> Playbook:
    """The playbook in the language of the conversation."""
    return playbook.spoken_in(language_of(conversation))


def opening_of(conversation: Conversation, playbook: Playbook) -> str:
    """The first words of a conversation say that an AI speaks; code says them, later there are none."""
    if conversation.is_introduced:
        return ""
    return f"{playbook.lines.greeting} {playbook.company.disclosure}"


def lacks_words_for(conversation: Conversation, playbook: Playbook) -> str | None:
    """The visitor's language, if the playbook has no words in it."""
    tag = language_of(conversation)
    has_words = tag is None or spoken(conversation, playbook).language.code == _primary(tag)
    return None if has_words else tag


def language_to_greet_in(
    conversation: Conversation, messages: Iterable[Message], playbook: Playbook
) -> str | None:
    """The tag of the language that the first messages are in, None where it is the conversation's."""
    before = _primary(language_of(conversation) or playbook.language.code)
    text = "\n".join(message.text for message in messages)
    return recognise(text, playbook, before, is_first=True)


def is_clearly_spoken(conversation: Conversation, messages: Iterable[Message], playbook: Playbook) -> bool:
    """Whether the first messages leave no doubt about the language, and the playbook has it."""
    if lacks_words_for(conversation, playbook) is not None:
        return False
    code = spoken(conversation, playbook).language.code
    return any(recognise(message.text, playbook, "", is_first=True) == code for message in messages)


def _primary(tag: str) -> str:
    return tag.casefold().partition("-")[0]


def with_language(conversation: Conversation, tag: str | None, playbook: Playbook) -> Conversation:
    """The conversation in the language of its newest message, which is that of the tag.

    A short word in another language does not switch, except as the visitor's first message or as a quick
    reply that was picked. A draft in another language is stale: the visitor is to read it in theirs.
    """
    messages = conversation.visitor_messages
    before = language_of(conversation) or playbook.language.code
    if tag is None or not messages or _primary(tag) == _primary(before):
        return conversation
    if len(messages) > 1 and _is_slip(messages[-1], conversation):
        return conversation
    words = shortened(messages[-1].text, _LONGEST_QUOTE)
    language = Slot[str](value=tag, words=words, turn_id=messages[-1].turn_id, confidence=_CONFIDENCE)
    has_draft = conversation.proposal is not None or conversation.awaiting is not None
    profile = conversation.profile.model_copy(update={"language": language})
    return conversation.model_copy(
        update={"profile": profile, "is_stale": conversation.is_stale or has_draft}
    )


def _is_slip(message: Message, conversation: Conversation) -> bool:
    """Whether a message is too short to tell that the visitor goes on in its language."""
    if any(message.text.strip() == quick_reply.label for quick_reply in conversation.quick_replies):
        return False
    return len(message.text.split()) < _FEWEST_WORDS and _LATIN.fullmatch(message.text) is not None

"""Which language a conversation is held in: the visitor's, as soon as it is clear."""

from uuid import UUID

from contracts.values import Slot
from playbook import Playbook
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reading import legible, recognise, tells

_LONGEST_WORDS = 500
# A recognised language is concluded from a few everyday words, not told.
_CONFIDENCE = 0.9
# Two exchanges; who was understood until then is not switched by one word.
_BEGINNING = 4


def language_of(conversation: Conversation) -> str | None:
    """The BCP 47 tag of the visitor's language, None while nothing but the default was spoken."""
    return conversation.profile.language.value if conversation.profile.language else None


def spoken(conversation: Conversation, playbook: Playbook) -> Playbook:
    """The playbook in the language of the conversation."""
    return playbook.spoken_in(language_of(conversation))


def lacks_words_for(conversation: Conversation, playbook: Playbook) -> str | None:
    """The visitor's language, if the playbook has no words in it."""
    tag = language_of(conversation)
    if tag is None:
        return None
    is_known = spoken(conversation, playbook).language.code == tag.casefold().partition("-")[0]
    return None if is_known else tag


def following_language(
    conversation: Conversation, message: str, turn_id: UUID, playbook: Playbook
) -> Conversation:
    """The conversation, in another language when the message is clearly in one."""
    tag = language_of(conversation) or playbook.language.code
    # A language the playbook does not have is a model's finding; only clear words of another take it back.
    code = tag.casefold().partition("-")[0]
    heard = recognise(legible(message), playbook, code, is_open=_is_open(conversation, playbook))
    if heard is None:
        return conversation
    words = heard.words[:_LONGEST_WORDS]
    slot = Slot[str](value=heard.code, words=words, turn_id=turn_id, confidence=_CONFIDENCE)
    return with_language(conversation, slot)


def _is_open(conversation: Conversation, playbook: Playbook) -> bool:
    """Whether the conversation begins, and nothing said so far tells a language, not even the default one."""
    if language_of(conversation) is not None or len(conversation.history) > _BEGINNING:
        return False
    said = (legible(line.text) for line in conversation.history if line.role == "visitor")
    return not any(tells(message, playbook, playbook.language.code) for message in said)


def with_language(conversation: Conversation, language: Slot[str] | None) -> Conversation:
    """The conversation in this language.

    A draft in the language spoken before is stale: the visitor is to read it in theirs.
    """
    if language is None or language.value == language_of(conversation):
        return conversation
    has_draft = conversation.proposal is not None or conversation.awaiting is not None
    profile = conversation.profile.model_copy(update={"language": language})
    return conversation.model_copy(
        update={"profile": profile, "is_stale": conversation.is_stale or has_draft}
    )

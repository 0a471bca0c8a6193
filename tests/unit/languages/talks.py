"""A conversation in any language, with the proposal as the proposal service writes it."""

from typing import ClassVar
from uuid import UUID

from evals.in_process import ByTemplate
from evals.talk import Others
from playbook import Playbook
from services.dialogue.domain import Conversation
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue import builders

PLAYBOOK: Playbook = SHIPPED
CONVERSATION = UUID("22222222-2222-4222-8222-222222222222")
LINK = builders.LINK
LANGUAGES = ("es", "de", "fr", "pt")


class AsWritten(ByTemplate):
    """The proposal as the template writes it, and the same link for everybody."""

    def link(self, conversation: Conversation) -> str:
        """The link of the tests."""
        return LINK


class Talk(builders.Talk):
    """A conversation under way, and all that was replied."""

    of: ClassVar[UUID] = CONVERSATION
    made_by: ClassVar[Others] = AsWritten(PLAYBOOK)


def talk(*messages: str) -> Talk:
    """A conversation in which the visitor said these things."""
    return Talk.after(*messages)

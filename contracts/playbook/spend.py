"""How much of language models may be used."""

from pydantic import Field

from contracts.playbook.models import Usd
from contracts.playbook.section import Section


class SpendCaps(Section):
    """How much a reply, a conversation and a day (in UTC) may use of language models.

    Where a cap is in tokens and in dollars, the one that is reached first binds. 0 allows nothing.
    """

    reply_output_tokens: int = Field(ge=1)
    conversation_tokens: int = Field(ge=0)
    conversation_usd: Usd
    day_tokens: int = Field(ge=0)
    day_usd: Usd

"""What language models cost, and how much of it is allowed."""

from typing import Annotated

from pydantic import Field

from contracts.playbook.section import Section

Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ModelPrice(Section):
    """What a million tokens of one model cost."""

    input_usd_per_million: Usd
    output_usd_per_million: Usd


class SpendCaps(Section):
    """How much a reply, a conversation and a day (in UTC) may use of language models.

    Where a cap is in tokens and in dollars, the one that is reached first binds. 0 allows nothing.
    """

    reply_output_tokens: int = Field(ge=1)
    conversation_tokens: int = Field(ge=0)
    conversation_usd: Usd
    day_tokens: int = Field(ge=0)
    day_usd: Usd

"""Why a sentence is not shown, in words that a model can be told."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a sentence; the value is what a model is told."""

    UNKNOWN_FACT = "no fact says this"
    FOREIGN_FIGURE = "this figure is neither ours nor the visitor's"
    FOREIGN_PRICE = "this is not the price of that tier"
    DATE = "you may name no date or time that the visitor has not named"
    LINK = "this link, address or telephone number may not be given"
    INSTRUCTIONS = "it speaks of your instructions"
    UNJUDGED = "this could not be checked in time"
    SECOND_QUESTION = "there is more than one question"
    REPEATED = "this was said already"
    TOO_LONG = "the reply is too long"


@dataclass(frozen=True, slots=True)
class Violation:
    """A sentence that may not be shown."""

    reason: Reason
    sentence: str

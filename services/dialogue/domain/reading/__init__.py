"""Reads a visitor's plain English into facts, one small module a family of slots."""

from services.dialogue.domain.reading.facts import Facts, joined, read_facts
from services.dialogue.domain.reading.numbers import numbers_in
from services.dialogue.domain.reading.readers import Asked, SlotValue
from services.dialogue.domain.reading.text import Span, legible, phrase, searchable, sentences

__all__ = [
    "Asked",
    "Facts",
    "SlotValue",
    "Span",
    "joined",
    "legible",
    "numbers_in",
    "phrase",
    "read_facts",
    "searchable",
    "sentences",
]

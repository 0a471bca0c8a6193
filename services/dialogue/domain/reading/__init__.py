"""Reads a visitor's words into facts: plain English by modules of its own, other languages by phrases."""

from services.dialogue.domain.reading.facts import Facts, joined, read_facts
from services.dialogue.domain.reading.languages import Recognised, recognise, tells, ways_of
from services.dialogue.domain.reading.numbers import numbers_in
from services.dialogue.domain.reading.readers import Asked, SlotValue
from services.dialogue.domain.reading.text import Span, legible, phrase, searchable, sentences
from services.dialogue.domain.reading.ways import ENGLISH, Ways

__all__ = [
    "ENGLISH",
    "Asked",
    "Facts",
    "Recognised",
    "SlotValue",
    "Span",
    "Ways",
    "joined",
    "legible",
    "numbers_in",
    "phrase",
    "read_facts",
    "recognise",
    "searchable",
    "sentences",
    "tells",
    "ways_of",
]

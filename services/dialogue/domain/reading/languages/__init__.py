"""Reads other languages than English, by the phrases their playbook lists."""

from services.dialogue.domain.reading.languages.detection import Recognised, recognise, tells
from services.dialogue.domain.reading.languages.ears import ways_of

__all__ = ["Recognised", "recognise", "tells", "ways_of"]

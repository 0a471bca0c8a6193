"""Whose personas the gate holds to every promise; a language joins once it is read as well as English."""

from evals.persona import Persona, load_personas

GATED_LANGUAGES = ("en", "de", "es", "fr", "pt")


def gated_personas() -> list[Persona]:
    """Every persona of these languages."""
    return [persona for persona in load_personas() if persona.language in GATED_LANGUAGES]

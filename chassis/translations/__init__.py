"""Texts of ours in languages that nobody put them into: a language model does, each once, and they are kept.

`KeptTranslations` gives the texts of a language and has translated in the background what is missing. However
many processes ask, each line is claimed, and paid, by one of them.
"""

from chassis.translations.kept import KeptTranslations, SourceTexts, TranslationStore, Translator
from chassis.translations.model_translator import ModelTranslator, TranslatedLines
from chassis.translations.postgres_translations import PostgresTranslations, translation_table

__all__ = [
    "KeptTranslations",
    "ModelTranslator",
    "PostgresTranslations",
    "SourceTexts",
    "TranslatedLines",
    "TranslationStore",
    "Translator",
    "translation_table",
]

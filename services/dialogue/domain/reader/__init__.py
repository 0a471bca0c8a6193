"""The reader of the guided conversation: understands a visitor without a language model.

One engine for every language; its words stand in `playbook/lexicon`. What is not certain stays unknown.
"""

from services.dialogue.domain.reader.understanding import understand
from services.dialogue.domain.reader.unfinished import seems_unfinished

__all__ = ["seems_unfinished", "understand"]

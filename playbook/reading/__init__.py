"""What a visitor's messages mean: as a value, and by a reader that needs no language model.

One engine for every language; its words stand in `playbook/lexicon`. What is not certain stays unknown. Of a
conversation no more is known here than `Talk` names.
"""

from playbook.reading.reader import understand
from playbook.reading.unfinished import seems_unfinished

__all__ = ["seems_unfinished", "understand"]

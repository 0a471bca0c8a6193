"""The error tree. The class of an error is its policy.

SalesbotError
├── TransientError     try again: a dependency is busy, slow or away
└── PermanentError     park it: no number of tries can help
"""


class SalesbotError(Exception):
    """Base of every failure that has a name here."""


class TransientError(SalesbotError):
    """Trying again may succeed. A consumer retries it in place, in order, with back-off."""


class PermanentError(SalesbotError):
    """Trying again cannot succeed. A consumer parks the record in the dead-letter topic."""

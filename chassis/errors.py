"""The error tree. The class of an error is its policy.

SalesbotError
├── TransientError     try again: a dependency is busy, slow or away
└── PermanentError     park it: the record itself is at fault, no number of tries can help

An error outside the tree is one that nobody foresaw. It proves nothing about the record: a consumer waits, as
for a transient one.
"""


class SalesbotError(Exception):
    """Base of every failure that has a name here."""

    @property
    def label(self) -> str:
        """The failure in a few words that never hold data: for metrics, probes and dead letters."""
        return type(self).__name__


class TransientError(SalesbotError):
    """Trying again may succeed. A consumer retries it in place, in order, with back-off."""


class PermanentError(SalesbotError):
    """Trying again cannot succeed. A consumer parks the record in the dead-letter topic."""

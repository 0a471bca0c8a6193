"""The guard: a sentence of a model is shown only if it is harmless or carried by what the company says.

What is wrong in any case is refused by code (`hard`), a little is allowed by code (`harmless`), and a judge
is asked about the rest.
"""

from playbook.guard.allowed import AllowedClaims
from playbook.guard.reply import GuardedReply
from playbook.guard.verdict import Finding, UnsureSentence, Verdict
from playbook.guard.violation import Reason, Violation

__all__ = [
    "AllowedClaims",
    "Finding",
    "GuardedReply",
    "Reason",
    "UnsureSentence",
    "Verdict",
    "Violation",
]

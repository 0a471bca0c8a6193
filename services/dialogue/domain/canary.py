"""A mark in the instructions of a model; whatever it says with the mark in it was copied from there."""

import hashlib

from playbook import Playbook, once_for_each


@once_for_each
def canary_of(playbook: Playbook) -> str:
    """The mark of a company: nobody says it by chance, and it does not change between turns."""
    company = playbook.company
    digest = hashlib.sha256(f"canary:{company.name}:{company.website}".encode()).hexdigest()
    return f"{digest[:6]}-{digest[6:12]}"

"""The link under which a proposal may be passed on: it opens the proposal and nothing else."""

from typing import Final

PROPOSAL_PURPOSE: Final = "proposal link"
"""What its token is signed for."""


def proposal_place(token: str) -> str:
    """What stands behind the address where visitors reach us."""
    return f"proposal/{token}"

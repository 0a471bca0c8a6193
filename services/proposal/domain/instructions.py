"""What a language model is told before it words a proposal."""

from playbook import Playbook


def instructions_for(playbook: Playbook) -> str:
    """The instructions in the company's name and voice."""
    company = playbook.company
    return playbook.prompt.proposal.format(company=company.name, does=company.does, voice=company.voice)

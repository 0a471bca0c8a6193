"""What is said where a sentence was refused."""

from contracts.playbook import Playbook
from services.dialogue.domain.wording import listed, price


def line_for(reason: str, playbook: Playbook) -> str:
    """The playbook's line for a reason; nothing where it has none, and the sentence is left out."""
    template = {str(name): line for name, line in playbook.lines.guarded.items()}.get(reason, "")
    company, lines = playbook.company, playbook.lines
    tiers = (
        lines.price_of_tier.format(tier=tier.name, price=price(tier.monthly_price_usd))
        for tier in playbook.catalogue
    )
    return template.format(
        tiers=listed(tiers), company=company.name, bot_name=company.bot_name, website=company.website
    )

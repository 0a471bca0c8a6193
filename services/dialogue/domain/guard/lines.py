"""What is said where a sentence was refused."""

from playbook import Playbook


def line_for(reason: str, playbook: Playbook) -> str:
    """The playbook's line for a reason; nothing where it has none, and the sentence is left out."""
    template = {str(name): line for name, line in playbook.lines.guarded.items()}.get(reason, "")
    company, lines, language = playbook.company, playbook.lines, playbook.language
    tiers = (
        lines.price_of_tier.format(tier=tier.name, price=language.price_of(tier.monthly_price_usd))
        for tier in playbook.catalogue
    )
    return template.format(
        tiers=language.listed(tiers), company=company.name, bot_name=company.bot_name, website=company.website
    )

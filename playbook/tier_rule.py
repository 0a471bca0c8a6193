"""The rule of the tiers as a model is told it."""

from playbook.whole import Playbook


def tier_rule_of(playbook: Playbook) -> str:
    """By which rule a tier is recommended, in a few sentences."""
    rule = playbook.tier_rule
    cases = [
        f"{playbook.tier(case.tier).name} is recommended where {condition.slot} is over {condition.over:g}"
        for case in rule.cases
        for condition in case.when_any
    ]
    otherwise = f"{playbook.tier(rule.otherwise).name} otherwise: {rule.otherwise_says}"
    return "; ".join((*cases, otherwise)) + ". The visitor may choose any tier."

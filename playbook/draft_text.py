"""A proposal and its tier as text, in the words of a playbook."""

from collections.abc import Iterable, Sequence
from typing import Final

from contracts.values import Proposal, Slot, TierRecommendation
from playbook.offer import Tier
from playbook.said_back import said_count
from playbook.whole import Playbook

_SEPARATOR: Final = "\n\n"


def draft_text(
    proposal: Proposal,
    tier: TierRecommendation,
    playbook: Playbook,
    *,
    chosen_tier: str | None = None,
    hours: Slot[float] | None = None,
) -> str:
    """The proposal with its tier, in the language of `playbook`, without a question.

    `chosen_tier` is the key of the tier the visitor chose. `hours` is what the visitor said of the hours a
    week: where that is a range, no saving is computed from its lower end.
    """
    labels, language = playbook.lines.proposal, playbook.language
    facts = []
    if proposal.integrations:
        facts.append(labels.integrations.format(tools=language.listed(proposal.integrations)))
    if proposal.done_today:
        facts.append(labels.done_today.format(steps=language.quote.format(text=proposal.done_today)))
    facts += _hours(proposal, hours, playbook)
    if proposal.success_measure:
        facts.append(labels.success_measure.format(measure=proposal.success_measure))
    facts.append(labels.delivery.format(delivery=proposal.delivery))
    blocks = (
        f"**{proposal.agent_name}**\n{proposal.summary}",
        _bullets(labels.does, proposal.does),
        _bullets(labels.out_of_scope, proposal.out_of_scope),
        _bullets(labels.to_look_at, proposal.to_look_at),
        "\n".join(facts),
        tier_text(tier, playbook, chosen_tier=chosen_tier),
    )
    return _SEPARATOR.join(block for block in blocks if block)


def changed_parts(before: str, after: str, playbook: Playbook, *, says_rest_stays: bool = True) -> str | None:
    """What a redraft changes of the text that was read: its name, and every part that differs.

    A reason that differs stands behind its tier and price. Nothing where no part differs; None where it is
    another task or language, or nothing is left that it does: then the whole tells what is to be looked at.
    """
    labels, lines = playbook.lines.proposal, playbook.lines
    old, new = before.split(_SEPARATOR), after.split(_SEPARATOR)
    name = new[0].splitlines()[0]
    if old[0].splitlines()[0] != name or _label(labels.delivery) not in before:
        return None
    parts, told = list[str](), before.splitlines()
    tier = (_label(lines.tier.recommended), _label(lines.tier.chosen))
    for block in (block for block in new if block not in old):
        is_whole = "\n- " in block or block == new[0]
        changed = [
            each for each in block.splitlines() if is_whole or each.startswith(tier) or each not in told
        ]
        parts.append("\n".join(line for line in changed if line != name))
    had = [label for label in map(_label, labels.model_dump().values()) if label in before]
    gone = [label for label in had if label not in after]
    if _label(labels.does) in gone:
        return None
    colon = _label(labels.integrations).removeprefix(_bare(labels.integrations))
    parts += [f"{_bare(label)}{colon} {lines.nothing_left}" for label in gone]
    parts = [part for part in parts if part]
    has_summary = new[0] not in old
    shown = (f"{name}\n{parts[0]}", *parts[1:]) if has_summary else (name, *parts)
    rest = (lines.rest_stays,) if says_rest_stays else ()
    return _SEPARATOR.join((*shown, *rest)) if parts else ""


def _bare(line: str) -> str:
    return _label(line).rstrip("*: ")


def _label(line: str) -> str:
    return line.partition("{")[0].strip()


def tier_text(tier: TierRecommendation, playbook: Playbook, *, chosen_tier: str | None = None) -> str:
    """The recommended tier with its price, contents, reason and what would change it.

    Another tier that the visitor chose stands in its place, and needs no reason of ours.
    """
    labels = playbook.lines.tier
    lines = list[str]()
    if chosen_tier is not None and chosen_tier != tier.tier:
        lines += _offer(labels.chosen, playbook.tier(chosen_tier), playbook)
    else:
        lines += _offer(labels.recommended, tier, playbook)
        lines.append(labels.why.format(reason=tier.reason))
    if tier.would_change:
        lines.append(labels.would_change.format(change=tier.would_change))
    return "\n".join(lines)


def _offer(label: str, tier: Tier | TierRecommendation, playbook: Playbook) -> Iterable[str]:
    yield label.format(tier=tier.name, price=playbook.language.price_of(tier.monthly_price_usd))
    if tier.includes:
        yield playbook.lines.tier.includes.format(items=playbook.language.listed(tier.includes))


def _hours(proposal: Proposal, told: Slot[float] | None, playbook: Playbook) -> tuple[str, ...]:
    """What is saved, with the sum it follows from; without the visitor's measure, what it takes today."""
    labels, language = playbook.lines.proposal, playbook.language
    now, saved = proposal.hours_now_per_week, proposal.hours_saved_per_week
    if now is None:
        return ()
    words, up_to = (told.words, told.up_to) if told is not None and told.value == now else ("", None)
    if saved is None or up_to is not None or playbook.is_open_range(now, words):
        hours = said_count("hours_per_week", now, playbook, words=words, up_to=up_to)
        return (labels.hours_now.format(hours=hours),)
    target = language.number(round(now - saved, 2))
    sums = {"saved": language.number(saved), "hours": language.number(now), "target": target}
    return (labels.hours_saved.format_map(sums),)


def _bullets(heading: str, items: Sequence[str]) -> str:
    return "\n".join((heading, *(f"- {item}" for item in items))) if items else ""

"""Replaying selected dead letters, in the order in which their records were published first."""

from collections.abc import Callable, Sequence

from chassis.kafka.dead_letter_queue import DeadLetterQueue, NotReplayable, OriginalGone
from chassis.kafka.letter import Letter
from chassis.kafka.replay_order import OlderLettersWait, plan_replay
from devstack.errors import DeadLetterRefused


async def replay_in_order(
    queue: DeadLetterQueue,
    letters: Sequence[Letter],
    chosen: Sequence[Letter],
    *,
    overtake: bool,
    report: Callable[[str], None],
) -> None:
    """Publish the chosen letters again, one after the other.

    Raises:
        DeadLetterRefused: some were left, each with its reason.
    """
    plan = _plan(letters, chosen, overtake=overtake)
    left = [f"{letter.id} does not say where it came from; drop it" for letter in chosen if not letter.origin]
    held_back: set[bytes] = set()
    replayed = 0
    for together in plan:
        letter = together[0]
        if letter.key in held_back:
            left.append(f"{letter.id} waits for an older one of its conversation")
            continue
        try:
            address = await queue.replay(together)
        except (NotReplayable, OriginalGone) as refusal:
            left.append(str(refusal))
            if letter.key is not None and not overtake:
                held_back.add(letter.key)
        else:
            replayed += 1
            report(f"{letter.id} -> {address}")
    report(f"replayed {replayed} of {replayed + len(left)}")
    if left:
        raise DeadLetterRefused("not replayed:\n" + "\n".join(f"  {line}" for line in left))


def _plan(letters: Sequence[Letter], chosen: Sequence[Letter], *, overtake: bool) -> list[list[Letter]]:
    try:
        return plan_replay(letters, [letter.id for letter in chosen], overtake=overtake)
    except OlderLettersWait as refusal:
        raise DeadLetterRefused(
            f"{refusal}; replay or drop these first, name them too, or overtake them with --force"
        ) from refusal

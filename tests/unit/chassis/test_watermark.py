from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka.watermark import Watermark


@st.composite
def _finishing_orders(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    # Offsets grow with gaps: compaction and transaction markers leave some out.
    offsets = sorted(draw(st.sets(st.integers(0, 500), min_size=1, max_size=40)))
    return offsets, draw(st.permutations(offsets))


@given(_finishing_orders())
def test_a_commit_never_passes_a_record_that_is_not_finished(orders: tuple[list[int], list[int]]) -> None:
    offsets, finishing = orders
    watermark = Watermark()
    for offset in offsets:
        watermark.start(offset, at_s=0.0)

    for done, offset in enumerate(finishing, start=1):
        watermark.finish(offset)

        unfinished = set(finishing[done:])
        committable = watermark.uncommitted()
        if committable is not None:
            assert all(offset >= committable for offset in unfinished)
        if min(offsets) in unfinished:
            assert committable is None

    assert watermark.uncommitted() == offsets[-1] + 1
    assert watermark.held == 0
    watermark.note_committed(offsets[-1])
    assert watermark.uncommitted() == offsets[-1] + 1, "what came late is followed by another"
    watermark.note_committed(offsets[-1] + 1)
    assert watermark.uncommitted() is None

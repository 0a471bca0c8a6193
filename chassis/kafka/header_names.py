"""Reading records whose header names are not UTF-8.

The protocol allows them, brokers accept them, and aiokafka raises over them while it parses their batch, so
that their partition would wait for ever. Bytes that are no text are shown as `\\xff`; such a record is then
handled or parked like any other.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, cast

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint_py

_BATCH_PREFIX: Final = struct.Struct(">qi")


class _TolerantText(bytearray):
    """Bytes of a batch that decode whatever they hold."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _TolerantText(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


# aiokafka marks it as final only because its compiled twin is.
class _TolerantBatchPy(_DefaultRecordBatchPy):  # type: ignore[misc]
    """aiokafka's parser in Python; the compiled one neither takes another decoder nor can be subclassed."""

    def __iter__(self) -> Any:
        super().__iter__()
        self._buffer: bytearray = _TolerantText(self._buffer)
        return self

    def _read_msg(self, *_: Any) -> Any:
        return super()._read_msg(decode_varint_py)


class _Batch:
    """A batch that is parsed by the compiled parser, and by the tolerant one where that fails."""

    def __init__(self, compiled: Any, raw: bytes) -> None:
        self._compiled = compiled
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)

    def __next__(self) -> Any:
        return next(self._compiled)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._compiled
        except UnicodeDecodeError:
            # From the first record: the fetcher skips those whose offsets it has passed.
            yield from _TolerantBatchPy(self._raw)


class _FetchedBatches:
    """aiokafka's iterator over the fetched batches of a partition, with each batch made tolerant."""

    def __init__(self, fetched: bytes) -> None:
        self._batches: Any = MemoryRecords(fetched)
        self._fetched = fetched
        self._at = 0

    def has_next(self) -> bool:
        return bool(self._batches.has_next())

    def size_in_bytes(self) -> int:
        return int(self._batches.size_in_bytes())

    def next_batch(self) -> Any:
        start = self._at
        _, length = _BATCH_PREFIX.unpack_from(self._fetched, start)
        self._at = start + _BATCH_PREFIX.size + length
        return _Batch(self._batches.next_batch(), self._fetched[start : self._at])


def read_any_header_name() -> None:
    """Make every consumer of this process read records whatever their header names; safe to repeat."""
    cast(Any, fetcher).MemoryRecords = _FetchedBatches

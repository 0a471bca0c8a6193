"""The log segment of a partition on the broker's disk, and damage done to it.

A broker hands out what its disk holds: it checks a batch when it is written, not when it is read.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from aiokafka import TopicPartition
from aiokafka.record.util import calc_crc32c

_OVERHEAD = struct.calcsize(">qi")
_CRC_AT = struct.calcsize(">qiib")
_ATTRIBUTES_AT = struct.calcsize(">qiibI")
_CODEC_AT = _ATTRIBUTES_AT + 1
# The codec bits name five codecs; this is none of them.
_NO_CODEC = 5

Damage = Callable[[bytearray], None]


class Segment:
    """The first segment of a partition. Damage it before anybody reads; `repair` undoes it."""

    def __init__(self, logs: Path, partition: TopicPartition) -> None:
        self._path = logs / f"{partition.topic}-{partition.partition}" / "00000000000000000000.log"
        self._whole = b""

    def damage(self, offset: int, damage: Damage) -> None:
        """Damage the batch that holds the record at `offset`."""
        self._whole = self._path.read_bytes()
        start, end = self._batch(offset)
        batch = bytearray(self._whole[start:end])
        damage(batch)
        self._write(start, bytes(batch))

    def repair(self) -> None:
        self._write(0, self._whole)

    def _write(self, at: int, content: bytes) -> None:
        with self._path.open("r+b") as file:
            file.seek(at)
            file.write(content)

    def _batch(self, offset: int) -> tuple[int, int]:
        start = 0
        while start < len(self._whole):
            base, length = struct.unpack_from(">qi", self._whole, start)
            (last,) = struct.unpack_from(">i", self._whole, start + _ATTRIBUTES_AT + 2)
            end = start + _OVERHEAD + int(length)
            if base <= offset <= base + last:
                return start, end
            start = end
        raise LookupError(f"offset {offset} is not in {self._path}")


def flip_a_bit(batch: bytearray) -> None:
    """What a failing disk does."""
    batch[-1] ^= 1


def name_no_codec(batch: bytearray) -> None:
    """What a newer producer may do: a codec that this client does not know."""
    batch[_CODEC_AT] = batch[_CODEC_AT] & ~7 | _NO_CODEC
    _seal(batch)


def _seal(batch: bytearray) -> None:
    struct.pack_into(">I", batch, _CRC_AT, calc_crc32c(bytes(batch[_ATTRIBUTES_AT:])))

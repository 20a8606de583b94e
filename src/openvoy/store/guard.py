"""Checks beside a sealed file, and a little of it twice: one damaged place can be mended. Pure.

The file is cut into blocks, each with its checksum; every so many blocks, taken at a distance from each other, have a
block that is the exclusive or of all of them. So a damage no longer than `groups` blocks in a row can be put right.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from hashlib import sha256

_MAGIC = b"OVG1"
_HEAD = struct.Struct("<4sIIQ32s")
_CHECK = struct.Struct("<I")
LEAST_BLOCK = 512
BLOCKS = 512
"""About as many blocks a file."""
BLOCKS_OF_A_GROUP = 64
"""One block in so many is kept twice, as it were: 1.6 % more bytes."""


def render_guard(content: bytes) -> bytes:
    """Build the guard of a file's content."""
    block = max(LEAST_BLOCK, -(-len(content) // BLOCKS))
    count = -(-len(content) // block)
    groups = max(1, -(-count // BLOCKS_OF_A_GROUP))
    blocks = _cut(content, block)
    checks = array("I", map(zlib.crc32, blocks))
    parity = b"".join(_parity(blocks[first::groups]).to_bytes(block, "little") for first in range(groups))
    told = _HEAD.pack(_MAGIC, block, groups, len(content), sha256(content).digest()) + _little(checks) + parity
    return told + _CHECK.pack(zlib.crc32(told))


def mend(content: bytes, guard: bytes) -> bytes | None:
    """Give the content as it was: itself where it is good, mended where that can be done, else None."""
    if len(guard) < _HEAD.size + _CHECK.size:
        return None
    told = guard[: -_CHECK.size]
    magic, block, groups, length, digest = _HEAD.unpack_from(told)
    if magic != _MAGIC or zlib.crc32(told) != _CHECK.unpack(guard[-_CHECK.size :])[0]:
        return None
    if sha256(content).digest() == digest:
        return content
    blocks = _cut(content[:length].ljust(length, b"\0"), block)
    at = _HEAD.size
    checks = [_CHECK.unpack_from(told, at + 4 * number)[0] for number in range(len(blocks))]
    parities = _cut(told[at + 4 * len(blocks) :], block)
    for number, (good, found) in enumerate(zip(checks, list(blocks), strict=True)):
        if zlib.crc32(found) != good:
            others = [*blocks[number % groups :: groups], parities[number % groups]]
            blocks[number] = (_parity(others) ^ int.from_bytes(found, "little")).to_bytes(block, "little")
    mended = b"".join(blocks)[:length]
    return mended if sha256(mended).digest() == digest else None


def digest_of(content: bytes) -> str:
    """The checksum by which a manifest names a file."""
    return sha256(content).hexdigest()


def _cut(content: bytes, block: int) -> list[bytes]:
    return [content[at : at + block].ljust(block, b"\0") for at in range(0, len(content), block)]


def _parity(blocks: list[bytes]) -> int:
    total = 0
    for block in blocks:
        total ^= int.from_bytes(block, "little")
    return total


def _little(checks: array[int]) -> bytes:
    return b"".join(map(_CHECK.pack, checks))

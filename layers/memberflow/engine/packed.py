"""A member as bytes and back: what the store keeps of him."""

from __future__ import annotations

import zlib

import msgspec

from memberflow.engine.member import Member

PLAIN_BYTES = 900
"""Longer than this a member is compressed: writes are billed by the kilobyte."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Member)
_ZLIB = 0x78
"""How a zlib stream begins, and no array in MessagePack does."""


def pack(member: Member) -> bytes:
    plain = _ENCODER.encode(member)
    return plain if len(plain) <= PLAIN_BYTES else zlib.compress(plain)


def unpack(state: bytes) -> Member:
    return _DECODER.decode(zlib.decompress(state) if state[0] == _ZLIB else state)

"""Vectors in which texts that share words lie close together."""

import hashlib
import math
import struct

from clearspan_server.simulator.words import stems


def vector(text: str, size: int) -> list[float]:
    """A vector of length 1: each keyword adds to eight places that its hash names."""
    values = [0.0] * size
    for word in sorted(stems(text)) or [text]:
        for place in struct.unpack("<8I", hashlib.sha256(word.encode()).digest()):
            values[place % size] += 1.0 if place & 1 << 31 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]

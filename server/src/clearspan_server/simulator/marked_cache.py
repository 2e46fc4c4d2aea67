"""A prompt cache that remembers what a request marks, as Anthropic's does.

As Anthropic documents it: a marked block keeps the prompt up to its end for five minutes or for an
hour from its latest use, if that is long enough for the model; a later request reads the longest
beginning that ends with one of its own blocks. Simpler here: all blocks are looked at, not 20.
https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from clearspan_server.simulator import tokens
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.request import Lifetime, Prompt

_LIFETIME_S: dict[Lifetime, float] = {"5m": 300.0, "1h": 3600.0}
_MAX_KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Cached:
    """Tokens of a prompt that were read from the cache, and written to it by their lifetime."""

    read: int = 0
    written_5m: int = 0
    written_1h: int = 0


@dataclass(slots=True)
class _Kept:
    until_s: float
    lifetime_s: float


class MarkedCache:
    """Remembers beginnings of prompts; the least recently used are forgotten first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def admit(self, model: Model, prompt: Prompt) -> Cached:
        """What is read and written; what the prompt marks is there afterwards."""
        ends = [end for end in prompt.blocks if tokens.worth(end.size) >= model.min_cached_tokens]
        marked = [end for end in ends if end.keep]
        if not marked:
            return Cached()
        last, read, now_s = marked[-1].size, 0, self._clock()
        digest, start = hashlib.sha256(model.dated.encode()), 0
        for end in ends:
            if end.size > last:
                break
            digest.update(prompt.data[start : end.size])
            start = end.size
            if self._use(digest.digest(), end.keep, now_s):
                read = end.size
        # From the end of what is read to the last mark of an hour, and from there to the last one.
        hour = max(read, *(end.size for end in marked if end.keep == "1h"), 0)
        return Cached(
            read=tokens.worth(read),
            written_1h=tokens.worth(hour) - tokens.worth(read),
            written_5m=tokens.worth(last) - tokens.worth(hour),
        )

    def _use(self, key: bytes, keep: Lifetime | None, now_s: float) -> bool:
        """Whether the key was there; it stays, or comes to stay, where it was or is to be kept."""
        kept = self._kept.get(key)
        known = kept is not None and kept.until_s > now_s
        lifetime_s = max(
            kept.lifetime_s if kept and known else 0.0, _LIFETIME_S[keep] if keep else 0.0
        )
        if lifetime_s:
            self._kept[key] = _Kept(now_s + lifetime_s, lifetime_s)
            self._kept.move_to_end(key)
            if len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        return known

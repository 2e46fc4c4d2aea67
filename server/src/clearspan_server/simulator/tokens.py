"""Counts tokens by a plain rule, and remembers prompts as a provider's prompt cache does.

The rule: one token for every four bytes of UTF-8, rounded up. Real tokenizers come close to it
for English prose, and anyone can check it by hand.
"""

import hashlib
import re
from collections import OrderedDict

_BYTES_PER_TOKEN = 4
_BLOCK_TOKENS = 128
_MIN_CACHED_TOKENS = 1024
_MAX_BLOCKS = 65_536  # about 8 M tokens of prompts, 10 MB

_PIECE = re.compile(r"\s*\S{1,7}|\s+")


def count(data: bytes | str) -> int:
    """Tokens in a text."""
    size = len(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    return worth(size)


def worth(size_bytes: int) -> int:
    """Tokens in that many bytes of a text."""
    return -(-size_bytes // _BYTES_PER_TOKEN)


def pieces(text: str) -> list[str]:
    """The text cut as a stream sends it; joined, the pieces are the text."""
    return _PIECE.findall(text)


def head(text: str, max_tokens: int) -> str:
    """As much of the beginning of a text as fits into `max_tokens`."""
    data = text.encode("utf-8", "surrogatepass")[: max_tokens * _BYTES_PER_TOKEN]
    return data.decode("utf-8", "ignore")


class PromptCache:
    """Remembers prompts block by block, so that a repeated beginning counts as cached.

    As OpenAI documents it: from 1024 tokens, in steps of 128, per model. The least recently used
    blocks are forgotten first.
    """

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, None] = OrderedDict()

    def admit(self, model: str, prompt: bytes) -> int:
        """Tokens of the prompt that were there already; the whole prompt is there afterwards."""
        known, hit, digest = 0, True, hashlib.sha256(model.encode())
        step = _BLOCK_TOKENS * _BYTES_PER_TOKEN
        # The last token is always read anew, so a whole prompt is never cached.
        for start in range(0, len(prompt) - step, step):
            digest.update(prompt[start : start + step])
            block = digest.digest()[:16]
            hit = hit and block in self._blocks
            known += hit
            self._blocks[block] = None
            self._blocks.move_to_end(block)
        while len(self._blocks) > _MAX_BLOCKS:
            self._blocks.popitem(last=False)
        cached = known * _BLOCK_TOKENS
        return cached if cached >= _MIN_CACHED_TOKENS else 0

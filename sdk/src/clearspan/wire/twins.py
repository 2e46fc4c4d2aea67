"""Twins: pieces of a stream that differ in nothing but their text are understood without being parsed.

Of a stream nearly every piece is the twin of the one before. To find that out takes a tenth of the time that it takes
to read JSON.
"""

import json

from clearspan.wire.merging import Merger

# What differs from piece to piece and means nothing, up to its value.
_RESTLESS = ('"obfuscation":', '"sequence_number":', '"created_at":')


class Twins:
    """The form of the last piece that did nothing but make one text longer."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._head = self._tail = ""
        self._restless: tuple[str, ...] = ()

    def take(self, pieces: list[str], at: int) -> int:
        """Adds the texts of those pieces from a place on that are twins; tells where others begin."""
        head, tail, restless, start = self._head, self._tail, self._restless, len(self._head)
        found: list[str] = []
        while head and at < len(pieces):
            steady = _steady(pieces[at], restless) if restless else pieces[at]
            end = steady.find('"', start)
            text = steady[start:end]
            if not steady.startswith(head) or steady[end:] != tail or "\\" in text:
                break
            found.append(text)
            at += 1
        if found:
            self._merger.extend("".join(found))
        return at

    def learn(self, said: str, growths: int) -> None:
        """Remembers the form of a piece that was parsed and merged, which made so many things grow."""
        self._head = ""
        if growths != 1 or not self._merger.grown:
            return
        self._restless = tuple(name for name in _RESTLESS if name in said)
        text = json.dumps(self._merger.grown[-1], ensure_ascii=False)
        head, _, tail = _steady(said, self._restless).partition(text)
        if tail and text not in tail:
            self._head, self._tail = f'{head}"', f'"{tail}'


def _steady(said: str, restless: tuple[str, ...]) -> str:
    """A piece without the values of what means nothing."""
    for name in restless:
        before, _, after = said.partition(name)
        end = after.find(",")
        said = before + after[end if end >= 0 else after.find("}") :]
    return said

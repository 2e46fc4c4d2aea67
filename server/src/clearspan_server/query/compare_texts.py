"""Whether two runs say the same, although every run has ids and times of its own.

Ids may differ as long as they differ in the same way everywhere: what has one id in a run has one id in the other.
"""

import re

_ID = re.compile(
    r"(?P<time>\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
    r"|\b(?=[0-9]*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{16})\b"
    r"|\b[0-9A-HJKMNP-TV-Z]{26}\b"
    # What providers and frameworks call calls, answers and runs: a word, and a random part.
    r"|\b(?:call|toolu|tooluse|srvtoolu|chatcmpl|cmpl|msg|resp|rs|fc|run|lc_run|gen|req|thread)"
    r"[-_]+(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{6,}"
)


class Renaming:
    """Which id of one run is which of the other; learned from what is compared, in order."""

    def __init__(self) -> None:
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def same(self, one: str, other: str) -> bool:
        """Whether the texts are equal but for ids and times."""
        if one != other and _ID.sub("\0", one) != _ID.sub("\0", other):
            return False
        pairs = [
            (ours[0], theirs[0])
            for ours, theirs in zip(_ID.finditer(one), _ID.finditer(other), strict=True)
            if not (ours["time"] and theirs["time"])
        ]
        forth, back = dict(self._forth), dict(self._back)
        for ours, theirs in pairs:
            if forth.setdefault(ours, theirs) != theirs or back.setdefault(theirs, ours) != ours:
                return False
        self._forth, self._back = forth, back
        return True

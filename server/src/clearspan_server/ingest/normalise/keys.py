"""The names of a span's attributes, and what follows from them alone: found once for all spans with the same names.

Spans of one instrumentation repeat their names, so that an attribute which is not there costs nothing, however many
tables ask for it.
"""

from collections.abc import Collection

Pairs = tuple[tuple[str, str], ...]  # attribute → field, the first that is there wins


class Keys:
    """The attribute names of spans, in their order, with answers to what dialects ask of them.

    `hits` tells tables apart by identity: they are constants of their modules.
    """

    __slots__ = ("_hits", "_under", "names")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = dict.fromkeys(names)
        self._hits: dict[int, Pairs] = {}
        self._under: dict[str, tuple[str, ...]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def has_any(self, names: Collection[str]) -> bool:
        """Whether at least one of `names` is there."""
        return not self.names.keys().isdisjoint(names)

    def under(self, prefix: str) -> tuple[str, ...]:
        """The names that begin with `prefix`."""
        found = self._under.get(prefix)
        if found is None:
            found = tuple(name for name in self.names if name.startswith(prefix))
            self._under[prefix] = found
        return found

    def hits(self, table: Pairs) -> Pairs:
        """The rows of a table whose attribute is there."""
        found = self._hits.get(id(table))
        if found is None:
            found = tuple(row for row in table if row[0] in self.names)
            self._hits[id(table)] = found
        return found

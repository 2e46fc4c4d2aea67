"""Which records came before: hashes of the last million, for the ledger's count of duplicates."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

# Odd numbers with bits all over: 2⁶⁴ divided by the golden ratio, and the constants of splitmix64's mixing.
_STEP, _MIX_1, _MIX_2 = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
_MERGE_AT = 65_536  # hashes kept unsorted into the rest


class Seen:
    """The hashes of the newest `size` to `2 * size` records, 8 bytes each; used by one thread."""

    def __init__(self, size: int = 500_000) -> None:
        self._size = size
        self._recent: list[Hashes] = []  # one sorted array a batch
        self._young = np.empty(0, np.uint64)
        self._old = np.empty(0, np.uint64)

    def add(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Remember the records; which of them were known before, also from earlier among themselves."""
        unique, first = np.unique(hashes, return_index=True)
        known = np.zeros(len(unique), np.bool_)
        for held in (*self._recent, self._young, self._old):
            if len(held):
                place = np.searchsorted(held, unique)
                known |= held[np.minimum(place, len(held) - 1)] == unique
        before = np.ones(len(hashes), np.bool_)
        before[first] = known
        self._remember(unique[~known])
        return before

    def forget(self, hashes: Hashes) -> None:
        """These records were not stored after all: when they come again they are no duplicates."""
        self._recent = [held[~np.isin(held, hashes)] for held in self._recent]
        self._young = self._young[~np.isin(self._young, hashes)]
        self._old = self._old[~np.isin(self._old, hashes)]

    def _remember(self, new: Hashes) -> None:
        self._recent.append(new)
        if sum(map(len, self._recent)) < _MERGE_AT:
            return
        self._young = np.sort(np.concatenate([*self._recent, self._young]), kind="stable")
        self._recent = []
        if len(self._young) >= self._size:
            self._old, self._young = self._young, np.empty(0, np.uint64)


def hashes(table: pa.Table, names: tuple[str, ...]) -> Hashes:
    """One 64-bit hash a row of the named columns; texts and integers. Stable within the process alone."""
    total = np.zeros(table.num_rows, np.uint64)
    for name in names:
        # Wrapping around is what a hash does.
        total = _mixed(total * _STEP + _values(table[name].combine_chunks()))
    return total


def _values(column: pa.Array) -> Hashes:
    if isinstance(column, pa.ChunkedArray):  # a table without rows
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_integer(column.type):
        numbers: Hashes = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.uint64)
        return numbers
    words = _words(column)
    if words is not None:
        return words
    encoded = column.dictionary_encode()
    known = np.array([hash(text) for text in encoded.dictionary.to_pylist()], np.int64)
    places: npt.NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
    return known.view(np.uint64)[places]


def _words(column: pa.Array) -> Hashes | None:
    """Texts that all have the same multiple of 8 bytes, such as ids, without a loop; None for others."""
    count = len(column)
    if not count or column.null_count:
        return None
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + count + 1]
    width = int(ends[1] - ends[0])
    if not width or width % 8 or not (np.diff(ends) == width).all():
        return None
    held = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].reshape(count, width)
    total = np.zeros(count, np.uint64)
    for at in range(0, width, 8):
        word = np.ascontiguousarray(held[:, at : at + 8]).view(np.uint64).ravel()
        total = _mixed(total * _STEP + word)
    return total


def _mixed(value: Hashes) -> Hashes:
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))

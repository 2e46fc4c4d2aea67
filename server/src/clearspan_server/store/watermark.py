"""A moment in a file of its own: everything before it has been told."""

from pathlib import Path


class Watermark:
    """Nanoseconds since the epoch; survives the process. Losing it means telling some things twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, otherwise: int) -> int:
        """The moment, or `otherwise` where none was written."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return otherwise

    def write(self, moment_ns: int) -> None:
        """Replace the moment; whole, or not at all."""
        new = self._path.with_suffix(".new")
        new.write_text(str(moment_ns), encoding="ascii")
        new.replace(self._path)

"""Writes spans to a file, a line each: an OTLP/JSON request that whatever reads OTLP takes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from clearspan.errors import warn_once
from clearspan.exporters import Outcome
from clearspan.exporters.otlp import text_of
from clearspan.otlp_json import body
from clearspan.tracer import Span
from clearspan.version import __version__


class JsonLinesExporter:
    """One file and the former ones, ``spans.jsonl.1`` the newest. For one process at a time.

    Args:
        path: the file; its folder is made.
        resource: attributes of this process.
        most_bytes: of one file, before a new one is begun.
        files: how many there are, the current one included.
    """

    def __init__(
        self,
        path: Path,
        resource: Mapping[str, object],
        most_bytes: int = 50_000_000,
        files: int = 5,
    ) -> None:
        self._path = path
        self._resource = resource
        self._most_bytes = most_bytes
        self._files = max(1, files)

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:  # noqa: ARG002  # told by others
        """Appends ``spans``; none of them when the disk does not take them all."""
        texts = [text for text in map(text_of, spans) if text]
        lines = b"".join(body([text], self._resource, __version__) + b"\n" for text in texts)
        try:
            self._append(lines)
        except OSError as error:
            warn_once("file", f"{self._path} takes no spans ({error}); they are kept")
            return Outcome(0)
        return Outcome(len(spans), len(spans) - len(texts))

    def watch(self, open_spans: Sequence[Span]) -> None:
        """A span is written when it has ended."""

    def close(self) -> None:
        """Nothing is held: the file is opened for each batch."""

    def _append(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            size = self._path.stat().st_size
            if size and size + len(lines) > self._most_bytes:
                self._rotate()
        # What users and models wrote is for the owner alone.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "ab", buffering=0) as writing:
            size, left = writing.tell(), memoryview(lines)
            try:
                while left:
                    left = left[writing.write(left) :]
            except OSError:
                with contextlib.suppress(OSError):
                    writing.truncate(size)
                raise

    def _rotate(self) -> None:
        for number in range(self._files - 1, 0, -1):
            former = self._path if number == 1 else self._former(number - 1)
            with contextlib.suppress(FileNotFoundError):
                former.replace(self._former(number))
        if self._files == 1:
            self._path.unlink()

    def _former(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

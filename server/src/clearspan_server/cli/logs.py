"""The server's log on stderr: a line of JSON for machines, a plain one on a terminal; never content, never a secret."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from typing_extensions import override

from clearspan_server.errors import ClearspanError

_MAX_CHARS = 1_000
_FRAMES = 12
_ENGINE_CODE = re.compile(r"\bCode: (\d+).*?(?:\(([A-Z][A-Z_]+)\)|$)", re.DOTALL)
_SECRETS = re.compile(
    r"(?i)\b(bearer|basic)\s+[^\s,;'\"]+|\bcs_[0-9a-z]+_[^\s,;'\"]+|\bsk-[\w-]{8,}|([?&#]token=)[^\s&'\"]+"
)


def set_up(stream: TextIO | None = None, level: int = logging.WARNING) -> None:
    """Send every logger's lines to the stream (stderr), in the form that suits it."""
    target = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(target)
    handler.setFormatter(PlainLines() if target.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, and of an error its kind and where."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": safe(record.getMessage()),
        }
        request_id = getattr(record, "request_id", "")
        if request_id:
            line["request_id"] = request_id
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = describe(error)
            line["at"] = _frames(error)
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """The same for a reader at a terminal."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        request_id = getattr(record, "request_id", "")
        head = f"{_time(record)[11:19]} {record.levelname.lower():7} {safe(record.getMessage())}"
        lines = [f"{head} [{request_id}]" if request_id else head]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            lines += [f"  {describe(error)}", *(f"    {frame}" for frame in _frames(error))]
        return "\n".join(lines)


def describe(error: BaseException) -> str:
    """An error without what it may quote: its kind; of the engine also the code; of our own failures the sentence.

    A foreign error's text can hold a sender's values: `could not convert string to float: '…'`.
    """
    kind = type(error).__name__
    if isinstance(error, ClearspanError) and error.status >= 500:
        return safe(f"{kind}: {error.message}")
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror or error.errno or ''}".rstrip(": ")
    code = _ENGINE_CODE.search(str(error)[:_MAX_CHARS])
    if code is None:
        return kind
    return f"{kind}: engine code {code[1]}" + (f" {code[2]}" if code[2] else "")


def safe(text: str) -> str:
    """The text on one line, cut, without credentials and without what a terminal obeys."""
    line = "".join(one if one.isprintable() else "�" for one in " ".join(text.split()))
    return _SECRETS.sub(r"\2…", line)[:_MAX_CHARS]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _frames(error: BaseException) -> list[str]:
    """Where it was raised, innermost last; places in code alone, no source and no values."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _module(path: str) -> str:
    """The end of a path: folders above the packages are this machine's business."""
    return "/".join(path.replace("\\", "/").rsplit("/", 2)[-2:])

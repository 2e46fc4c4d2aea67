"""Finds code that nobody uses; tests count as users, since what only they call is public."""

import re
import sys
from pathlib import Path

from vulture import Vulture

from tree import ROOT, tracked

# By these a framework finds a function that nobody calls by name.
FRAMEWORK_DECORATORS = [
    "@*.command",
    "@*.callback",
    "@*.exception_handler",
    "@*.middleware",
    "@app.*",
    "@router.*",
    "@pytest.fixture",
    "@on",
    "@field_validator",
    "@field_serializer",
    "@model_validator",
    "@override",
]

# By these a library finds a function or a value of ours.
FRAMEWORK_NAMES = [
    *("do_*", "log_message", "protocol_version", "daemon_threads", "handle_error"),  # http.server
    *("pytestmark", "pytest_*", "optionxform"),  # pytest, configparser
    *("revision", "down_revision", "upgrade", "downgrade"),  # alembic
    "model_config",  # pydantic
    "rejected_spans",  # a field of an OTLP message
    "row_factory",  # sqlite3
    "TLD_EXTRACTOR",  # tldextract
    *("log_errors", "max_mem"),  # options of re2
    *("action_*", "watch_*", "*CSS", "ENABLE_COMMAND_PALETTE", "HORIZONTAL_BREAKPOINTS"),  # textual
    *("border_title", "virtual_size", "can_focus", "cursor_position"),  # as above
    "rich_help_panel",  # typer
    *("should_exit", "force_exit", "lifespan_context"),  # uvicorn, starlette
    *("uid", "gid", "uname", "gname"),  # of an archive's member
    *("on_*", "run_inline"),  # langchain
    *("clearspan_trace_id", "clearspan_span_id"),  # of a log record, for the program's format
    *("__call__", "__class__", "__getattr__"),  # the language itself
]

# What a program may set on a span: users of the SDK do, its own code need not.
PUBLIC_FIELDS = ROOT / "sdk/src/clearspan/fields.py"

# The table of commands names functions as text.
COMMANDS = ROOT / "server/src/clearspan_server/cli/commands.py"
ENTRY = re.compile(r'Entry\("[\w.]+", "(\w+)"')

# A field of a record is read by its name elsewhere: as a column, in JSON, by the browser. An
# unused local variable looks the same and is found by ruff.
FIELD = re.compile(r"^\s+(\w+)\s*:", re.MULTILINE)


def main() -> int:
    """Prints each place; 1 when there is any."""
    files = tracked(".py")
    fields = {name for path in files for name in FIELD.findall(path.read_text(encoding="utf-8"))}
    commands = ENTRY.findall(COMMANDS.read_text(encoding="utf-8"))
    known = [*FRAMEWORK_NAMES, *commands]
    search = Vulture(ignore_names=known, ignore_decorators=FRAMEWORK_DECORATORS)
    search.scavenge(files)
    unused = [
        item
        for item in search.get_unused_code(min_confidence=60)
        if not (item.typ in {"variable", "attribute"} and item.name in fields)
        and not (item.typ == "variable" and item.filename == PUBLIC_FIELDS)
        # A test may set what does not exist, on purpose.
        and not (item.typ == "attribute" and "tests" in item.filename.parts)
    ]
    for item in unused:
        place = Path(item.filename).relative_to(ROOT)
        print(f"{place}:{item.first_lineno}: {item.typ} {item.name} is not used")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())

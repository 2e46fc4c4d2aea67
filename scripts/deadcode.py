"""Finds code that nobody uses; tests count as users, since what only they call is public."""

import re
import sys
from pathlib import Path

from vulture import Vulture
from vulture.core import Item

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
    "@field_validator",
    "@field_serializer",
    "@model_validator",
    "@override",
]

# By these a library finds a method or a value of ours.
FRAMEWORK_NAMES = [
    "do_*",  # http.server
    "log_message",  # http.server
    "pytestmark",  # pytest
    "pytest_*",  # pytest
    "model_config",  # pydantic
]

# A field of a record is read by its name elsewhere: as a column, in JSON, by the browser. An
# unused local variable looks the same and is found by ruff.
FIELD = re.compile(r"\s+\w+\s*:")


def is_field(item: Item) -> bool:
    """Whether ``item`` is a declared field of a class."""
    line = Path(item.filename).read_text(encoding="utf-8").splitlines()[item.first_lineno - 1]
    return item.typ == "variable" and FIELD.match(line) is not None


def main() -> int:
    """Prints each place; 1 when there is any."""
    search = Vulture(ignore_names=FRAMEWORK_NAMES, ignore_decorators=FRAMEWORK_DECORATORS)
    search.scavenge(tracked(".py"))
    unused = [item for item in search.get_unused_code(min_confidence=60) if not is_field(item)]
    for item in unused:
        place = Path(item.filename).relative_to(ROOT)
        print(f"{place}:{item.first_lineno}: {item.typ} {item.name} is not used")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())

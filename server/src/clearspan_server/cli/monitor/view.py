"""What of a project is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

# The names on screen and on the command line, and what the API is asked for.
WINDOWS: Mapping[str, str] = {"15m": "-15m", "1h": "-1h", "6h": "-6h", "1d": "-24h", "7d": "-7d"}


@dataclass(slots=True)
class View:
    """A filter and a window; whether only failures are shown, and whether all stands still."""

    filter: str
    window: str
    only_errors: bool = False
    paused: bool = False

    def asked(self) -> "View":
        """The same, with all of the filter of its lists in one."""
        terms = [f"({self.filter})" if self.filter and self.only_errors else self.filter]
        terms += ["status:(error OR crashed)"] if self.only_errors else []
        return replace(self, filter=" ".join(filter(None, terms)))

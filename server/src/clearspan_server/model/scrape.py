"""How it stands with a Prometheus endpoint that is read."""

from dataclasses import dataclass


@dataclass(slots=True)
class Scrape:
    """Times in ns, 0 for never; `error` says why the last try failed, and is empty when it did not."""

    tried_ns: int = 0
    read_ns: int = 0
    points: int = 0  # of the last that was read
    error: str = ""
    is_under_way: bool = False

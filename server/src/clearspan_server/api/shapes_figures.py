"""What figures are computed from, as every answer with figures says it."""

from typing import Literal

from clearspan_server.api.shapes import Shape


class Origin(Shape):
    """Where figures come from.

    `rollups` are sums by the hour; `raw_hours` of the hours they were read for came span by span, because an end of
    the window cuts them or their roll-up was not computed yet. What was stored by `as_of` is in the figures.
    """

    source: Literal["raw", "rollups"]
    raw_hours: int
    as_of: str

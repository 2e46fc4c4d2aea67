"""The JSON of Prometheus endpoints that are read."""

from pydantic import Field

from clearspan_server.api.shapes import Shape


class ScrapeRequest(Shape):
    """An endpoint: its address, under what service its metrics go, and how often it is read."""

    url: str = Field(min_length=8, max_length=2_000)
    service: str = Field(min_length=1, max_length=200, pattern=r"\S")
    interval_s: int = Field(default=15, ge=5, le=3_600)


class ScrapeRow(ScrapeRequest):
    """An endpoint, when it was read last and what was wrong with the last try."""

    id: str
    created: str
    read: str | None = Field(description="Since the server started; null for never.")
    points: int
    error: str


class ScrapeList(Shape):
    """The endpoints of a project, oldest first."""

    scrapes: list[ScrapeRow]

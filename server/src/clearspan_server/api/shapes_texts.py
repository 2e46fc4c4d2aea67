"""The shapes of texts that are read by ranges."""

from pydantic import Field

from clearspan_server.api.shapes import Shape


class TextPlaces(Shape):
    """Where words stand in a text."""

    size_bytes: int = Field(description="Of the whole text in UTF-8.")
    starts: list[int] = Field(description="The bytes at which they begin, in order.")
    next_start: int | None = Field(description="Where to look on; null where the text ends.")

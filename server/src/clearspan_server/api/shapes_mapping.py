"""The shapes of the mapping inspector."""

from clearspan_server.api.shapes import Shape


class FilledField(Shape):
    """One field of a span; `attributes` are those that its rule looked at, none where it follows from other fields."""

    field: str
    dialect: str
    attributes: list[str]


class SpanMapping(Shape):
    """How a span was read: the conventions that it speaks, what each filled, and the attributes that no rule reads."""

    dialects: list[str]
    fields: list[FilledField]
    unread: list[str]
    stored_version: int
    version: int

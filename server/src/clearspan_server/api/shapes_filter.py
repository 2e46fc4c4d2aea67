"""The JSON of what the filter language knows."""

from clearspan_server.api.shapes import Shape
from clearspan_server.query.fields import FieldType, Of


class FilterField(Shape):
    """A field of the filter language; of type *presence* it stands only behind `has:`."""

    name: str
    aliases: list[str]
    type: FieldType
    of: list[Of]
    hint: str
    example: str
    choices: list[str]


class FilterFields(Shape):
    """All fields, in the order in which they are offered."""

    fields: list[FilterField]


class FilterProblem(Shape):
    """What is wrong with a filter: `length` characters from `column` on, which counts from 1."""

    message: str
    column: int
    length: int
    did_you_mean: str | None


class FilterCheck(Shape):
    """Whether a filter can be read."""

    problem: FilterProblem | None

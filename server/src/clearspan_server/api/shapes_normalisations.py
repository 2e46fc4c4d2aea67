"""The shapes of normalisations: stored spans that are filled by the rules of now."""

from typing import Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape


class NormaliseRequest(Shape):
    """The window of a normalisation, RFC 3339, days or epoch milliseconds; without an end all there is on that side.

    Spans that older rules have filled are read again, with `all` every one. A preview changes nothing and tells what
    would change.
    """

    project: str = ""
    since: str | None = Field(default=None, alias="from")
    until: str | None = Field(default=None, alias="to")
    all: bool = False
    preview: bool = False


class ChangedField(Shape):
    """How many spans hold something else in a field now."""

    field: str
    spans: int


class FieldChange(Shape):
    """What one field of a span held and holds, as text; of a long one its beginning."""

    trace_id: str
    span_id: str
    field: str
    old: str
    new: str


class Normalisation(Shape):
    """A normalisation: `progress` from 0 to 1, and what it has found so far.

    `spans` were read again by the rules of `version`, `changed` of them hold something else now: how many by field,
    with examples. Totals are costs of counted spans, in US dollars. `error` says why it does not go on, while it tries
    again.
    """

    id: int
    all: bool
    preview: bool
    state: Literal["running", "done", "cancelled"]
    since: str = Field(serialization_alias="from")
    until: str = Field(serialization_alias="to")
    created: str
    ended: str | None
    version: int
    progress: float
    spans: int
    changed: int
    fields: list[ChangedField]
    examples: list[FieldChange]
    old_total: str
    new_total: str
    error: str


class NormalisationList(Shape):
    """The newest normalisations, newest first."""

    normalisations: list[Normalisation]

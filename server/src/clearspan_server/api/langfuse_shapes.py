"""What the answers of Langfuse's API share: pages by number, moments, and names in camel case."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from clearspan_server.api.messages import Foreign
from clearspan_server.errors import NotFound

Shape = dict[str, Any]  # an answer as Langfuse's clients read it
MAX_ID_CHARS = 800

_NS = 1_000_000_000


class Sent(Foreign):
    """A body as Langfuse's clients write it; what is not known here is left out, for clients add to it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Asked(BaseModel):
    """Query parameters; one that is not answered here is refused, for leaving a filter out would give wrong rows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    project: str | None = None  # api/access.py reads it, where no key says it


class PageAsked(Asked):
    """A page by its number."""

    page: int = Field(default=1, ge=1, le=100_000)
    limit: int = Field(default=50, ge=1, le=1_000)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def paged(rows: Sequence[Shape], total: int, asked: PageAsked) -> Shape:
    """A page of rows, and how many there are."""
    pages = -(-total // asked.limit)
    meta = {"page": asked.page, "limit": asked.limit, "totalItems": total, "totalPages": pages}
    return {"data": rows, "meta": meta}


def missing(what: str, name: object, project: str) -> NotFound:
    """What is answered where there is nothing under a name."""
    return NotFound(f"no {what} {str(name)[:200]!r} is in project {project!r}")


def moment(at: datetime) -> str:
    """A moment in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_ns(at_ns: int) -> str:
    """A moment in nanoseconds since 1970, as `moment`."""
    seconds, rest = divmod(at_ns, _NS)
    return moment(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1_000))


def camel(fields: Shape) -> Shape:
    """The names of fields in camel case."""
    return {to_camel(name): value for name, value in fields.items()}

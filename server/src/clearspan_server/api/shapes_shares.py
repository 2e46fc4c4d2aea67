"""The shapes of links that show one trace."""

from typing import Annotated

from pydantic import Field

from clearspan_server.api.shapes import Shape

HOUR_S = 3_600
DAY_S = 24 * HOUR_S


class ShareRequest(Shape):
    """A link to a trace: for how long, and whether it shows what people, models and tools wrote."""

    expires_s: Annotated[int, Field(ge=HOUR_S, le=90 * DAY_S)] = 7 * DAY_S
    has_texts: bool = False


class ShareRow(Shape):
    """A link without its secret; `opened` is when it was last used."""

    id: str
    trace_id: str
    has_texts: bool
    author: str
    created: str
    expires: str
    opened: str | None


class ShareCreated(Shape):
    """A new link; its token is shown this once. The link is `/share#<token>`."""

    token: str
    row: ShareRow


class ShareList(Shape):
    """The links of a project that are still good, the newest first."""

    shares: list[ShareRow]


class Shared(Shape):
    """What a link shows."""

    trace_id: str
    has_texts: bool
    expires: str

"""Where figures come from, as JSON."""

from clearspan_server.api.shapes_figures import Origin
from clearspan_server.api.window import rfc3339
from clearspan_server.query.source import Source


def origin(source: Source) -> Origin:
    """A source as the answer says it."""
    return Origin(
        source=source.kind, raw_hours=len(source.raw_hours), as_of=rfc3339(source.as_of_ns)
    )

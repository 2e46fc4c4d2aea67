"""What redaction took out of a project's spans, logs and metric points, day by day."""

from clearspan_server.query import SQL
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_MASKED = statement(SQL, "masked")


def masked_by_day(engine: Engine, project: str, window: Window) -> list[Row]:
    """Rows of `day` (UTC), `type` and `count` of what started in a window, the newest day first."""
    return engine.query(_MASKED, {"project": project} | window.values())

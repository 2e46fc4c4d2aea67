"""Which metrics a project has, and their labels: what somebody may mean who has typed its first letters."""

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_NAMES = 1_000
MAX_VALUES = 200

_NAMES = statement(SQL, "metric_names")
_LABELS = statement(SQL, "metric_labels")
_VALUES = statement(SQL, "metric_values")
_REJECTED = statement(SQL, "metric_rejected")
_TOO_MANY = "too_many_series"


def metric_names(engine: Engine, project: str, prefix: str) -> list[Row]:
    """Rows of the metrics whose names begin so, compared without case, by name: one more than `MAX_NAMES` at most."""
    values = {"project": project, "prefix": prefix, "limit": MAX_NAMES + 1}
    return engine.query(_NAMES, values)


def metric_labels(engine: Engine, project: str, name: str, prefix: str) -> list[Row]:
    """Rows of `label`, `values` and `series` (how many): one more than `MAX_VALUES` at most."""
    values = {"project": project, "name": name, "prefix": prefix, "limit": MAX_VALUES + 1}
    return engine.query(_LABELS, values)


def metric_values(engine: Engine, project: str, name: str, label: str, prefix: str) -> list[Row]:
    """Rows of `value` and `series` (how many), most series first: one more than `MAX_VALUES` at most."""
    values = {"project": project, "name": name, "label": label, "prefix": prefix}
    return engine.query(_VALUES, values | {"limit": MAX_VALUES + 1})


def rejected_points(engine: Engine, project: str, since_ns: int) -> int:
    """How many points were rejected because the project had too many series."""
    values = {"project": project, "since_ns": since_ns, "code": _TOO_MANY}
    return int(engine.query(_REJECTED, values)[0]["points"])

"""How fast models were: what this project measured in its own calls."""

from dataclasses import dataclass

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

MEASURED_DAYS = 30
_DAY_NS = 86_400_000_000_000
_MAX_MODELS = 200

_MEASURED = statement(SQL, "models_measured")


@dataclass(slots=True, frozen=True)
class Measured:
    """The medians of a model's calls that went well.

    Where calls were streamed, `ttft_ns` is the time to the first token and `tokens_per_s` the speed after it; else it
    is that of whole calls, and `ttft_ns` None.
    """

    provider: str
    model: str
    calls: int
    ttft_ns: float | None
    tokens_per_s: float


def measured_models(engine: Engine, project: str, now_ns: int, model: str = "") -> list[Measured]:
    """The models of the last `MEASURED_DAYS`, those with most calls first; with a name those of this name alone.

    A call counts for the name that was asked for and for the one that answered.
    """
    values = {
        "project": project,
        "from_ns": max(0, now_ns - MEASURED_DAYS * _DAY_NS),
        "model": model,
        "limit": _MAX_MODELS,
    }
    return [
        Measured(
            provider=row["provider"],
            model=row["model"],
            calls=row["calls"],
            ttft_ns=row["ttft_ns"],
            tokens_per_s=row["tokens_per_s"] if row["ttft_ns"] is None else row["written_per_s"],
        )
        for row in engine.query(_MEASURED, values)
    ]

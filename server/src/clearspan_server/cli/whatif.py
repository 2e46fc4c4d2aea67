"""`clearspan whatif`: what a trace would have taken and cost if something in it had been otherwise."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.cli.trace import TraceId, whole_id
from clearspan_server.errors import BadInput

Change = dict[str, object]
Changes = list[str] | None

_KINDS = (
    *("llm", "embedding", "retriever", "reranker", "tool", "agent", "chain", "guardrail"),
    *("evaluator", "http", "db", "other"),
)
_SPOKEN = {"rerank": "reranker", "retrieve": "retriever", "embed": "embedding", "model": "llm"}
_BY = {"span": "span_id", "kind": "kind", "name": "name"}
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m)")
_NS = {"ms": 1e6, "s": 1e9, "m": 60e9}


def whatif(  # noqa: PLR0913, PLR0917 - its options are its arguments
    trace_id: TraceId,
    slow: Annotated[
        Changes, typer.Option(help="So many times as long: `rerank=3x`; 0.5x is faster.")
    ] = None,
    timeout: Annotated[Changes, typer.Option(help="Fails after a time: `tool=30s`.")] = None,
    retry: Annotated[Changes, typer.Option(help="So many more attempts: `llm=1`.")] = None,
    remove: Annotated[Changes, typer.Option(help="Is not there: `guardrail`.")] = None,
    parallel: Annotated[
        Changes, typer.Option(help="Begins together with its neighbours of the kind: `tool`.")
    ] = None,
    model: Annotated[
        Changes,
        typer.Option(
            help="Answers in place of the others: `gpt-4o-mini`, `openai/o4-mini`, `planner=…`."
        ),
    ] = None,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Suppose something of a trace, and see its time, cost and waterfall as they would be; no model is called.

    What is meant is a kind (`rerank`, `llm`, `tool`), a name (`name:search orders`), or a span by its id.
    """
    readers: tuple[tuple[Changes, Callable[[str], Change]], ...] = (
        (slow, _scale),
        (timeout, _timeout),
        (retry, _retry),
        (remove, _remove),
        (parallel, _parallel),
        (model, _model),
    )
    changes = list(_changes(readers))
    if not changes:
        raise BadInput(
            "nothing is supposed: `--slow rerank=3x`, `--model gpt-4o-mini` or another option says what"
        )
    server = the_server(data, url, project)
    known = whole_id(server, trace_id)
    path = f"/api/v1/traces/{known}/whatif?project={printing.in_path(server.project)}"
    found = server.post(path, {"changes": changes})
    if as_json:
        printing.print_json(found)
        return
    from clearspan_server.cli import whatif_page  # noqa: PLC0415 - Rich, which JSON needs not

    trace = server.ask(f"/api/v1/traces/{known}")
    for target in _missed(changes, trace["spans"]):
        said = f"▸ no span of this trace is {printing.line_of(target)}: that changes nothing"
        print(said, file=sys.stderr)  # noqa: T201 - the command's own output
    whatif_page.show(found, trace)


def _missed(changes: Iterable[Change], spans: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is supposed of nothing."""
    said = {(by, span[key]) for span in spans for by, key in _BY.items()}
    targets = dict.fromkeys(str(change["target"]) for change in changes)
    return [one for one in targets if (one.partition(":")[0], one.partition(":")[2]) not in said]


def _changes(readers: tuple[tuple[Changes, Callable[[str], Change]], ...]) -> Iterator[Change]:
    for texts, read in readers:
        yield from map(read, texts or [])


def _scale(text: str) -> Change:
    target, value = _parted(text, "rerank=3x")
    factor = _number(value.removesuffix("x"), text, "rerank=3x")
    return {"action": "scale", "target": target, "factor": factor}


def _timeout(text: str) -> Change:
    target, value = _parted(text, "tool=30s")
    time = _TIME.fullmatch(value)
    if time is None:
        raise BadInput(f"{text!r} says no time: `tool=30s` does, also in ms and m")
    return {"action": "timeout", "target": target, "after_ns": round(float(time[1]) * _NS[time[2]])}


def _retry(text: str) -> Change:
    target, value = _parted(text, "llm=1")
    times = int(_number(value.removesuffix("x"), text, "llm=1"))
    return {"action": "retry", "target": target, "times": times, "pause_ns": 500_000_000}


def _remove(text: str) -> Change:
    return {"action": "remove", "target": _target(text)}


def _parallel(text: str) -> Change:
    return {"action": "parallel", "target": _target(text)}


def _model(text: str) -> Change:
    """`gpt-4o-mini` for all model calls, `openai/o4-mini`, `name:planner=gpt-4o-mini` for some."""
    where, _, named = text.rpartition("=")
    provider, _, model = named.rpartition("/")
    target = _target(where or "llm")
    return {"action": "model", "target": target, "provider": provider, "model": model}


def _parted(text: str, example: str) -> tuple[str, str]:
    where, found, value = text.rpartition("=")
    if not found:
        raise BadInput(f"{text!r} does not say how much: `{example}` does")
    return _target(where), value


def _number(value: str, text: str, example: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadInput(f"{text!r} holds no number: `{example}` does") from None


def _target(text: str) -> str:
    """As the API reads it: `kind:reranker`, `span:<id>`, else the spans of a name."""
    text = text.strip()
    if re.match("(span|kind|name):.", text):
        return text
    if re.fullmatch("[0-9a-f]{16}", text):
        return f"span:{text}"
    kind = _SPOKEN.get(text, text)
    return f"kind:{kind}" if kind in _KINDS else f"name:{text}"

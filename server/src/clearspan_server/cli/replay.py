"""`clearspan replay`: a trace or a session once more, step by step in time. No model is called."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.cli.steps import steps_of
from clearspan_server.cli.trace import whole_id
from clearspan_server.errors import BadInput, NotFound

_TRACE = re.compile(r"[0-9a-fA-F]{8,32}")
_LONGEST_REST_S = 3.0
_BETWEEN_TRACES_S = 1.0
_ASKED_AT_ONCE = 20

Row = dict[str, Any]


def replay(  # noqa: PLR0913, PLR0917 - its options are its arguments
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="Of a trace, or how it begins, or of a session.")
    ],
    speed: Annotated[
        float,
        typer.Option(
            min=0, help="Times as fast; 0 does not wait. No wait is over 3 s. Pipes never wait."
        ),
    ] = 1.0,
    step: Annotated[bool, typer.Option("--step", help="Wait for a key at each step.")] = False,
    show_response: Annotated[
        bool, typer.Option("--show-response", help="All that models and tools answered.")
    ] = False,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Go through a trace or a session again, in time; nothing is called, all of it is recorded."""
    if step and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput("--step waits for keys, and this is no terminal; leave it out")
    server = the_server(data, url, project)
    traces = _traces(server, id_)
    if as_json:
        for told in itertools.chain.from_iterable(steps_of(trace["spans"]) for trace in traces):
            if not told.begins or told.span["duration_ns"] is None:
                printing.print_json_line(told.span)
        return
    # JSON needs no colours, and Rich takes long to import.
    from clearspan_server.cli.stage import Stage  # noqa: PLC0415 - see above

    stage = Stage(printing.console(), by_key=step)
    try:
        for trace in traces:
            stage.begin(trace["trace"])
            say = _answers(server, trace) if show_response else None
            _play(stage, trace, speed if sys.stdout.isatty() else 0.0, say)
            stage.end(trace["trace"])
    except EOFError:  # somebody has seen enough
        return
    finally:
        stage.close()


def _traces(server: Server, id_: str) -> Iterator[Row]:
    """The trace of an id, else those of a session in the order in which they began."""
    if _TRACE.fullmatch(id_):
        # Digits may also be how a session is called.
        with suppress(NotFound):
            yield server.ask(f"/api/v1/traces/{whole_id(server, id_)}")
            return
    quoted = id_.replace("\\", "\\\\").replace('"', '\\"')
    asked = {"filter": f'session:"{quoted}"', "sort": "start", "from": "0", "fields": "trace_id"}
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = server.ask("/api/v1/traces", limit=500, cursor=cursor, **asked)
        ids += [row["trace_id"] for row in page["traces"]]
        cursor = page["next_cursor"]
    if not ids:
        raise NotFound(
            f"no trace and no session {id_!r} in project {server.project!r};"
            " `clearspan traces` and `clearspan sessions` list ids, `--project` names another"
        )
    for trace_id in ids:
        yield server.ask(f"/api/v1/traces/{trace_id}")


def _play(stage: Any, trace: Row, speed: float, answer: Callable[[Row], Row] | None) -> None:  # noqa: ANN401 - imported late
    """Tell each step when its time has come."""
    lasts_ns = trace["trace"]["duration_ns"] or 0
    before_ns = 0
    for step in steps_of(trace["spans"]):
        took_s = max(0, step.at_ns - before_ns) / 1e9
        rest_s = min(took_s, _LONGEST_REST_S) / speed if speed else 0.0
        stage.rest(before_ns, step.at_ns, lasts_ns, rest_s)
        before_ns = step.at_ns
        stage.tell(step, answer(step.span) if answer and not step.begins else None)


def _answers(server: Server, trace: Row) -> Callable[[Row], Row]:
    """What spans say, asked for some at a time, as they come."""
    order = [step.span["span_id"] for step in steps_of(trace["spans"]) if not step.begins]
    known: dict[str, Row] = {}

    def answer(span: Row) -> Row:
        if span["span_id"] not in known:
            at = order.index(span["span_id"])
            path = f"/api/v1/traces/{trace['trace']['trace_id']}/contents"
            page = server.ask(path, span=order[at : at + _ASKED_AT_ONCE])
            known.update({one["span_id"]: one for one in page["spans"]})
        return known.get(span["span_id"], {})

    return answer

"""The playground: the request of a recorded call, and runs of a request with several models."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    read_access,
    spending_key,
    written_project,
)
from clearspan_server.api.call_figures import figures_of, sums_of
from clearspan_server.api.chat_targets import checked_target
from clearspan_server.api.events import place_of, stream_of
from clearspan_server.api.messages import parsed
from clearspan_server.api.shapes_playground import (
    CallResult,
    Origin,
    PlaygroundRequest,
    RequestMessage,
    RequestTool,
    Run,
    RunCall,
    RunDoneEvent,
    RunFinishedEvent,
    RunRequest,
    RunState,
    RunTextEvent,
    RunToolEvent,
    ToolCall,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.chat import runs
from clearspan_server.chat.asking import Called, Question, Said, Tool
from clearspan_server.chat.feed import Event
from clearspan_server.chat.request import recorded
from clearspan_server.errors import BadInput
from clearspan_server.query.calls import read_calls
from clearspan_server.query.request import read_request
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["playground"])

_ROLES = ("system", "user", "assistant", "tool")
MAX_BYTES = 16 * 1024 * 1024  # of a request


class RequestQuery(ScopeQuery):
    """Of which span."""

    trace_id: str = Field(min_length=1, max_length=64)
    span_id: str = Field(min_length=1, max_length=64)


class EventsQuery(ScopeQuery):
    """From where on."""

    after: int = Field(default=0, ge=0, description="The id of the last event that was seen.")


@router.get("/playground-request")
def get_playground_request(
    asked: Annotated[RequestQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> PlaygroundRequest:
    """What a recorded model call asked, whole, as it can be edited and asked again."""
    found = read_request(access.engine, access.project, asked.trace_id, asked.span_id, MAX_BYTES)
    row = found.row
    if row["kind"] != "llm":
        raise BadInput(
            f"span {asked.span_id!r} is of kind {row['kind']}; only calls of models can be asked again",
            field="span_id",
            value=asked.span_id,
        )
    request = recorded(found.texts, found.cut, row["redactions"])
    return PlaygroundRequest(
        messages=[RequestMessage.model_construct(**one) for one in request.messages],
        tools=[RequestTool.model_construct(**one) for one in request.tools],
        parameters=request.parameters,
        provider=_asked_as(row),
        model=row["request_model"] or row["response_model"],
        prompt_name=row["prompt_name"],
        prompt_version=row["prompt_version"],
        is_whole=not request.missing,
        missing=request.missing,
    )


@router.post("/playground-runs", status_code=202)
async def post_playground_run(
    request: Request, asked: RunRequest, _scope: Annotated[ScopeQuery, Query()]
) -> Run:
    """Ask several models at once, each as often as said; every call is recorded as a trace of its own."""
    project, server = await asyncio.to_thread(written_project, request, ""), state_of(request)
    key = spending_key(request)
    questions = _questions(server, asked)
    await asyncio.to_thread(server.catalog.ensure_project, project)
    origin = runs.Origin()
    if asked.origin is not None:
        origin = runs.Origin(asked.origin.trace_id, asked.origin.span_id)
    run = server.runs.begin(project, questions, origin, author_of(request), key)
    calls = [
        RunCall(number=one.number, provider=one.provider, model=one.model, trace_id=one.trace_id)
        for one in run.calls
    ]
    return Run(id=run.id, calls=calls)


@router.get("/playground-runs/{run_id}")
async def get_playground_run(
    request: Request,
    run_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> RunState:
    """How far each call of a run is, and what was recorded of it."""
    run = state_of(request).runs.find(access.project, run_id)
    traces = [one.trace_id for one in run.calls]
    rows = await asyncio.to_thread(read_calls, access.engine, access.project, traces)
    origin = None
    if run.origin.trace_id:
        origin = Origin(trace_id=run.origin.trace_id, span_id=run.origin.span_id)
    return RunState(
        id=run.id,
        is_finished=run.is_finished,
        origin=origin,
        calls=[_result(one, rows.get(one.trace_id)) for one in run.calls],
        totals=sums_of(rows),
    )


@router.get("/playground-runs/{run_id}/events", response_class=StreamingResponse)
async def get_playground_events(
    request: Request,
    run_id: str,
    asked: Annotated[EventsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> StreamingResponse:
    """Server-sent events: `text` and `reasoning` of a call, its `tool_call`s, `done`; `finished` when all are over.

    Ids count from 1; with `after` (or the header `last-event-id`) only what came later is told.
    """
    run = state_of(request).runs.find(access.project, run_id)
    return stream_of(run.feed, place_of(request, asked.after), access, _event)


@router.post("/playground-runs/{run_id}/stop", status_code=204, response_class=Response)
async def post_stop_playground_run(
    request: Request, run_id: str, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """Break off what of a run is under way; of one that is over this changes nothing."""
    project, server = await asyncio.to_thread(written_project, request, ""), state_of(request)
    await server.runs.stop(server.runs.find(project, run_id))
    return Response(status_code=204)


def _asked_as(row: Row) -> str:
    """As the gateway knows the provider, where the call went through it."""
    name = parsed(row["attributes"].get("clearspan.gateway", ""))
    return name if isinstance(name, str) and name else str(row["provider"])


def _questions(server: State, asked: RunRequest) -> list[Question]:
    for number, one in enumerate(asked.messages):
        if one.role not in _ROLES:
            raise BadInput(
                f"messages.{number}.role: {one.role!r} is not one of {', '.join(_ROLES)}",
                field="role",
                value=one.role,
            )
    messages = [Said(one.role, one.parts) for one in asked.messages]
    tools = [Tool(one.name, one.description, one.parameters) for one in asked.tools]
    return [
        Question(
            checked_target(server, target.provider),
            target.model,
            messages,
            asked.parameters,
            tools,
        )
        for target in asked.targets
        for _ in range(asked.repeat)
    ]


def _event(event: Event) -> RunTextEvent | RunToolEvent | RunDoneEvent | RunFinishedEvent:
    said = event.said
    if isinstance(said, Called):
        return RunToolEvent(call=event.call, tool_call=_tool_call(said))
    if isinstance(said, runs.Call):
        result = _result(said, None).model_dump(
            exclude={"number", "provider", "model", "trace_id", "figures"}
        )
        return RunDoneEvent(call=event.call, **result)
    if isinstance(said, runs.Run):
        return RunFinishedEvent(id=said.id)
    return RunTextEvent(call=event.call, text=said)


def _result(one: runs.Call, row: Row | None) -> CallResult:
    return CallResult(
        number=one.number,
        provider=one.provider,
        model=one.model,
        trace_id=one.trace_id,
        status=one.status,
        text=one.text,
        reasoning=one.reasoning,
        error=one.error,
        tool_calls=[_tool_call(called) for called in one.tool_calls],
        finish_reason=one.finish_reason,
        duration_ns=one.duration_ns,
        first_token_ns=one.first_token_ns,
        figures=None if row is None else figures_of(row),
    )


def _tool_call(one: Called) -> ToolCall:
    return ToolCall(id=one.id, name=one.name, arguments=one.arguments)

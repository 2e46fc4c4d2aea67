"""The support agent: plans, reads the help centre, calls two tools, and answers."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import clearspan
from clearspan_server.demo import help_centre, tools
from clearspan_server.demo.help_centre import Found
from clearspan_server.demo.models import Ask, Json, Models, Reply, ToolCall
from clearspan_server.demo.script import Mishap, Turn
from clearspan_server.demo.world import HANDBOOK

_PLAN: Json = {
    "type": "object",
    "properties": {
        "intent": {
            "type": "string",
            "enum": [
                "parcel_delivery_address",
                "refund_return_cancel",
                "warranty_repair_damage",
                "invoice_payment_charge",
            ],
        },
        "search_query": {"type": "string"},
        "urgent": {"type": "boolean", "description": "lost, late, broken or damaged"},
    },
    "required": ["intent", "search_query", "urgent"],
}
_PLANNER = (
    "You plan for a support agent. Say what the customer wants, what to look up in the help "
    "centre, and whether it is urgent."
)
_CHOOSER = "You choose the tools that a support agent needs. Call at most two, both for the order."

_SLOW_TTFT_MS = 2600

LOG = logging.getLogger("support.agent")

# What the simulator is asked to do to the attempts of a call, by mishap.
_CHOICE_FAULTS: dict[Mishap, tuple[Mapping[str, str], ...]] = {
    "rate_limit": ({"x-sim-error": "429"},),
}
_ANSWER_FAULTS: dict[Mishap, tuple[Mapping[str, str], ...]] = {
    "outage": ({"x-sim-error": "500"},) * 3,
    "cut": ({"x-sim-error": "cut"},),
}


def answer(turn: Turn, models: Models) -> None:
    """Answer one question: one trace. Raises ModelError when the provider stays away."""
    told = turn.session.conversation
    with (
        _measured(told.feature),
        clearspan.context(
            user=told.user,
            customer=told.shop,
            session=turn.session.id,
            turn=turn.number,
            feature=told.feature,
            tags=["demo", told.shop],
        ),
        clearspan.agent_span("support agent", input=turn.question) as span,
    ):
        asked_by = {"customer": told.shop, "session": turn.session.id}
        LOG.info(
            "question %d of a chat about %s", turn.number, told.feature, extra=_with(**asked_by)
        )
        plan = _plan(turn, models)
        query = str(plan["search_query"])
        found = _rerank(query, _retrieve(query, turn), turn)
        chosen = _choose_tools(turn, plan, models)
        results = [_use_tool(call, turn) for call in chosen.calls]
        reply = _write_answer(turn, found, [chosen.message, *results], models)
        span.output = reply.message["content"]
        if not reply.complete:
            span.cancel()
            LOG.info("the customer left before the answer was there", extra=_with(**asked_by))
        question: Json = {"role": "user", "content": turn.question}
        turn.session.messages += [question, reply.message]


@contextmanager
def _measured(feature: str) -> Iterator[None]:
    """Count a question and how long its answer took, by how it ended."""
    begun_s, outcome = time.monotonic(), "failed"
    try:
        yield
        outcome = "answered"
    finally:
        took_s = time.monotonic() - begun_s
        clearspan.counter("support.questions").add(1, feature=feature, outcome=outcome)
        clearspan.histogram("support.answer.duration", unit="s").record(took_s, feature=feature)


def _with(**attributes: str) -> Mapping[str, object]:
    return {"attributes": attributes}


def _plan(turn: Turn, models: Models) -> Json:
    schema = {"name": "plan", "strict": True, "schema": _PLAN}
    reply = models.reply(
        Ask(
            model="gpt-4o-mini",
            prompt="support-plan",
            messages=[
                {"role": "system", "content": _PLANNER},
                *turn.session.messages,
                {"role": "user", "content": turn.question},
            ],
            parameters={"temperature": 0.0, "max_tokens": 200},
            options={"response_format": {"type": "json_schema", "json_schema": schema}},
        )
    )
    plan: Json = json.loads(str(reply.message["content"]))
    return plan


def _retrieve(query: str, turn: Turn) -> list[Found]:
    with clearspan.retrieval_span("help centre", query=query, k=6) as span:
        turn.pause(20, 60)
        found = help_centre.search(query, 6)
        span.documents = _documents(found)
        clearspan.histogram("help_centre.score").record(found[0].score if found else 0.0)
        best = found[0].article.title if found else "none"
        LOG.info("best of %d articles: %s", len(found), best, extra=_with(query=query))
    return found


def _rerank(query: str, found: list[Found], turn: Turn) -> list[Found]:
    with clearspan.span("rerank articles", kind="reranker", query=query, k=3) as span:
        span.input = _documents(found)
        turn.pause(40, 110)
        best = help_centre.rerank(query, found, 3)
        span.documents = _documents(best)
    return best


def _documents(found: list[Found]) -> list[Json]:
    return [
        {
            "id": hit.article.id,
            "content": hit.article.text,
            "score": hit.score,
            "metadata": {"title": hit.article.title},
        }
        for hit in found
    ]


def _choose_tools(turn: Turn, plan: Json, models: Models) -> Reply:
    told = turn.session.conversation
    intent = str(plan["intent"]).replace("_", " ")
    asked = f"{turn.question}\nThis is about {intent}. The order is {told.order}; check its status."
    return models.reply(
        Ask(
            model="o4-mini",
            prompt="support-tools",
            messages=[{"role": "system", "content": _CHOOSER}, {"role": "user", "content": asked}],
            parameters={"max_completion_tokens": 1000},
            options={"tool_choice": "required", "reasoning_effort": "low"},
            tools=tools.DEFINITIONS,
            faults=_CHOICE_FAULTS.get(turn.mishap, ()),
        )
    )


def _use_tool(call: ToolCall, turn: Turn) -> Json:
    """Run a tool; what fails is told to the model, which has to live with it."""
    is_slow = turn.mishap == "tool" and call.name != "order_status"
    result: Mapping[str, str]
    outcome = "ok"
    try:
        with clearspan.tool_span(call.name, arguments=json.loads(call.arguments)) as span:
            span.tool_call_id = call.id
            turn.pause(60, 240)
            result = tools.call(call.name, call.arguments, is_slow=is_slow)
            span.result = result
    except (LookupError, tools.ToolTimeoutError) as error:
        result, outcome = {"error": str(error)}, "failed"
        LOG.warning("%s; the answer has to do without it", error, extra=_with(tool=call.name))
    clearspan.counter("support.tool.calls").add(1, tool=call.name, outcome=outcome)
    return {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}


def _write_answer(turn: Turn, found: list[Found], steps: list[Json], models: Models) -> Reply:
    passages = [f"[{n}] {hit.article.text}" for n, hit in enumerate(found, 1)]
    told = turn.session.conversation
    known = "\n".join([HANDBOOK, "", *passages, "", f"Customer: {told.name}"])
    return models.reply(
        Ask(
            model="gpt-4o",
            prompt="support-answer",
            messages=[
                {"role": "system", "content": known},
                *turn.session.messages,
                {"role": "user", "content": turn.question},
                *steps,
            ],
            parameters={"temperature": 0.3, "max_tokens": 600},
            options={"stream": True, "stream_options": {"include_usage": True}},
            faults=_answer_faults(turn),
            leaves_after_chars=120 if turn.mishap == "left" else None,
        )
    )


def _answer_faults(turn: Turn) -> tuple[Mapping[str, str], ...]:
    if turn.mishap == "slow":
        return ({"x-sim-ttft-ms": str(_SLOW_TTFT_MS / turn.speed)},)
    return _ANSWER_FAULTS.get(turn.mishap, ())

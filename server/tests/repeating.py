"""An agent that is run twice: with other ids and times, and, where a test seeds it, one thing that goes differently."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from clearspan_server.model.span import Span
from reading import BASE_NS, span

Json = dict[str, Any]
MS = 1_000_000
TOOLS = ("search_orders", "get_policy", "refund", "send_mail")


@dataclass(slots=True)
class Step:
    """A step of the agent's plan; `tools` of a model call are asked for by its answer."""

    uid: str
    kind: str
    name: str
    says: str
    tools: "list[Step]" = field(default_factory=list)
    parallel: bool = False


def plan_of(seed: int) -> list[Step]:
    """A retrieval, then some calls that ask for tools, one after the other or side by side, and a last one."""
    random = Random(seed)
    steps = [
        Step("r", "retriever", "kb", "refund policy"),
        Step("k", "reranker", "rerank", "refund policy"),
    ]
    for turn in range(random.randint(2, 5)):
        names = random.choices(TOOLS, k=random.randint(2, 4))
        tools = [
            Step(f"t{turn}.{at}", "tool", name, f"{turn}-{at}") for at, name in enumerate(names)
        ]
        steps.append(
            Step(f"c{turn}", "llm", "chat gpt-4o", f"Thought {turn}", tools, random.random() < 0.5)
        )
    return [*steps, Step("end", "llm", "chat gpt-4o", "Done.")]


def all_of(plan: list[Step]) -> list[Step]:
    """Every step, the tools of calls among them."""
    return [one for step in plan for one in (step, *step.tools)]


class Run:
    """One run of a plan: its spans in `spans`, and the number of the span of each step in `numbers`.

    `seed` chooses ids and times. The step `target` goes differently in the way of `how`, and what comes after it, too.
    """

    def __init__(self, trace: int, seed: int, target: str = "", how: str = "") -> None:
        self.trace, self.target, self.how = trace, target, how
        self.random = Random(seed)
        self.now_ns = BASE_NS + trace * 1_000 * MS
        self.number = 1
        self.numbers: dict[str, int] = {}
        self.spans: list[Span] = []
        self.disturbed = False
        self.history: list[Json] = [said("user", "Refund my order of last week")]

    def of(self, plan: list[Step]) -> "Run":
        """Do it all."""
        start_ns = self.now_ns
        for step in plan:
            self._wait()
            {"llm": self._call, "retriever": self._retrieve}.get(step.kind, self._rerank)(step)
        answer = "Refunded." + self._otherwise()
        self._wait()
        self.spans.append(
            span(
                self.trace,
                name="agent",
                kind="agent",
                start_ns=start_ns,
                end_ns=self.now_ns,
                input="Refund my order of last week",
                output=answer,
            )
        )
        return self

    def _is(self, step: Step, *ways: str) -> bool:
        if step.uid != self.target or self.how not in ways:
            return False
        self.disturbed = True
        return True

    def _otherwise(self) -> str:
        return " But otherwise." if self.disturbed else ""

    def _retrieve(self, step: Step) -> None:
        query = step.says + (" of shoes" if self._is(step, "query") else "")
        start_ns = self._wait()
        other = " as of today" if self._is(step, "documents") or self.disturbed else ""
        documents = [{"id": f"kb-{at}", "content": f"Page {at}{other}"} for at in range(3)]
        self._add(step, start_ns, retrieval_query=query, documents=json.dumps(documents))

    def _rerank(self, step: Step) -> None:
        self._add(step, self._wait(), retrieval_query=step.says + self._otherwise())

    def _call(self, step: Step) -> None:
        if self._is(step, "retry"):
            given = json.dumps(self.history)
            self._add(
                step, self._wait(), uid="extra", input=given, status="error", error_type="Rate"
            )
            self.disturbed = False  # the next attempt goes as it should
        if self._is(step, "input"):
            self.history.append(said("system", "Be brief."))
        fields: Json = {
            "request_model": "gpt-4o-mini" if self._is(step, "model") else "gpt-4o",
            "parameters": '{"temperature": 1}' if self._is(step, "parameters") else "{}",
            "prompt_name": "support",
            "prompt_version": "8" if self._is(step, "prompt") else "7",
            "input": json.dumps(self.history),
        }
        start_ns = self._wait()
        is_other = self._is(step, "output")
        calls = [self._tool_call(tool) for tool in step.tools]
        text = step.says + (" Or not." if is_other else self._otherwise())
        answer = {"role": "assistant", "parts": [{"type": "text", "content": text}, *calls]}
        self._add(step, start_ns, output=json.dumps([answer]), **fields)
        self.history.append(answer)
        self._use(step, calls)

    def _tool_call(self, tool: Step) -> Json:
        made = "".join(self.random.choices("abcdefghjkmnpqrstuvwxyz23456789", k=22)) + "7"
        arguments = json.dumps({"about": tool.says})
        return {
            "type": "tool_call",
            "id": f"call_{made}",
            "name": tool.name,
            "arguments": arguments,
        }

    def _use(self, step: Step, calls: list[Json]) -> None:
        jobs = list(zip(step.tools, calls, strict=True))
        swapped = [at for at, (tool, _) in enumerate(jobs) if self._is(tool, "swap")]
        if swapped:
            at = swapped[0]
            jobs[at], jobs[at + 1] = jobs[at + 1], jobs[at]
        begin_ns = self.now_ns
        for tool, call in jobs:
            if step.parallel:  # all begin within a millisecond, in whatever order
                self.now_ns = begin_ns + self.random.randint(0, MS)
            self._tool(tool, call, is_long=step.parallel)
            if self._is(tool, "extra"):
                self._add(Step("extra", "tool", "audit", ""), self._wait(), tool_arguments="{}")
        self.now_ns = max(self.now_ns, begin_ns + 90 * MS)

    def _tool(self, tool: Step, call: Json, *, is_long: bool) -> None:
        if self._is(tool, "missing"):
            return
        fields: Json = {
            "tool_name": "lookup" if self._is(tool, "name") else tool.name,
            "tool_arguments": '{"about": null}'
            if self._is(tool, "arguments")
            else call["arguments"],
        }
        start_ns = self.now_ns
        self.now_ns += (
            self.random.randint(20, 60) * MS if is_long else self.random.randint(1, 60) * MS
        )
        is_failed = self._is(tool, "status")
        is_other = self._is(tool, "result")
        result = "" if is_failed else f"Order {tool.says} is on its way" + " home" * is_other
        status = {"status": "error", "error_type": "TimeoutError"} if is_failed else {}
        name = {"name": "lookup"} if fields["tool_name"] == "lookup" else {}
        self._add(tool, start_ns, tool_result=result, **fields, **status, **name)
        part = {"type": "tool_call_response", "id": call["id"], "response": result}
        self.history.append({"role": "tool", "parts": [part]})
        if not is_long:
            self._wait()

    def _add(self, step: Step, start_ns: int, uid: str = "", **fields: Any) -> None:
        self.number += 1
        self.numbers[uid or step.uid] = self.number
        end_ns = max(self.now_ns, start_ns + 1)
        known: Json = {"name": step.name, "kind": step.kind, "start_ns": start_ns, "end_ns": end_ns}
        self.spans.append(span(self.trace, self.number, parent=1, **(known | fields)))

    def _wait(self) -> int:
        """Some time passes; gives when it began."""
        began_ns = self.now_ns
        self.now_ns += self.random.randint(1, 40) * MS
        return began_ns


def said(role: str, text: str) -> Json:
    return {"role": role, "parts": [{"type": "text", "content": text}]}

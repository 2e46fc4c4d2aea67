"""The same questions to Phoenix, over the GraphQL that its own pages use, and who asks them there."""

import json
import random
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.queries.asking import Answers, ask
from bench.queries.questions import Question

ROUNDS = 40

_SEED = 20_264
_WORDS = ("refund", "invoice", "warranty", "t12", "tracking carrier", "t250")
_FILTERS = (
    "span_kind == 'LLM' and llm.model_name == 'gpt-4o'",
    "span_kind == 'TOOL'",
    "status_code == 'ERROR'",
    "latency_ms > 2000",
    "user.id == 'user-17'",
)
_ROW = """
  spanId name spanKind statusCode startTime latencyMs tokenCountTotal
  input { truncatedValue } output { truncatedValue }
"""
_LIST = """
query ($id: ID!, $sort: SpanSort, $filter: String) {
  node(id: $id) { ... on Project {
    spans(first: 50, sort: $sort, filterCondition: $filter) {
      edges { node { trace { traceId } ROW } }
      pageInfo { endCursor hasNextPage }
    }
  } }
}
""".replace("ROW", _ROW)
_TRACE = """
query ($id: ID!, $trace: ID!) {
  node(id: $id) { ... on Project {
    trace(traceId: $trace) { spans(first: 1000) { edges { node { parentId ROW } } } }
  } }
}
""".replace("ROW", _ROW)
_OVERVIEW = """
query ($id: ID!) {
  node(id: $id) { ... on Project {
    traceCount recordCount tokenCountTotal costSummary { total { cost } }
    p50: latencyMsQuantile(probability: 0.5) p99: latencyMsQuantile(probability: 0.99)
  } }
}
"""
_KNOWN = """
{ projects(first: 1) { edges { node { id spans(first: 500) { edges { node { trace { traceId } } } } } } } }
"""


def ask_phoenix(url: str, home: Path) -> Answers:
    """`ROUNDS` of each kind of question, from four clients, while nothing arrives."""
    (project,) = _asked(url, _KNOWN)["projects"]["edges"]
    node = project["node"]
    traces = [one["node"]["trace"]["traceId"] for one in node["spans"]["edges"]]
    chosen = random.Random(_SEED)
    kinds: dict[str, Callable[[int], tuple[str, dict[str, object]]]] = {
        "list": lambda n: (
            _LIST,
            _listed(("startTime", "latencyMs")[n % 2], "parent_id is None" if n % 4 < 2 else ""),
        ),
        "filter": lambda n: (_LIST, _listed("startTime", _FILTERS[n % len(_FILTERS)])),
        "trace": lambda _: (_TRACE, {"trace": chosen.choice(traces)}),
        "text": lambda n: (
            _LIST,
            _listed("startTime", f"'{_WORDS[n % len(_WORDS)]}' in input.value"),
        ),
        "overview": lambda _: (_OVERVIEW, {}),
    }
    questions = []
    for kind, make in kinds.items():
        for number in range(ROUNDS):
            query, values = make(number)
            body = json.dumps({"query": query, "variables": {"id": node["id"], **values}})
            questions.append(Question(kind, "/graphql", body))
    chosen.shuffle(questions)
    return ask(questions, url, home)


def _listed(column: str, condition: str) -> dict[str, object]:
    return {"sort": {"col": column, "dir": "desc"}, "filter": condition}


def _asked(url: str, query: str) -> dict[str, Any]:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        found: dict[str, Any] = json.loads(reply.read())["data"]
        return found

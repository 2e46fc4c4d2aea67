"""What would have been: the table of cases that a browser's model passes too, and the routes."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clearspan_server.query.steps import Step, Steps, ordered
from clearspan_server.query.whatif import outcome_of, what_if
from clearspan_server.query.whatif_plan import Change, ModelFacts

CASES = json.loads(
    (Path(__file__).parents[2] / "web" / "src" / "model" / "whatIfCases.json").read_text()
)["cases"]

MS = 1_000_000


def step_of(sketch: dict[str, Any]) -> Step:
    """A span of a case, which is written in milliseconds."""
    cost = sketch.get("cost")
    usage = ("cost", "inputTokens", "outputTokens")
    first_ms = sketch.get("firstTokenAfter")
    return Step(
        span_id=sketch["id"],
        parent_id=sketch.get("parent", ""),
        name=sketch.get("name", sketch["id"]),
        kind=sketch.get("kind", "chain"),
        status=sketch.get("status", "ok"),
        start_ns=sketch["from"] * MS,
        end_ns=None if sketch["to"] is None else sketch["to"] * MS,
        ttft_ns=None if first_ms is None else first_ms * MS,
        retry_of=sketch.get("retryOf", ""),
        pays=sketch.get("counted", True) and any(name in sketch for name in usage),
        cost=None if cost is None else Decimal(cost),
        output_tokens=sketch.get("outputTokens"),
    )


def facts_of(model: dict[str, Any]) -> ModelFacts:
    return ModelFacts(
        {span_id: Decimal(cost) for span_id, cost in model["costs"].items()},
        None if model["ttftMs"] is None else model["ttftMs"] * MS,
        model["tokensPerS"],
    )


def change_of(given: dict[str, Any], models: dict[str, Any]) -> Change:
    rest = {name: value for name, value in given.items() if name not in ("provider", "model")}
    if given["action"] != "model":
        return Change(**rest)
    key = "/".join(filter(None, (given["provider"], given["model"])))
    return Change(**rest, facts=facts_of(models[key]) if key in models else None)


def tree_of(case: dict[str, Any]) -> Steps:
    return ordered([step_of(sketch) for sketch in case["spans"]])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_of_the_table(case: dict[str, Any]) -> None:
    changes = [change_of(one, case.get("models", {})) for one in case["changes"]]

    found = what_if(tree_of(case), changes)

    after = case["after"]
    where = {
        one.span_id: [one.start_ns / MS, found.tree.until(at) / MS]
        for at, one in enumerate(found.tree.steps)
    }
    firsts = {
        one.span_id: None if one.ttft_ns is None else one.ttft_ns / MS
        for one in found.tree.steps
        if one.span_id in after.get("firstTokens", {})
    }
    assert where == after["where"]
    assert firsts == after.get("firstTokens", {})
    assert found.duration_ns / MS == after["total"]
    assert found.cost == Decimal(after["cost"])
    assert found.unpriced == after.get("unpriced", 0)
    assert (found.bottleneck and found.bottleneck.name) == after["bottleneck"]
    assert (found.bottleneck.ns / MS if found.bottleneck else 0) == after["bottleneckMs"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_no_change_is_what_was(case: dict[str, Any]) -> None:
    tree = tree_of(case)

    was, found = outcome_of(tree), what_if(tree, [])

    assert (found.duration_ns, found.cost, found.unpriced) == (
        was.duration_ns,
        was.cost,
        was.unpriced,
    )
    assert found.bottleneck == was.bottleneck
    assert [one.start_ns for one in found.tree.steps] == [one.start_ns for one in tree.steps]

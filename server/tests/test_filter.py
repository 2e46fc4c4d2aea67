"""The filter language on stored traces: what each text finds in the lists of traces and of spans."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.api.window import rfc3339
from clearspan_server.errors import BadFilter
from clearspan_server.model.span import Span
from clearspan_server.query.fields import FIELDS, NAMES, PRESENCES
from clearspan_server.query.language import parse
from clearspan_server.store.engine import Engine
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span

ANN: dict[str, Any] = {
    "kind": "agent",
    "name": "answer",
    "user_id": "ann",
    "session_id": "s-1",
    "environment": "production",
    "release": "1.0",
    "customer_id": "acme",
    "tags": ["beta", "vip_1"],
    "feature": "checkout",
}
CALL: dict[str, Any] = {
    "kind": "llm",
    "provider": "openai",
    "request_model": "gpt-4o",
    "response_model": "gpt-4o-2024",
    "input_tokens": 900,
    "output_tokens": 100,
    "total_tokens": 1000,
    "cache_read_tokens": 450,
    "total_cost": Decimal("0.06"),
    "ttft_ns": SECOND_NS // 2,
    "streamed": True,
    "input": "What is the refund policy?",
    "input_preview": "What is the refund policy?",
    "output": "thirty days",
    "attributes": {"app.x": "3", "app.tier": '"gold"', "on": "true"},
    "attributes_number": {"app.x": 3.0},
    "resource": {"host.name": '"web-1"', "host.cpus": "8"},
}
FAILED: dict[str, Any] = {
    "status": "error",
    "error_type": "TimeoutError",
    "error_class": "timeout",
    "error_message": "the shop timed out",
}
CHEAP: dict[str, Any] = {
    "kind": "llm",
    "request_model": "claude-5",
    "provider": "anthropic",
    "user_id": "bob",
    "environment": "dev",
    "total_cost": Decimal("0.01"),
    "input_tokens": 10,
    "total_tokens": 10,
    "end_ns": BASE_NS + 12 * SECOND_NS,
    "output": "refund denied",
}


def shop() -> list[Span]:
    """Three conversations with a shop's assistant, and a trace that says nothing of itself."""
    return [
        span(1, 1, **ANN),
        span(1, 2, parent=1, **CALL),
        span(1, 3, parent=1, kind="tool", tool_name="search_orders", attempt=2, **FAILED),
        span(2, 1, **CHEAP),
        span(3, 1, kind="chain", user_id="ann", environment="staging", **FAILED),
        span(3, 2, parent=1, kind="llm", provider="anthropic"),
        span(3, 3, parent=1, kind="retriever", request_model="claude-5", user_id="eve"),
        span(4, 1, end_ns=None, status="open"),
    ]


@pytest.fixture(scope="module")
def stored(engine: Engine) -> Iterator[Reader]:
    """A reader of the shop, which no test changes."""
    with Reader(engine) as made:
        made.store(*shop())
        yield made


# A filter, the traces that it finds, and the spans: trace and number within it.
FOUND: list[tuple[str, str, str]] = [
    ("", "1 2 3 4", "1.1 1.2 1.3 2.1 3.1 3.2 3.3 4.1"),
    ("kind:llm", "1 2 3", "1.2 2.1 3.2"),
    ("KIND:LLM", "1 2 3", "1.2 2.1 3.2"),
    ("kind=llm", "1 2 3", "1.2 2.1 3.2"),
    ("kind!=llm", "4", "1.1 1.3 3.1 3.3 4.1"),
    ("-kind:llm", "4", "1.1 1.3 3.1 3.3 4.1"),
    ("NOT kind:llm", "4", "1.1 1.3 3.1 3.3 4.1"),
    ("kind:(llm OR tool)", "1 2 3", "1.2 1.3 2.1 3.2"),
    ("kind:l*", "1 2 3", "1.2 2.1 3.2"),
    # One span of the trace must fulfil all that stands side by side.
    ("kind:llm provider:anthropic", "2 3", "2.1 3.2"),
    ("kind:llm AND model:claude-5", "2", "2.1"),
    ("kind:llm (model:claude-5 OR provider:anthropic)", "2 3", "2.1 3.2"),
    ("kind:llm has:error", "", ""),
    ("kind:tool has:error", "1", "1.3"),
    # What is negated holds for no span of the trace.
    ("kind:llm -model:claude-5", "1", "1.2 3.2"),
    ("-(kind:llm model:claude-5)", "1 3 4", "1.1 1.2 1.3 3.1 3.2 3.3 4.1"),
    ("--kind:llm", "1 2 3", "1.2 2.1 3.2"),
    ("-kind:llm OR model:claude-5", "2 3 4", "1.1 1.3 2.1 3.1 3.3 4.1"),
    # A trace answers for itself where it can.
    ("status:error", "3", "1.3 3.1"),
    ("span.status:error", "1 3", "1.3 3.1"),
    ("trace.status:error", "3", "3.1 3.2 3.3"),
    ("root.status:error", "3", "3.1 3.2 3.3"),
    ("root.kind:llm", "2", "2.1"),
    ("-root.kind:llm", "1 3 4", "1.1 1.2 1.3 3.1 3.2 3.3 4.1"),
    ("trace.kind:agent kind:tool", "1", "1.3"),
    ("trace.model:claude-5", "2", "2.1"),
    ("errors>0", "1 3", "1.1 1.2 1.3 3.1 3.2 3.3"),
    ("spans>=3 llm_calls=1 tool_calls:1", "1", "1.1 1.2 1.3"),
    ("trace.has:error kind:llm", "1 3", "1.2 3.2"),
    # A span that does not say whose it is, is its trace's.
    ("user:ann", "1 3", "1.1 1.2 1.3 3.1 3.2"),
    ("span.user:ann", "1 3", "1.1 3.1"),
    ("span.user:eve", "3", "3.3"),
    ("-user:ann", "2 4", "2.1 3.3 4.1"),
    ("user:eve", "", "3.3"),
    ("user:(ann OR bob) env:(production OR dev)", "1 2", "1.1 1.2 1.3 2.1"),
    ("tag:beta kind:tool", "1", "1.3"),
    ("customer:acme kind:tool", "1", "1.3"),
    ("trace.customer:acme", "1", "1.1 1.2 1.3"),
    ("-customer:acme kind:llm", "2 3", "2.1 3.2"),
    ("feature:checkout session:s-1 release:1.0 kind:llm", "1", "1.2"),
    ('user:""', "4", "4.1"),
    ("has:user", "1 2 3", "1.1 1.2 1.3 2.1 3.1 3.2 3.3"),
    ("-has:tag", "2 3 4", "2.1 3.1 3.2 3.3 4.1"),
    # Amounts; what is unknown is outside of any bound.
    ("cost>0.05", "1", "1.2"),
    ("cost>$0.05", "1", "1.2"),
    ("cost<=0.05", "2", "2.1"),
    ("cost=0.06", "1", "1.2"),
    ("cost!=0.06", "2 3 4", "1.1 1.3 2.1 3.1 3.2 3.3 4.1"),
    ("-cost>0.05", "2 3 4", "1.1 1.3 2.1 3.1 3.2 3.3 4.1"),
    ("has:cost", "1 2", "1.2 2.1"),
    ("tokens>=1k", "1", "1.2"),
    ("tokens<0.1K", "2", "2.1"),
    ("latency>2s latency<1m30s", "2", "2.1"),
    ("latency>2000ms", "2", "2.1"),
    ("-has:latency", "4", "4.1"),
    ("ttft<=500ms", "1", "1.2"),
    ("cached>=50%", "1", "1.2"),
    ("cached>50%", "", ""),
    ("attempt>1", "1", "1.3"),
    ("has:retry", "1", "1.3"),
    ("streamed:true", "1", "1.2"),
    ("weight=1 kind:tool", "1", "1.3"),
    ("state:open", "1 2 3 4", "1.1 1.2 1.3 2.1 3.1 3.2 3.3 4.1"),
    # Words: patterns are `*` alone, and only where nothing is quoted.
    ("model:gpt-*", "1", "1.2"),
    ("model:*2024", "1", "1.2"),
    ('model:"gpt-*"', "", ""),
    ("model:gpt-4%", "", ""),
    ("tag:vip_1", "1", "1.1 1.2 1.3"),
    ("tag:vi*", "1", "1.1 1.2 1.3"),
    ("tag:vip?1", "", ""),
    ("tool:search_orders", "1", "1.3"),
    ("tool:search%orders", "", ""),
    ("class:timeout error:Time*", "1 3", "1.3 3.1"),
    ("error:*", "1 3", "1.3 3.1"),
    # Attributes.
    ('attr["app.x"]=3', "1", "1.2"),
    ('attr["app.x"]>2.5', "1", "1.2"),
    ('attr["app.x"]>=300%', "1", "1.2"),
    ('attr["app.x"]<3', "", ""),
    ('attr["app.tier"]:gold', "1", "1.2"),
    ('attr["app.tier"]:"gold"', "1", "1.2"),
    ('attr["app.tier"]:g*', "1", "1.2"),
    ('attr["app.x"]:"3"', "1", "1.2"),
    ('attr["on"]:true', "1", "1.2"),
    ('has:attr["app.x"]', "1", "1.2"),
    ('resource["host.name"]:web-1', "1", "1.2"),
    ('resource["host.cpus"]>4', "1", "1.2"),
    ('attr["it\'s \\"not\\" there"]:x', "", ""),
    # Text.
    ("refund", "1 2", "1.2 2.1"),
    ('"refund policy"', "1", "1.2"),
    ("refund -policy", "2", "2.1"),
    ("refund kind:llm cost>0.05", "1", "1.2"),
    ("output:refund", "2", "2.1"),
    ("input:(refund policy)", "1", "1.2"),
    ('message:"timed out"', "1 3", "1.3 3.1"),
    ("has:message", "1 3", "1.3 3.1"),
    ("refu*", "1 2", "1.2 2.1"),
    ("(refund OR timed) user:ann", "1 3", "1.2 1.3 3.1"),
    # Ids.
    (f"trace:{2:032x}", "2", "2.1"),
    (f"parent:{1:016x} kind:llm", "1 3", "1.2 3.2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "traces", "spans"), FOUND)
def test_a_filter_finds(stored: Reader, text: str, traces: str, spans: str) -> None:
    found_traces = sorted(stored.traces(filter=text))
    found_spans = sorted(stored.spans(filter=text))

    assert " ".join(map(str, found_traces)) == traces
    assert " ".join(f"{trace}.{number}" for trace, number in found_spans) == spans


ALL = (*NAMES, *PRESENCES)


def keyed(name: str) -> str:
    is_keyed = NAMES.get(name, FIELDS[0]).type in ("attribute", "score")
    return f'{name}["app.x"]' if is_keyed else name


# Twice as many terms, and these are limited.
SOME = [ALL[start : start + 32] for start in range(0, len(ALL), 32)]


@pytest.mark.parametrize("names", SOME, ids=lambda one: one[0])
def test_every_field_is_known_or_unknown(stored: Reader, names: tuple[str, ...]) -> None:
    asked = [keyed(name) for name in names if name != "has"]
    text = " ".join(f"(has:{name} OR -has:{name})" for name in asked)

    assert len(stored.spans(filter=text)) == len(shop())
    assert len(stored.traces(filter=text)) == 4


@pytest.mark.parametrize("scope", ["", "span", "trace", "root"])
def test_the_example_of_every_field_is_understood(stored: Reader, scope: str) -> None:
    of = "trace" if scope == "trace" else "span"
    dot = "." if scope else ""
    examples = [f"{scope}{dot}{one.example}" for one in FIELDS if not scope or of in one.of]
    texts = [" OR ".join(examples[start : start + 32]) for start in range(0, len(examples), 32)]

    refusals = [stored.refusals(["/traces", "/spans"], filter=text) for text in texts]

    assert refusals == [[]] * len(texts)


def test_the_api_tells_every_field(stored: Reader) -> None:
    told = stored.get("/filter/fields")["fields"]

    assert [one["name"] for one in told] == [field.name for field in (*FIELDS, *PRESENCES.values())]
    [model] = [one for one in told if one["name"] == "model"]
    assert model["type"] == "word"
    assert model["of"] == ["span", "trace"]
    assert model["example"].startswith("model:")


def test_a_filter_is_checked_without_asking_for_rows(stored: Reader) -> None:
    good = stored.get("/filter/check", filter="kind:llm")
    bad = stored.get("/filter/check", filter="kind:llm modle:x")

    assert good == {"problem": None}
    assert bad["problem"] == {
        "message": "column 10: there is no field modle; did you mean model?",
        "column": 10,
        "length": 5,
        "did_you_mean": "model",
    }


def test_a_span_has_what_its_trace_says_though_that_began_before_the_window(
    reader: Reader,
) -> None:
    early_ns = BASE_NS - 30 * HOUR_NS
    late_ns = BASE_NS
    reader.store(
        span(1, 1, start_ns=early_ns, end_ns=late_ns, user_id="ann", customer_id="acme"),
        span(1, 2, parent=1, start_ns=late_ns, kind="llm"),
    )

    window = {"from_": rfc3339(late_ns - SECOND_NS), "to": rfc3339(late_ns + SECOND_NS)}
    asked = "user:ann customer:acme trace.user:ann root.customer:acme"

    assert reader.spans(filter=asked, **window) == [(1, 2)]


def test_the_other_project_is_not_asked_either(reader: Reader, stored: Reader) -> None:
    reader.store(span(1, 1), span(1, 2, parent=1, kind="llm"))

    assert stored.traces(filter="trace.user:ann") == [3, 1]
    assert reader.spans(filter="user:ann OR trace.user:ann OR root.user:ann OR customer:acme") == []


LETTERS = "aé😀退\u202e\x00\x1b\"\\'%_*-()[]{}:=!<>.,;/`$#@~^&| \n\t0189"
PIECES = st.one_of(
    st.sampled_from(
        ["AND", "OR", "NOT", "(", ")", "-", '"', "*", 'attr["', '"]', "span.", "root."]
    ),
    st.sampled_from([*NAMES, "kind:llm", "cost>", "latency<2s", 'attr["a"]=', "refund"]),
    st.sampled_from([":", "=", "!=", "<", "<=", ">", ">=", " ", "  "]),
    st.text(LETTERS, max_size=8),
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


def refusal(text: str) -> BadFilter | None:
    """Why a text is no filter; None when it is one."""
    try:
        parse(text)
    except BadFilter as error:
        return error
    return None


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_whatever_is_written_is_understood_or_refused_with_a_column(text: str) -> None:
    error = refusal(text)

    if error is not None:
        column = error.details["column"]
        assert column in range(1, len(text) + 2)
        assert error.message.startswith(f"column {column}: ")


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_whatever_is_written_the_server_answers(stored: Reader, text: str) -> None:
    for status, body in stored.answers(["/traces", "/spans"], filter=text):
        assert status == 200 or body["error"]["code"] == "bad_filter"


@pytest.mark.parametrize(
    "nasty",
    [
        "' or 1=1 --",
        "\\' or 1=1 --",
        "'] or 1=1) -- {project:String} /*filter*/ true",
        "x'; drop table spans; --",
        "{filter_0:String}",
        "$1 %s %(x)s ? `x`",
        "\x00\x01\n\r\t",
        "%",
        "_",
        "🙂'🙂",
    ],
)
def test_nothing_that_is_written_becomes_a_statement(stored: Reader, nasty: str) -> None:
    quoted = '"' + nasty.replace("\\", "\\\\").replace('"', '\\"') + '"'
    terms = [form + quoted for form in ("name:", "tag:", "", 'attr["a"]:', "message:", "user:")]
    terms = [term for term in (*terms, f"attr[{quoted}]=1") if refusal(term) is None]

    assert stored.spans(filter=" OR ".join(terms)) == []
    assert stored.traces(filter=" OR ".join(terms)) == []
    assert len(stored.traces(filter=f"-user:{quoted} -attr[{quoted}]=1")) == 4

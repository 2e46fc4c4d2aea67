"""Starts spans of every kind, and gives facts to all spans inside a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clearspan.baggage import packed
from clearspan.capture import mode, plain
from clearspan.errors import report
from clearspan.fields import FACT_BYTES, joined_tags, without_content
from clearspan.tracer import Scope, Span, here


def span(name: str, /, *, kind: str = "other", **facts: object) -> Span:
    """Starts a span; use it in a `with` block, or call its `end()`.

    Args:
        name: what is done.
        kind: one of `clearspan.KINDS`.
        facts: fields of `Span` by their names; any other name is an attribute.

    Example:
        >>> import clearspan
        >>> with clearspan.span("rank results", kind="reranker", user="ann", candidates=40) as span:
        ...     span.output = ["first", "second"]
    """
    return Span(name, kind, facts)


def llm_span(name: str = "", /, **facts: object) -> Span:
    """Starts the span of a model call, named after its operation and model unless given a name.

    Example:
        >>> import clearspan
        >>> question = [{"role": "user", "content": "Capital of France?"}]
        >>> with clearspan.llm_span(provider="openai", model="gpt-4o", input=question) as span:
        ...     span.output = "Paris"
        ...     span.usage = {"input": 12, "output": 1}
        ...     span.finish_reason = "stop"
    """
    if not name:
        operation, model = (plain(facts.get(fact)).value for fact in ("operation", "model"))
        name = f"{operation or 'chat'} {model or ''}".rstrip()
    return Span(name, "llm", facts)


def tool_span(name: str, /, **facts: object) -> Span:
    """Starts the span of a tool call, named like the tool.

    Example:
        >>> import clearspan
        >>> with clearspan.tool_span("get_weather", arguments={"city": "Paris"}) as span:
        ...     span.result = {"celsius": 18}
    """
    return Span(name, "tool", facts)


def retrieval_span(name: str, /, **facts: object) -> Span:
    """Starts the span of a search; `documents` have `id`, `content`, `score` and `metadata`.

    Example:
        >>> import clearspan
        >>> with clearspan.retrieval_span("kb", query="capital of France", k=5) as span:
        ...     span.documents = [{"id": "doc1", "content": "Paris is …", "score": 0.93}]
    """
    return Span(name, "retriever", facts)


def agent_span(name: str, /, **facts: object) -> Span:
    """Starts the span of an agent, named like the agent.

    Example:
        >>> import clearspan
        >>> with clearspan.agent_span("support", input="Where is my parcel?") as span:
        ...     span.output = "On its way."
    """
    return Span(name, "agent", facts)


def context(  # noqa: PLR0913  # the facts are the arguments, all by name
    *,
    user: str | None = None,
    customer: str | None = None,
    session: str | None = None,
    turn: str | int | None = None,
    run: str | None = None,
    step: str | int | Mapping[str, object] | None = None,
    tags: Sequence[str] | None = None,
    feature: str | None = None,
    experiment: str | None = None,
    variant: str | None = None,
    prompt: str | tuple[object, ...] | None = None,
    propagate: bool = False,
    **facts: object,
) -> Scope:
    """Gives facts to every span that starts inside its `with` block; inner blocks add to them.

    Args:
        user: who asks.
        customer: whom the user belongs to.
        session: the conversation.
        turn: one question of the conversation, with its answer.
        run: one execution of an agent.
        step: a part of the run: its id, its number, or a dict of `id`, `parent`, `index`, `type`.
        tags: added to those of outer blocks.
        feature: what the program does for the user.
        experiment: what is tried out.
        variant: of the experiment.
        prompt: a `Prompt`, or its name, or name and version.
        propagate: whether `inject` passes these facts on to other services, in W3C baggage.
        facts: any other fields or attributes.

    Example:
        >>> import clearspan
        >>> with clearspan.context(user="ann", session="s-1", tags=["beta"], step="plan"):
        ...     with clearspan.context(tags=["eu"]), clearspan.span("answer") as span:
        ...         span.facts()["tags"]
        ['beta', 'eu']
    """
    named = {name: value for name, value in locals().items() if name not in {"propagate", "facts"}}
    place = here()
    former = place.carried
    try:
        given = _spelt_out({**named, **facts})
        kept = given if mode.content else without_content(given)
        copies = {name: plain(value) for name, value in kept.items()}
        new = {name: copy.value for name, copy in copies.items()}
        if "tags" in new:
            new["tags"] = joined_tags(former.facts.get("tags"), new["tags"])
        size_bytes = sum(FACT_BYTES + copy.size_bytes for copy in copies.values())
        carried = former._replace(
            facts={**former.facts, **new},
            size_bytes=former.size_bytes + size_bytes,
            baggage=packed(former.baggage, new) if propagate else former.baggage,
        )
    except Exception as error:  # noqa: BLE001  # the funnel: whatever was passed
        report(error, "copying the facts of a context")
        carried = former
    return Scope(place.trace_id, place.span_id, carried, is_remote=place.is_remote)


def _spelt_out(facts: dict[str, object]) -> dict[str, object]:
    """``facts`` with the fields that the short forms of a step and of a prompt stand for."""
    facts = {name: value for name, value in facts.items() if value is not None}
    step, prompt = facts.pop("step", None), facts.pop("prompt", None)
    if isinstance(step, Mapping):
        facts.update({f"step_{part}": value for part, value in step.items()})
    elif step is not None:
        facts["step_index" if type(step) is int else "step_id"] = step
    if isinstance(prompt, tuple):
        facts["prompt_name"], facts["prompt_version"] = prompt[:2]
    elif prompt is not None:
        facts["prompt_name"] = prompt
    return {name: value for name, value in facts.items() if value is not None}

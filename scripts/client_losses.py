"""What clients do not tell, though the provider did or the program said so: client, scenario, field → why."""

_LATE_SPAN = "a call that is broken off ends no span of its own; the agent's alone is sent"
_LANGFUSE = ("node/langfuse-3", "node/langfuse-otel-5")
_ASKED = "of a stream only the model that was asked for is told"
_NO_REASON = (
    "of no stream it tells why it ended: one that was left looks like a whole one without usage"
)
_JUST_ENDS = (
    "the provider has one word for an answer that was said and for one that asks for a tool"
)

LOST: dict[tuple[str, str, str], str] = {
    **{
        (f"python/clearspan-{name}", scenario, "finish reason"): _JUST_ENDS
        for name in ("google-genai", "ollama")
        for scenario in ("tools", "alone")
    },
    ("python/clearspan-openai", "responses", "finish reason"): _JUST_ENDS,
    ("node/langfuse-3", "tools", "tool"): "it has no word for a tool: a span holds its call",
    ("node/langfuse-3", "error", "status"): "its traces have no status: the call alone has failed",
    **{(name, "stream", "model"): _ASKED for name in _LANGFUSE},
    **{
        (name, "cancel", field): _NO_REASON
        for name in _LANGFUSE
        for field in ("status", "error class")
    },
    **{
        ("node/vercel-ai-6", "cancel", field): _LATE_SPAN
        for field in ("each call once", "status", "error class", "provider", "model", "question")
    },
    ("python/logfire-5", "stream", "model"): _ASKED,
    (
        "python/logfire-5",
        "stream",
        "each call once",
    ): "two spans tell of a stream, one when it begins and one, with its usage, when it has ended",
    **{("python/logfire-5", "cancel", field): _NO_REASON for field in ("status", "error class")},
    **{
        ("python/mlflow-3", "cancel", field): "a stream that is left ends no span"
        for field in ("each call once", "status", "error class", "provider", "model", "question")
    },
    **{
        ("python/otel-openai-v2", scenario, "usage"): "cached and reasoning tokens are not told"
        for scenario in ("tools", "stream", "cached")
    },
    ("python/otel-openai-v2", "cached", "cost"): "cached tokens are not told",
    ("python/pydantic-ai", "error", "question"): "of a failed call only the agent tells messages",
    ("python/openllmetry", "stream", "usage"): "reasoning tokens of a stream are not told",
}

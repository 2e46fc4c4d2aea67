"""What clients do not tell, though the provider did or the program said so: client, scenario, field → why."""

_LATE_SPAN = "a call that is broken off ends no span of its own; the agent's alone is sent"

_NO_REASON = (
    "of no stream it tells why it ended: one that was left looks like a whole one without usage"
)

LOST: dict[tuple[str, str, str], str] = {
    (
        "node/langfuse-otel-5",
        "stream",
        "model",
    ): "of a stream only the model that was asked for is told",
    **{
        ("node/langfuse-otel-5", "cancel", field): _NO_REASON for field in ("status", "error class")
    },
    **{
        ("node/vercel-ai-6", "cancel", field): _LATE_SPAN
        for field in ("each call once", "status", "error class", "provider", "model", "question")
    },
}

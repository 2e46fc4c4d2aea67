"""What clients do not tell, though the provider did or the program said so: client, scenario, field → why."""

_LATE_SPAN = "a call that is broken off ends no span of its own; the agent's alone is sent"

LOST: dict[tuple[str, str, str], str] = {
    (
        "node/langfuse-otel-5",
        "stream",
        "model",
    ): "of a stream only the model that was asked for is told",
    **{
        ("node/vercel-ai-6", "cancel", field): _LATE_SPAN
        for field in ("each call once", "status", "error class", "provider", "model", "question")
    },
}

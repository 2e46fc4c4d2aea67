"""Finish reasons of all providers to one word each; an unknown one stays as it is."""

_CANONICAL = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "complete": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_call",
    "tool_call": "tool_call",
    "tool_use": "tool_call",
    "function_call": "tool_call",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "refusal",  # the model's own decision, not a filter's
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "spii": "content_filter",
    "error_toxic": "content_filter",
}


def finish_reason(raw: str) -> str:
    """The canonical word for a provider's finish reason."""
    return _CANONICAL.get(raw.lower().replace("-", "_"), raw)

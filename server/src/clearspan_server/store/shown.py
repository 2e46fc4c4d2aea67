"""What a list shows of a row, which the engine keeps in one column, and its fields."""

from collections.abc import Sequence
from decimal import Decimal

import orjson

from clearspan_server.store.engine import Row

# In the order of schema/traces_shown.sql and schema/spans_shown.sql.
OF_TRACE = (
    *("name", "kind", "status", "state", "end_ns", "error_type", "error_message"),
    *("services", "environment", "release", "user_id", "session_id", "tags", "feature"),
    *("sample_weight", "providers", "models", "span_count", "error_count", "open_count"),
    *("llm_count", "tool_count", "input_tokens", "output_tokens", "total_tokens"),
    *("total_cost", "unpriced_count", "received_ns", "processes"),
)
OF_SPAN = (
    *("parent_id", "name", "kind", "status", "end_ns", "ttft_ns", "error_type"),
    *("error_class", "error_message", "service", "environment", "user_id", "session_id"),
    *("tags", "agent_name", "provider", "operation", "request_model", "response_model"),
    *("finish_reason", "streamed", "attempt", "retry_of", "tool_name", "input_tokens"),
    *("output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "total_cost", "counted", "sample_weight", "release", "feature"),
    *("customer_id", "prompt_name", "prompt_version"),
)


def unpacked(row: Row, names: Sequence[str]) -> Row:
    """A row with the fields that its column `shown` holds, in place of that column."""
    row |= zip(names, orjson.loads(row.pop("shown")), strict=True)
    cost = row["total_cost"]
    row["total_cost"] = None if cost is None else Decimal(cost)
    return row

"""Replies: what a provider answered, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan.wire.usage import Usage, read_usage

Message = dict[str, Any]  # {"role", "parts": [{"type": "text", "content"}, …]}, as sdk/WIRE.md says


@dataclass
class Reply:
    """One answer of a model; what it does not say is empty."""

    response_id: str = ""
    model: str = ""
    finish_reason: str = ""  # in the provider's own word
    service_tier: str = ""
    messages: list[Message] = field(default_factory=list)
    usage: Usage | None = None


def read_reply(body: Mapping[str, Any]) -> Reply | None:
    """The answer in a provider's JSON; None where the form is of no provider."""
    usage = body.get("usage")
    if not isinstance(usage, Mapping):
        return None
    return Reply(
        response_id=str(body.get("id") or ""),
        model=str(body.get("model") or ""),
        usage=read_usage(usage),
    )

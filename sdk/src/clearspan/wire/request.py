"""Requests: what a model was asked, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan.wire.reply import Message


@dataclass
class Request:
    """One question to a model; what it does not say is empty."""

    model: str = ""
    messages: list[Message] = field(default_factory=list)  # a system text first
    tools: list[dict[str, Any]] = field(default_factory=list)  # as they were sent
    parameters: dict[str, Any] = field(default_factory=dict)  # temperature and the like
    streamed: bool | None = None


def read_request(body: Mapping[str, Any]) -> Request | None:
    """The question in a provider's JSON; None where the form is of no provider."""
    if "messages" not in body and "input" not in body:
        return None
    return Request(model=str(body.get("model") or ""))

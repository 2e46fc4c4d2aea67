"""Errors in two vocabularies, the vendor's class and the provider's code, to one class.

The raw type is kept beside the class. Sources: the exceptions of the openai, anthropic and google-genai clients,
the error types of the providers' HTTP bodies, and what cancelled streams leave behind (GeneratorExit and its kin).
"""

CANCELLED = frozenset(("GeneratorExit", "CancelledError", "AbortError", "abandoned stream"))

# The first fragment found in the lower-cased type, else in the message, names the class: narrow ones first.
_FRAGMENTS: tuple[tuple[str, str], ...] = (
    ("ratelimit", "rate_limit"),
    ("rate_limit", "rate_limit"),
    ("rate limit", "rate_limit"),
    ("too many requests", "rate_limit"),
    ("throttl", "rate_limit"),
    ("429", "rate_limit"),
    ("overloaded", "overloaded"),
    ("529", "overloaded"),
    ("context_length", "context_length"),
    ("context length", "context_length"),
    ("maximum context", "context_length"),
    ("content_filter", "content_filter"),
    ("content filter", "content_filter"),
    ("safety", "content_filter"),
    ("authentication", "auth"),
    ("permission", "auth"),
    ("unauthorized", "auth"),
    ("invalid_api_key", "auth"),
    ("401", "auth"),
    ("403", "auth"),
    ("timeout", "timeout"),
    ("timed out", "timeout"),
    ("connection", "connection"),
    ("remoteprotocol", "connection"),
    ("connecterror", "connection"),
    ("readerror", "connection"),
    ("internalserver", "server"),
    ("server_error", "server"),
    ("serviceunavailable", "server"),
    ("500", "server"),
    ("502", "server"),
    ("503", "server"),
    ("badrequest", "invalid"),
    ("bad_request", "invalid"),
    ("invalid_request", "invalid"),
    ("notfound", "invalid"),
    ("not_found", "invalid"),
    ("unprocessable", "invalid"),
    ("valueerror", "invalid"),
    ("400", "invalid"),
    ("404", "invalid"),
    ("422", "invalid"),
)


def error_class(error_type: str, message: str) -> str:
    """The class of an error, one word of `_FRAGMENTS`, "cancelled" or "other"."""
    if is_cancellation(error_type, message):
        return "cancelled"
    for source in (error_type.lower(), message[:500].lower()):
        for fragment, name in _FRAGMENTS:
            if fragment in source:
                return name
    return "other"


def is_cancellation(error_type: str, message: str) -> bool:
    """Whether the caller went away, which is no error."""
    return error_type.rpartition(".")[2] in CANCELLED or message in CANCELLED

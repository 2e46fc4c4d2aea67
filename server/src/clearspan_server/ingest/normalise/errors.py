"""Errors in two vocabularies, the vendor's class and the provider's code, to one class.

The raw type is kept beside the class. Sources: the exceptions of the openai, anthropic and google-genai clients,
the error types of the providers' HTTP bodies, and what cancelled streams leave behind (GeneratorExit and its kin).
"""

import re

CANCELLED = frozenset(
    (
        "GeneratorExit",
        "CancelledError",
        "AbortError",
        "APIUserAbortError",
        "AbortedError",
        "ResponseAborted",
        "TaskCanceledException",
        "OperationCanceledException",
        "abandoned stream",
        "context canceled",
        "Request was aborted.",
    )
)

# The first fragment found in the lower-cased type, else in the message, names the class: narrow ones first.
_NARROW: tuple[tuple[str, str], ...] = (
    ("context_length", "context_length"),
    ("context length", "context_length"),
    ("maximum context", "context_length"),
    ("context window", "context_length"),
    ("contextwindow", "context_length"),
    ("prompt is too long", "context_length"),
    ("content_filter", "content_filter"),
    ("content filter", "content_filter"),
    ("contentfilter", "content_filter"),
    ("contentpolicy", "content_filter"),
    ("content_policy", "content_filter"),
    ("content management policy", "content_filter"),
    ("safety", "content_filter"),
)
_FRAGMENTS: tuple[tuple[str, str], ...] = (
    ("ratelimit", "rate_limit"),
    ("rate_limit", "rate_limit"),
    ("rate limit", "rate_limit"),
    ("too many requests", "rate_limit"),
    ("toomanyrequests", "rate_limit"),
    ("throttl", "rate_limit"),
    ("quota", "rate_limit"),
    ("resource_exhausted", "rate_limit"),
    ("resourceexhausted", "rate_limit"),
    ("overloaded", "overloaded"),
    *_NARROW,
    ("authentication", "auth"),
    ("permission", "auth"),
    ("unauthorized", "auth"),
    ("accessdenied", "auth"),
    ("forbidden", "auth"),
    ("invalid_api_key", "auth"),
    ("api key", "auth"),
    ("timeout", "timeout"),
    ("timed out", "timeout"),
    ("deadline", "timeout"),
    ("connection", "connection"),
    ("remoteprotocol", "connection"),
    ("connecterror", "connection"),
    ("readerror", "connection"),
    ("econn", "connection"),
    ("interrupted", "connection"),
    ("failed to process successful response", "connection"),  # the AI SDK's, of a body cut short
    ("internalserver", "server"),
    ("server_error", "server"),
    ("servererror", "server"),
    ("api_error", "server"),
    ("internal server error", "server"),
    ("server had an error", "server"),
    ("serviceunavailable", "server"),
    ("service unavailable", "server"),
    ("badrequest", "invalid"),
    ("bad_request", "invalid"),
    ("invalid_request", "invalid"),
    ("invalid_argument", "invalid"),
    ("validation", "invalid"),
    ("notfound", "invalid"),
    ("not_found", "invalid"),
    ("unprocessable", "invalid"),
    ("valueerror", "invalid"),
)
_STATUSES = {
    "400": "invalid",
    "401": "auth",
    "403": "auth",
    "404": "invalid",
    "408": "timeout",
    "413": "invalid",
    "422": "invalid",
    "429": "rate_limit",
    "499": "cancelled",
    "500": "server",
    "502": "server",
    "503": "server",
    "504": "timeout",
    "529": "overloaded",
}
# A number means a status only where it says so: messages are full of token counts.
_STATUS = re.compile(r"(?:^|error code:?|status(?: code)?:?|http)\s*(\d{3})\b")
_WORDS = 500  # of a message that are looked at


def error_class(error_type: str, message: str) -> str:
    """The class of an error: a class of `_FRAGMENTS` or `_STATUSES`, "cancelled" or "other"."""
    if is_cancellation(error_type, message):
        return "cancelled"
    said = message[:_WORDS].lower()
    found = _class_of(error_type.lower())
    if found in ("", "invalid", "server"):
        # Providers send these as bad requests; only the message says which.
        found = _fragment(said, _NARROW) or found
    return found or _class_of(said) or "other"


def is_cancellation(error_type: str, message: str) -> bool:
    """Whether the caller went away, which is no error."""
    said = message.removeprefix("Error: ")  # JavaScript's, where the error has no name of its own
    if error_type.rpartition(".")[2] in CANCELLED or said in CANCELLED:
        return True
    # `GeneratorExit()`, `CancelledError: …`: wrappers put the type at the head of the message.
    head = said[:64].partition("(")[0].partition(":")[0]
    return head.rpartition(".")[2] in CANCELLED


def _class_of(words: str) -> str:
    found = _fragment(words, _FRAGMENTS)
    if not found and (status := _STATUS.search(words)):
        found = _STATUSES.get(status[1], "")
    return found


def _fragment(words: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((name for fragment, name in table if fragment in words), "")

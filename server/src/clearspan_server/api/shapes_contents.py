"""The shapes of what several spans of a trace say."""

from pydantic import JsonValue

from clearspan_server.api.shapes import Document, Message, Shape, WholeText


class SpanContent(Shape):
    """What went into one span and came out of it.

    Where the input is a conversation it stands in `input_messages` and `input` is null; so does the output.
    What is `truncated` or `whole` of it is told as in `SpanDetail`.
    """

    span_id: str
    input: JsonValue
    output: JsonValue
    input_messages: list[Message] | None
    output_messages: list[Message] | None
    retrieval_query: str
    documents: list[Document]
    tool_definitions: JsonValue
    tool_arguments: JsonValue
    tool_result: JsonValue
    truncated: list[str]
    whole: list[WholeText]


class TraceContents(Shape):
    """In order of start. A span that was asked for and is in neither list is not in the trace."""

    spans: list[SpanContent]
    left_out: list[str]  # asked for, but the answer was full: ask again for these


class TraceMatches(Shape):
    """The spans of a trace that say some words, in order of start."""

    span_ids: list[str]

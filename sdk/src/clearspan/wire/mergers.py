"""Which form a stream has: told by its first piece."""

from clearspan.wire.forms import Json
from clearspan.wire.merge_anthropic import Anthropic
from clearspan.wire.merge_google import Gemini
from clearspan.wire.merge_openai import Chat, Responses
from clearspan.wire.merge_rest import Cohere, Converse, Lined, Media
from clearspan.wire.merging import Merger

_BY_TYPE: tuple[tuple[tuple[str, ...], type[Merger]], ...] = (
    (("response.",), Responses),
    (("message_", "content_block_", "ping"), Anthropic),
    (("message-", "content-", "tool-", "citation-"), Cohere),
    (("transcript.", "speech.", "image_"), Media),
)
_BY_KEY: tuple[tuple[str, type[Merger]], ...] = (
    ("choices", Chat),
    ("candidates", Gemini),
    ("usageMetadata", Gemini),
    ("promptFeedback", Gemini),
    ("event_type", Cohere),
    ("messageStart", Converse),
    ("contentBlockDelta", Converse),
    ("contentBlockStart", Converse),
    ("metadata", Converse),
    ("done", Lined),
    ("generation", Lined),
)


def merger_of(chunk: Json) -> Merger | None:
    """What merges the stream that begins with this piece; None for a piece that does not tell."""
    kind = chunk.get("type")
    if isinstance(kind, str):
        for starts, merger in _BY_TYPE:
            if kind.startswith(starts):
                return merger()
    return next((merger() for key, merger in _BY_KEY if key in chunk), None)

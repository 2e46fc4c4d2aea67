"""The JSON of conversations with models."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from clearspan_server.api.shapes import Shape

MAX_TEXT_CHARS = 400_000  # of a question, or of a text beside it
MAX_ATTACHMENTS = 10

Id = Annotated[str, Field(pattern=r"^[a-p]{1,32}$")]
ProviderName = Annotated[str, Field(min_length=1, max_length=100)]
ModelName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_NO_PARAMETERS = ("model", "messages", "stream", "stream_options", "tools")


def _is_parameter(name: str) -> str:
    if name in _NO_PARAMETERS:
        raise ValueError(f"{name!r} is no parameter: it has a place of its own, or is ours")
    return name


Parameters = dict[Annotated[str, Field(max_length=100), AfterValidator(_is_parameter)], JsonValue]
MessageStatus = Literal["answering", "ok", "stopped", "error", "interrupted"]


class ChatContext(Shape):
    """How much a model is told: everything, the last `count` turns, or as many as have `count` tokens (estimated)."""

    kind: Literal["all", "turns", "tokens"] = "all"
    count: int = Field(default=0, ge=0, le=10_000_000)


class ChatAttachment(Shape):
    """What lies beside a question: an image (`/chat-attachments/{media_id}`), or a text."""

    kind: Literal["image", "text"]
    name: str
    media_id: str | None
    media_type: str
    text: str | None


class ChatMessage(Shape):
    """A question or an answer; `parent` is null of one that begins a conversation.

    Messages with the same parent are siblings: another wording of a question, another answer. `left_out` is how many
    earlier messages the model was not told.
    """

    id: str
    parent: str | None
    role: Literal["user", "assistant"]
    text: str
    reasoning: str
    attachments: list[ChatAttachment]
    provider: str
    model: str
    status: MessageStatus
    error: str
    trace_id: str
    created: str
    left_out: int


class ConversationHead(Shape):
    """A conversation in a list; `messages` is how many it has."""

    id: str
    title: str
    is_archived: bool
    created: str
    updated: str
    provider: str
    model: str
    messages: int
    author: str


class ConversationList(Shape):
    """A page of conversations, those that changed last first; `next` is the cursor of the next one."""

    conversations: list[ConversationHead]
    next: str | None


class Conversation(Shape):
    """A conversation with all its messages, oldest first; `leaf` ends the path that was shown last."""

    id: str
    title: str
    is_archived: bool
    created: str
    updated: str
    provider: str
    model: str
    author: str
    system: str
    parameters: dict[str, JsonValue]
    context: ChatContext
    leaf: str | None
    messages: list[ChatMessage]


class ConversationRequest(Shape):
    """A conversation that begins; without a title it has the first words of its first question."""

    title: str = Field(default="", max_length=200)
    system: str = Field(default="", max_length=MAX_TEXT_CHARS)
    provider: ProviderName
    model: ModelName
    parameters: Parameters = Field(default={}, max_length=50)
    context: ChatContext = ChatContext()


class ConversationChange(Shape):
    """What of a conversation becomes something else; what is absent stays."""

    title: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"\S")
    is_archived: bool | None = None
    system: str | None = Field(default=None, max_length=MAX_TEXT_CHARS)
    provider: ProviderName | None = None
    model: ModelName | None = None
    parameters: Parameters | None = Field(default=None, max_length=50)
    context: ChatContext | None = None
    leaf: Id | None = None


class ImageSent(Shape):
    """An image that was sent to `/chat-attachments` before."""

    media_id: str = Field(min_length=1, max_length=64)
    name: str = Field(default="", max_length=200)


class TextSent(Shape):
    """A text, such as a file of code, with its name."""

    name: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=MAX_TEXT_CHARS)


class MessageRequest(Shape):
    """A question below an answer, or at the beginning; another provider or model is the conversation's from then on."""

    text: str = Field(max_length=MAX_TEXT_CHARS)
    attachments: list[ImageSent | TextSent] = Field(default=[], max_length=MAX_ATTACHMENTS)
    parent: Id | None = None
    provider: ProviderName | None = None
    model: ModelName | None = None


class AnswerRequest(Shape):
    """One more answer to a question, by the conversation's model or another one."""

    parent: Id
    provider: ProviderName | None = None
    model: ModelName | None = None


class AskedMessage(Shape):
    """A question, and the answer that is being written."""

    question: ChatMessage
    answer: ChatMessage


class ChatText(Shape):
    """The data of the events `text` and `reasoning`: the next piece of an answer."""

    text: str


class ChatImage(Shape):
    """An image that was kept; questions name it by its id."""

    media_id: str
    media_type: str
    size_bytes: int


class CallFigures(Shape):
    """What was recorded of one call; null is unknown. Durations in nanoseconds, cost in US dollars."""

    trace_id: str
    span_id: str
    status: str
    input_tokens: int | None
    output_tokens: int | None
    total_cost: str | None
    duration_ns: int | None
    first_token_ns: int | None
    is_estimated: bool = Field(description="Whether the tokens are estimated, not the provider's.")


class CallTotals(Shape):
    """The figures of several calls together; null where nothing is known."""

    requests: int
    errors: int
    cancelled: int
    input_tokens: int | None
    output_tokens: int | None
    total_cost: str | None
    latency_p50_ns: int | None
    latency_p95_ns: int | None


class ChatFigures(Shape):
    """The figures of a conversation's answers, by the ids of the messages, as far as they are recorded."""

    answers: dict[str, CallFigures]
    totals: CallTotals

"""The JSON of prompts."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clearspan_server.api.messages import Foreign, Json

PromptName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[^\x00-\x1f|]+$"
    ),
]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.:/-]+$")]
Number = Annotated[int, Field(ge=1, le=1_000_000)]  # of a version
Labels = Annotated[list[Label], Field(max_length=100)]
Tags = Annotated[list[Annotated[str, StringConstraints(max_length=200)]], Field(max_length=100)]


class PromptRequest(Foreign):
    """A version of a prompt to be kept: the first one of a name, or the next one."""

    model_config = ConfigDict(extra="forbid")

    name: PromptName
    template: str | list[dict[str, Json]] = Field(
        description="A text, or a list of messages; `{{name}}` stands for a value."
    )
    config: Json = Field(
        default=None, description="What belongs to it, such as model and parameters."
    )
    labels: Labels = Field(
        default_factory=list, description="They point at this version and at no other."
    )
    tags: Tags | None = Field(default=None, description="Of the prompt; without them they stay.")
    message: str = Field(default="", max_length=10_000, description="What is new.")


class Prompt(BaseModel):
    """One version of a prompt."""

    name: str
    version: int
    kind: Literal["text", "chat"]
    template: str | list[dict[str, Any]]
    config: Any
    labels: list[str]
    tags: list[str]
    message: str
    author: str
    created: str


class PromptHead(BaseModel):
    """A prompt in a list."""

    name: str
    kind: Literal["text", "chat"]
    versions: list[int]
    labels: list[str]
    tags: list[str]
    updated: str


class PromptList(BaseModel):
    """A page of prompts in order of their names, and how many there are."""

    prompts: list[PromptHead]
    total: int
    tags: list[str] = Field(description="Of all prompts of the project.")


class PromptVersionHead(BaseModel):
    """A version in the history of its prompt."""

    version: int
    kind: Literal["text", "chat"]
    labels: list[str]
    message: str
    author: str
    created: str


class PromptVersions(BaseModel):
    """The versions of a prompt, the newest first, at most 1 000."""

    name: str
    tags: list[str]
    versions: list[PromptVersionHead]


class LabelRequest(Foreign):
    """The version that a label is to point at; another version loses it."""

    model_config = ConfigDict(extra="forbid")

    version: Number


class PromptFigures(BaseModel):
    """The calls of a version in the window: averages of a call; of those that went well, how long they took."""

    version: str
    calls: float = Field(description="Weighted, where a sender keeps a sample.")
    error_rate: float
    input_tokens: float | None
    output_tokens: float | None
    cost: float | None = Field(description="US dollars.")
    latency_p50_ns: float | None
    latency_p95_ns: float | None
    first: str
    last: str


class PromptListFigures(BaseModel):
    """How the newest versions of a page of prompts do, by their names; without those that had no call."""

    figures: dict[str, PromptFigures]


class PromptNotice(BaseModel):
    """A measure that is by half more or less than in the version before; an error rate by a twentieth of the calls."""

    version: str
    before: str
    measure: Literal["input_tokens", "output_tokens", "cost", "latency_p50_ns", "error_rate"]
    was: float
    now: float


class PromptUse(BaseModel):
    """How the versions of a prompt do, in order of their numbers."""

    versions: list[PromptFigures]
    notices: list[PromptNotice]

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

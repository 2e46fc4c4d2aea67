"""Prompts for Langfuse's clients: versions with labels, over the prompts of the catalog."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from clearspan_server.api.access import author_of, prompt_project, written_project
from clearspan_server.api.langfuse_shapes import (
    Asked,
    PageAsked,
    Sent,
    Shape,
    missing,
    moment,
    paged,
)
from clearspan_server.api.messages import Json
from clearspan_server.api.prompts import kept
from clearspan_server.api.shapes_prompts import Label, Labels, Number, PromptName, Tags
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput
from clearspan_server.store.prompts import (
    NewVersion,
    PromptKind,
    Prompts,
    PromptsAsked,
    PromptSummary,
    PromptVersion,
)

router = APIRouter(prefix="/api/public/v2/prompts", tags=["Langfuse"], include_in_schema=False)


_PRODUCTION = "production"
_MAX_DEPTH = 5  # prompts in prompts
_MAX_PUT_IN = (
    200  # of one answer: each of a few that name each other often would grow beyond any bound
)
_MOST_DIGITS = 9
_OTHER = re.compile(r"@@@langfusePrompt:([^@]{1,600})@@@")


class PromptSent(Sent):
    """A version to be kept."""

    name: PromptName
    type: Literal["text", "chat"] | None = None
    prompt: str | list[dict[str, Json]]
    config: Json = None
    labels: Labels | None = None
    tags: Tags | None = None
    commit_message: str | None = Field(default=None, max_length=10_000)


class LabelsSent(Sent):
    """Labels that a version gets beside those that it has."""

    new_labels: Labels


class VersionAsked(Asked):
    """Which version: of a number, else of a label."""

    version: Number | None = None
    label: Label | None = None
    resolve: bool = True  # put other prompts in where this one names them


class PromptsPage(PageAsked):
    """Which prompts."""

    name: str = ""
    label: str = ""
    tag: str = ""
    from_updated_at: datetime | None = None
    to_updated_at: datetime | None = None


@router.post("")
def post_langfuse_prompt(request: Request, sent: PromptSent) -> Shape:
    """Keep the next version of a prompt."""
    project = written_project(request, "")
    kind: PromptKind = "text" if isinstance(sent.prompt, str) else "chat"
    if sent.type not in (None, kind):
        wanted = "a text" if sent.type == "text" else "a list of messages"
        raise BadInput(f"the prompt of the type {sent.type} is not {wanted}")
    new = NewVersion(
        name=sent.name,
        kind=kind,
        template=sent.prompt,
        config={} if sent.config is None else sent.config,
        labels=tuple(sent.labels or ()),
        tags=None if sent.tags is None else tuple(sent.tags),
        message=sent.commit_message or "",
        author=author_of(request),
    )
    return _version(kept(request, project, new), project)


@router.get("")
def get_langfuse_prompts(request: Request, asked: Annotated[PromptsPage, Query()]) -> Shape:
    """A page of the project's prompts."""
    project = prompt_project(request)
    wanted = PromptsAsked(
        asked.name, asked.label, asked.tag, asked.from_updated_at, asked.to_updated_at
    )
    rows, total = state_of(request).prompts.list(project, wanted, asked.offset, asked.limit)
    return paged([_summary(row) for row in rows], total, asked)


@router.get("/{name:path}")
def get_langfuse_prompt(
    request: Request, name: str, asked: Annotated[VersionAsked, Query()]
) -> Shape:
    """One version of a prompt; without a number or a label the one in production."""
    project = prompt_project(request)
    label = asked.label or _PRODUCTION
    found = state_of(request).prompts.find(project, name, version=asked.version, label=label)
    if found is None:
        which = f"version {asked.version}" if asked.version is not None else f"label {label!r}"
        raise missing(f"prompt with {which} of the name", name, project)
    told = _version(found, project)
    if asked.resolve:
        whole = _Whole(state_of(request).prompts, project)
        told["prompt"] = whole.of(found.template, _MAX_DEPTH)
    return told


@router.patch("/{name:path}/versions/{version}")
def patch_langfuse_prompt(request: Request, name: str, version: Number, sent: LabelsSent) -> Shape:
    """Let labels point at a version; other versions lose them."""
    project = written_project(request, "")
    found = state_of(request).prompts.label(project, name, version, sent.new_labels)
    if found is None:
        raise missing(f"prompt with version {version} of the name", name, project)
    return _version(found, project)


@router.delete("/{name:path}", status_code=204, response_class=Response)
def delete_langfuse_prompt(
    request: Request, name: str, asked: Annotated[VersionAsked, Query()]
) -> Response:
    """Delete a version, that with a label, or the whole prompt."""
    project = written_project(request, "")
    prompts = state_of(request).prompts
    if not prompts.delete(project, name, version=asked.version, label=asked.label or ""):
        raise missing("prompt", name, project)
    return Response(status_code=204)


class _Whole:
    """Puts the texts of other prompts in where one names them; what is not there stays a name."""

    def __init__(self, prompts: Prompts, project: str) -> None:
        self._prompts = prompts
        self._project = project
        self._put_in = 0

    def of(self, template: Any, depth: int) -> Any:  # noqa: ANN401 - a text, or messages
        """The template with the others in it, which may name further ones as deep as that.

        Raises:
            BadInput: it would be too many.
        """
        if isinstance(template, list):
            return [
                {**one, "content": self._text(one["content"], depth)}
                if isinstance(one.get("content"), str)
                else one
                for one in template
            ]
        return self._text(template, depth)

    def _text(self, template: str, depth: int) -> str:
        return _OTHER.sub(lambda named: self._named(named, depth), template)

    def _named(self, named: re.Match[str], depth: int) -> str:
        self._put_in += 1
        if self._put_in > _MAX_PUT_IN:
            raise BadInput(
                f"more than {_MAX_PUT_IN} prompts would have to be put in: ask with resolve=false"
            )
        said = dict(part.partition("=")[::2] for part in named[1].split("|"))
        version = said.get("version", "")
        found = self._prompts.find(
            self._project,
            said.get("name", ""),
            version=int(version[:_MOST_DIGITS]) if version.isdecimal() else None,
            label=said.get("label", _PRODUCTION),
        )
        if found is None or not isinstance(found.template, str) or not depth:
            return named[0]
        return self._text(found.template, depth - 1)


def _version(found: PromptVersion, project: str) -> Shape:
    return {
        "id": f"{found.name}:{found.version}",
        "projectId": project,
        "createdAt": moment(found.created),
        "updatedAt": moment(found.created),
        "createdBy": found.author,
        "name": found.name,
        "version": found.version,
        "type": found.kind,
        "prompt": found.template,
        "config": found.config,
        "labels": list(found.labels),
        "tags": list(found.tags),
        "commitMessage": found.message or None,
        "resolutionGraph": None,
    }


def _summary(row: PromptSummary) -> Shape:
    return {
        "name": row.name,
        "type": row.kind,
        "versions": list(row.versions),
        "labels": list(row.labels),
        "tags": list(row.tags),
        "lastUpdatedAt": moment(row.updated),
        "lastConfig": row.config,
    }

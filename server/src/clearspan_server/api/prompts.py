"""`/prompts`: named, versioned, labelled; what `clearspan.prompt()` asks for."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from clearspan_server.api.access import author_of, prompt_project, written_project
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_prompts import (
    Label,
    Number,
    Prompt,
    PromptHead,
    PromptList,
    PromptRequest,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import NotFound
from clearspan_server.store.prompts import NewVersion, PromptKind, PromptsAsked, PromptVersion

router = APIRouter(prefix="/api/v1/prompts", tags=["prompts"])


class PromptsQuery(ScopeQuery):
    """Which prompts; "" is any."""

    label: str = ""
    tag: str = ""
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=1_000_000)


class VersionQuery(ScopeQuery):
    """Which version: of a number, else of a label."""

    label: Label = "production"
    version: Number | None = None


@router.get("")
def get_prompts(request: Request, asked: Annotated[PromptsQuery, Query()]) -> PromptList:
    """A page of the project's prompts, in order of their names."""
    wanted = PromptsAsked(label=asked.label, tag=asked.tag)
    prompts = state_of(request).prompts
    rows, total = prompts.list(prompt_project(request), wanted, asked.offset, asked.limit)
    heads = [
        PromptHead(
            name=row.name,
            kind=row.kind,
            versions=list(row.versions),
            labels=list(row.labels),
            tags=list(row.tags),
            updated=moment(row.updated),
        )
        for row in rows
    ]
    return PromptList(prompts=heads, total=total)


@router.get("/{name:path}")
def get_prompt(request: Request, name: str, asked: Annotated[VersionQuery, Query()]) -> Prompt:
    """One version of a prompt: that of a number, else the one that has a label now.

    The newest has the label `latest` by itself. A key needs the scope `ingest` or `read`.
    """
    project = prompt_project(request)
    prompts = state_of(request).prompts
    found = prompts.find(project, name, version=asked.version, label=asked.label)
    if found is None:
        which = f"version {asked.version}" if asked.version else f"label {asked.label!r}"
        raise NotFound(f"no prompt {name[:200]!r} with {which} is in project {project!r}")
    return _shape(found)


@router.post("", status_code=201)
def post_prompt(
    request: Request, sent: PromptRequest, _scope: Annotated[ScopeQuery, Query()]
) -> Prompt:
    """Keep the next version of a prompt; the first one makes the prompt."""
    kind: PromptKind = "text" if isinstance(sent.template, str) else "chat"
    new = NewVersion(
        name=sent.name,
        kind=kind,
        template=sent.template,
        config=sent.config,
        labels=tuple(sent.labels),
        tags=None if sent.tags is None else tuple(sent.tags),
        message=sent.message,
        author=author_of(request),
    )
    return _shape(kept(request, written_project(request, ""), new))


def kept(request: Request, project: str, new: NewVersion) -> PromptVersion:
    """Keep a version in a project, which is made unless it is there."""
    server = state_of(request)
    server.catalog.ensure_project(project)
    return server.prompts.add(project, new)


def _shape(found: PromptVersion) -> Prompt:
    return Prompt.model_validate(
        asdict(found)
        | {
            "labels": list(found.labels),
            "tags": list(found.tags),
            "created": moment(found.created),
        }
    )

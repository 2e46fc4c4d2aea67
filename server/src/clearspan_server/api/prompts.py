"""`/prompts`: named, versioned, labelled; what `clearspan.prompt()` asks for. `/prompt-…`: what is said of one of them.

A prompt's name may hold anything, slashes too, so that nothing can follow it in an address.
"""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    prompt_project,
    read_access,
    written_project,
)
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_prompts import (
    Label,
    LabelRequest,
    Number,
    Prompt,
    PromptFigures,
    PromptHead,
    PromptList,
    PromptListFigures,
    PromptName,
    PromptNotice,
    PromptRequest,
    PromptUse,
    PromptVersionHead,
    PromptVersions,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, WindowQuery, rfc3339, window
from clearspan_server.errors import NotFound
from clearspan_server.query.prompts import (
    MAX_VERSIONS,
    VersionFigures,
    figures_of,
    notices,
    version_figures,
)
from clearspan_server.store.prompts import NewVersion, PromptKind, PromptsAsked, PromptVersion

router = APIRouter(prefix="/api/v1", tags=["prompts"])


class _Asked(BaseModel):
    """Which prompts; "" is any."""

    name: str = Field(default="", description="The whole name.")
    words: str = Field(default="", max_length=1_000, description="Each in the name or in a tag.")
    label: str = ""
    tag: str = ""
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=1_000_000)

    def wanted(self) -> PromptsAsked:
        return PromptsAsked(name=self.name, words=self.words, label=self.label, tag=self.tag)


class PromptsQuery(_Asked, ScopeQuery):
    """A page of them."""


class FiguresQuery(_Asked, WindowQuery):
    """A page of them, and when."""


class NameQuery(ScopeQuery):
    """Which prompt."""

    name: PromptName


class LabelQuery(NameQuery):
    """Which of its labels."""

    label: Label


class DeletedQuery(NameQuery):
    """Which of its versions; without a number all."""

    version: Number | None = None


class UseQuery(WindowQuery):
    """Which prompt, and when."""

    name: PromptName


class VersionQuery(ScopeQuery):
    """Which version: of a number, else of a label."""

    label: Label = "production"
    version: Number | None = None


@router.get("/prompts")
def get_prompts(request: Request, asked: Annotated[PromptsQuery, Query()]) -> PromptList:
    """A page of the project's prompts, in order of their names."""
    project, prompts = prompt_project(request), state_of(request).prompts
    rows, total = prompts.list(project, asked.wanted(), asked.offset, asked.limit)
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
    return PromptList(prompts=heads, total=total, tags=prompts.tags(project))


@router.get("/prompt-figures")
def get_prompt_figures(
    request: Request,
    asked: Annotated[FiguresQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> PromptListFigures:
    """How the newest versions of a page of the project's prompts do in their calls."""
    prompts = state_of(request).prompts
    rows, _ = prompts.list(access.project, asked.wanted(), asked.offset, asked.limit)
    newest = {row.name: row.versions[-1] for row in rows}
    found = figures_of(access.engine, access.project, newest, window(asked))
    return PromptListFigures(figures={name: _figures(one) for name, one in found.items()})


@router.get("/prompts/{name:path}")
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


@router.post("/prompts", status_code=201)
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


@router.delete("/prompt-versions", status_code=204, response_class=Response)
def delete_prompt_versions(request: Request, asked: Annotated[DeletedQuery, Query()]) -> Response:
    """Delete a version of a prompt, or all of it; spans that name it stay as they are."""
    project = written_project(request, "")
    if not state_of(request).prompts.delete(project, asked.name, version=asked.version):
        raise _missing(project, asked.name, asked.version)
    return Response(status_code=204)


@router.get("/prompt-versions")
def get_prompt_versions(
    request: Request,
    asked: Annotated[NameQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> PromptVersions:
    """The history of a prompt: who made which version when, and what points at it."""
    found = state_of(request).prompts.history(access.project, asked.name, MAX_VERSIONS)
    if found is None:
        raise _missing(access.project, asked.name)
    return PromptVersions(
        name=found.name,
        tags=list(found.tags),
        versions=[
            PromptVersionHead.model_validate(
                asdict(one) | {"labels": list(one.labels), "created": moment(one.created)}
            )
            for one in found.versions
        ],
    )


@router.put("/prompt-labels")
def put_prompt_label(
    request: Request, wanted: LabelRequest, asked: Annotated[LabelQuery, Query()]
) -> Prompt:
    """Let a label point at a version: who asks for the prompt by this label has it from now on."""
    project = written_project(request, "")
    found = state_of(request).prompts.label(project, asked.name, wanted.version, [asked.label])
    if found is None:
        raise _missing(project, asked.name, wanted.version)
    return _shape(found)


@router.delete("/prompt-labels", status_code=204, response_class=Response)
def delete_prompt_label(request: Request, asked: Annotated[LabelQuery, Query()]) -> Response:
    """Let a label point at nothing."""
    project = written_project(request, "")
    if not state_of(request).prompts.unlabel(project, asked.name, asked.label):
        raise NotFound(
            f"no version of the prompt {asked.name[:200]!r} in project {project!r} has the label {asked.label!r}"
        )
    return Response(status_code=204)


@router.get("/prompt-use")
def get_prompt_use(
    asked: Annotated[UseQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> PromptUse:
    """How each version of a prompt does in its calls, and what changed much from one to the next.

    A prompt need not be kept here: spans name theirs.
    """
    found = version_figures(access.engine, access.project, asked.name, window(asked))
    return PromptUse(
        versions=[_figures(one) for one in found],
        notices=[PromptNotice.model_validate(asdict(one)) for one in notices(found)],
    )


def _figures(found: VersionFigures) -> PromptFigures:
    times = {"first": rfc3339(found.first_ns), "last": rfc3339(found.last_ns)}
    return PromptFigures.model_validate(asdict(found) | times)


def _missing(project: str, name: str, version: int | None = None) -> NotFound:
    which = f" with version {version}" if version else ""
    return NotFound(f"no prompt {name[:200]!r}{which} is in project {project!r}")


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

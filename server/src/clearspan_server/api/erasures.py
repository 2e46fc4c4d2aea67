"""`/erasures`: remove all that is stored of a person, a session, a trace or with a text; a preview counts it before."""

import hashlib
import hmac
import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clearspan_server.api.access import administered_project, author_of
from clearspan_server.api.shapes_removals import Erasure, ErasureList, ErasureRequest, RemovedTrace
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.removal import Example, Removal, Subject

router = APIRouter(prefix="/api/v1/erasures", tags=["removal"])

_LEAST_CHARS = 4  # of a text that is searched for anywhere: less would be in every trace
_TRACE_ID = re.compile("[0-9a-f]{32}")


@router.post("", status_code=202)
def create_erasure(request: Request, asked: ErasureRequest) -> Erasure:
    """Begin an erasure, or a preview of one; it goes on by itself, also after a restart."""
    project = administered_project(request, asked.project)
    return _shape(begun(request, project, _subject(asked), is_dry=asked.preview))


def begun(request: Request, project: str, subject: Subject, *, is_dry: bool) -> Removal:
    """An erasure that the caller, who must be allowed to, has begun."""
    server = state_of(request)
    made = server.removals.add(
        "erasure",
        project,
        author_of(request),
        is_dry=is_dry,
        subject=subject,
        subject_hash=subject_hash(subject, project, server.token.encode()),
    )
    server.wake_remover()
    return made


@router.get("")
def list_erasures(request: Request, asked: Annotated[ScopeQuery, Query()]) -> ErasureList:
    """The newest 50 erasures and previews of the project: the record of who had what erased, without a name."""
    project = administered_project(request, asked.project or "")
    newest = state_of(request).removals.newest("erasure", project)
    return ErasureList(erasures=[_shape(one) for one in newest])


@router.get("/{erasure_id}")
def get_erasure(
    request: Request, erasure_id: int, asked: Annotated[ScopeQuery, Query()]
) -> Erasure:
    """One erasure, with how far it is, and its receipt."""
    return _shape(_found(request, erasure_id, asked.project or ""))


@router.delete("/{erasure_id}", status_code=204, response_class=Response)
def cancel_erasure(request: Request, erasure_id: int) -> Response:
    """Give up an erasure that has not begun to remove anything, or a preview."""
    found = _found(request, erasure_id, "")
    if not state_of(request).removals.cancel(found.id):
        raise BadInput(f"the erasure {erasure_id} is {found.state} and has removed something")
    return Response(status_code=204)


def subject_hash(subject: Subject, project: str, key: bytes) -> str:
    """What the record has in place of the person: nobody can find the name by hashing a list of names."""
    said = f"erasure\0{project}\0{subject.by}\0{subject.value}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def examples(found: list[Example]) -> list[RemovedTrace]:
    """Traces that go."""
    return [
        RemovedTrace(
            trace_id=one.trace_id, name=one.name, start=rfc3339(one.start_ns), spans=one.spans
        )
        for one in found
    ]


def _subject(asked: ErasureRequest) -> Subject:
    value = asked.value.strip()
    if not value:
        raise BadInput("an erasure needs a value", field="value")
    subject = Subject(asked.by, value.lower() if asked.by == "trace" else value, asked.mentions)
    if asked.by == "trace" and not _TRACE_ID.fullmatch(subject.value):
        raise BadInput(f"a trace id has 32 hexadecimal digits, not {value[:50]!r}", field="value")
    if subject.anywhere and len(value) < _LEAST_CHARS:
        raise BadInput(
            f"a text to be looked for everywhere has at least {_LEAST_CHARS} characters, not {len(value)}",
            field="value",
        )
    return subject


def _found(request: Request, erasure_id: int, asked: str) -> Removal:
    project = administered_project(request, asked)
    found = state_of(request).removals.find("erasure", project, erasure_id)
    if found is None:
        raise NotFound(f"no erasure {erasure_id} is in project {project!r}")
    return found


def _shape(found: Removal) -> Erasure:
    return Erasure(
        id=found.id,
        preview=found.is_dry,
        state=found.state,
        by=found.by,
        subject=found.subject_hash,
        asked_by=found.asked_by,
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        progress=found.progress,
        counts=found.findings.counts,
        examples=examples(found.findings.examples),
        backups=found.findings.backups,
        rules=found.findings.rules,
        unreadable=found.findings.unreadable,
        receipt=found.receipt,
        error=found.error,
    )

"""`/redaction`: what a project keeps of texts, what was masked, and what redaction makes of a text."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from clearspan_server.api.access import (
    ReadAccess,
    administered_project,
    author_of,
    read_access,
)
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_redaction import (
    MaskedList,
    MaskedOfDay,
    Pattern,
    RedactionChange,
    RedactionRequest,
    RedactionRules,
    RedactionSettings,
    RedactionTried,
    RedactionTry,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery, WindowQuery, window
from clearspan_server.errors import TooLarge
from clearspan_server.ingest.patterns import SECRET_TYPES
from clearspan_server.ingest.privacies import PERSONAL_TYPES
from clearspan_server.model.privacy import OwnPattern, PrivacySettings
from clearspan_server.query.masked import masked_by_day

router = APIRouter(prefix="/api/v1/redaction", tags=["settings"])

_MAX_BYTES = 64 * 1024


@router.post("/try")
def try_redaction(request: Request, given: RedactionTry) -> RedactionTried:
    """The text as it would be stored, and how many of which type were replaced; up to 64 kB. Nothing of it is kept."""
    access = read_access(request)
    size = len(given.text.encode("utf-8", "surrogatepass"))
    if size > _MAX_BYTES:
        raise TooLarge(f"the text has {size} bytes; {_MAX_BYTES} can be tried")
    privacy = state_of(request).privacies.of(access.project)
    [text], counts = privacy.redactor.redact([given.text])
    return RedactionTried(text=text, counts=counts, capture=privacy.capture)


@router.get("/settings")
def get_settings(request: Request, asked: Annotated[ScopeQuery, Query()]) -> RedactionSettings:
    """The project's rules, and who chose them. Words may name people: only who may change them reads them."""
    del asked
    return _settings(state_of(request), administered_project(request))


@router.put("/settings")
def put_settings(request: Request, asked: RedactionRequest) -> RedactionSettings:
    """Choose other rules for a project; they hold for what comes from now on. What is stored changes by a rescan."""
    project = administered_project(request, asked.project)
    server = state_of(request)
    chosen = PrivacySettings(
        capture=asked.capture,
        off=tuple(sorted(set(asked.off))),
        words=tuple(dict.fromkeys(word.strip() for word in asked.words)),
        patterns=tuple(OwnPattern(one.name, one.pattern) for one in asked.patterns),
        entities=tuple(sorted(set(asked.entities))),
        hash_ids=asked.hash_ids,
    )
    server.catalog.ensure_project(project)
    server.privacies.change(project, chosen, author_of(request))
    return _settings(server, project)


@router.get("/masked")
def get_masked(
    asked: Annotated[WindowQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> MaskedList:
    """What was masked in what started in the window, by day and type; default the last day."""
    rows = masked_by_day(access.engine, access.project, window(asked))
    return MaskedList(masked=[MaskedOfDay(**row) for row in rows])


def _settings(server: State, project: str) -> RedactionSettings:
    changes = server.privacies.changes(project)
    settings = changes[0].settings if changes else PrivacySettings()
    return RedactionSettings(
        rules=_rules(settings),
        personal_types=sorted(PERSONAL_TYPES),
        secret_types=sorted(SECRET_TYPES),
        known_entities=list(server.privacies.entities),
        unknown_entities=server.privacies.unknown(settings),
        changes=[
            RedactionChange(
                changed=moment(one.changed),
                changed_by=one.changed_by,
                rules=_rules(one.settings),
            )
            for one in changes
        ],
    )


def _rules(settings: PrivacySettings) -> RedactionRules:
    return RedactionRules(
        capture=settings.capture,
        off=list(settings.off),
        words=list(settings.words),
        patterns=[Pattern(name=one.name, pattern=one.pattern) for one in settings.patterns],
        entities=list(settings.entities),
        hash_ids=settings.hash_ids,
    )

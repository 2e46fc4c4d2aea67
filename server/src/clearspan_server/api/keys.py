"""API keys: made, listed, rotated and revoked by an admin, or by a key that may admin its own project."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response

from clearspan_server.api.access import caller_of, managed_project
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_access import KeyCreated, KeyList, KeyRequest, KeyRotation, KeyRow
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput, NotAllowed, NotFound
from clearspan_server.ingest.admission import checked_project
from clearspan_server.store.catalog import ApiKey, KeyLimits

router = APIRouter(prefix="/api/v1/keys", tags=["keys"])


@router.get("")
def list_keys(request: Request) -> KeyList:
    """API keys, oldest first, without their secrets."""
    project = None if caller_of(request).role else managed_project(request)
    keys = state_of(request).catalog.list_keys()
    return KeyList(keys=[_row(key) for key in keys if project in (None, key.project)])


@router.post("", status_code=201)
def create_key(request: Request, wanted: KeyRequest) -> KeyCreated:
    """A new key of a project; the reply holds the whole key, this once."""
    mine = managed_project(request)
    if not wanted.scopes:
        raise BadInput("a key needs at least one scope: ingest, read, write, admin or gateway")
    limits = _limits(request, wanted)
    project = checked_project(wanted.project)
    if mine not in (None, project):
        raise NotAllowed(f"this key is of the project {mine!r} and makes keys for it alone")
    life = None if wanted.expires_s is None else timedelta(seconds=wanted.expires_s)
    key, row = state_of(request).catalog.create_key(
        project,
        name=wanted.name,
        environment=wanted.environment,
        scopes=sorted(set(wanted.scopes)),
        expires=None if life is None else datetime.now(UTC) + life,
        limits=limits,
    )
    return KeyCreated(key=key, row=_row(row))


@router.post("/{key_id}/rotate")
def rotate_key(request: Request, key_id: str, asked: KeyRotation) -> KeyCreated:
    """Another secret for a key, shown this once; the one of before stays good for `grace_s` seconds."""
    found = _theirs(request, key_id)
    if found.is_virtual:
        _check_may_spend(request)
    rotated = state_of(request).catalog.rotate_key(key_id, asked.grace_s)
    if rotated is None:
        raise NotFound(f"there is no key {key_id!r}")
    key, row = rotated
    return KeyCreated(key=key, row=_row(row))


@router.delete("/{key_id}", status_code=204, response_class=Response)
def delete_key(request: Request, key_id: str) -> Response:
    """Revoke a key at once."""
    _theirs(request, key_id)
    state_of(request).catalog.delete_key(key_id)
    return Response(status_code=204)


def _theirs(request: Request, key_id: str) -> ApiKey:
    mine = managed_project(request)
    for key in state_of(request).catalog.list_keys():
        if key.id == key_id and mine in (None, key.project):
            return key
    raise NotFound(f"there is no key {key_id[:100]!r}")


def _limits(request: Request, wanted: KeyRequest) -> KeyLimits:
    limits = KeyLimits(
        tuple(dict.fromkeys(wanted.models)),
        tuple(dict.fromkeys(wanted.providers)),
        wanted.calls_per_minute,
    )
    if "gateway" in wanted.scopes:
        _check_may_spend(request)
    elif limits != KeyLimits():
        raise BadInput(
            "models, providers and calls_per_minute are limits of a key with the scope gateway"
        )
    return limits


def _check_may_spend(request: Request) -> None:
    """Keys of providers are the whole install's: no key of one project hands them out."""
    if not caller_of(request).owner:
        raise NotAllowed(
            "a key with the scope gateway spends this install's keys: an admin makes it"
        )


def _row(key: ApiKey) -> KeyRow:
    return KeyRow(
        id=key.id,
        name=key.name,
        project=key.project,
        environment=key.environment,
        scopes=list(key.scopes),
        created=moment(key.created),
        expires=moment(key.expires) if key.expires else None,
        last_used=moment(key.last_used) if key.last_used else None,
        old_until=moment(key.old_until) if key.old_until else None,
        models=list(key.models),
        providers=list(key.providers),
        calls_per_minute=key.calls_per_minute,
    )

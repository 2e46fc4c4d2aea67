"""What is kept beside traces passes the same redaction as they do."""

import json
import re
from collections.abc import Callable, Mapping

from clearspan_server.api.state import State
from clearspan_server.ingest.encode import redacted

_TEXTS = re.compile(r"text/|application/(json|xml|[\w.-]+\+(json|xml))|image/svg", re.IGNORECASE)


def without_secrets(server: State, project: str, fields: Mapping[str, object]) -> dict[str, object]:
    """The fields with personal data and secrets replaced in every text."""
    texts = [json.dumps(value, ensure_ascii=False) for value in fields.values()]
    [clean], counts = redacted([texts], server.privacies.of(project).redactor)
    if not counts:
        return dict(fields)
    return {name: json.loads(text) for name, text in zip(fields, clean, strict=True)}


def found_as(server: State, project: str, own_id: str) -> str:
    """An id or a name by which one thing is found again; a keyed hash of one that holds personal data or secrets."""
    privacy = server.privacies.of(project)
    [[clean]], _ = redacted([[own_id]], privacy.redactor, names=1)
    return privacy.found_as(own_id, clean)


def named_as(server: State, project: str, own_id: str, in_hex: Callable[[str], str]) -> str:
    """A sender's own id of a trace or span; where it holds personal data or secrets, the one that stands for it."""
    is_clean = found_as(server, project, own_id) == own_id
    return own_id if is_clean else in_hex(own_id)


def redacted_bytes(server: State, project: str, content_type: str, content: bytes) -> bytes:
    """A file without personal data and secrets, where it is text; what is no text stays as it is."""
    if not _TEXTS.match(content_type):
        return content
    try:
        redactor = server.privacies.of(project).redactor
        [[clean]], counts = redacted([[content.decode()]], redactor)
    except UnicodeDecodeError:
        return content
    return clean.encode() if counts else content

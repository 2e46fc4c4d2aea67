"""What a project keeps of what it is sent: a choice that is made once and holds for everything that comes after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

CaptureMode = Literal["masked", "full", "errors", "metadata"]
CAPTURE_MODES: tuple[CaptureMode, ...] = get_args(CaptureMode)


@dataclass(slots=True, frozen=True)
class OwnPattern:
    """A regular expression in RE2's syntax; `name` is the type under which its finds are told."""

    name: str
    pattern: str


@dataclass(slots=True, frozen=True)
class PrivacySettings:
    """How a project's texts are kept.

    `capture`: "masked" keeps all texts without personal data and secrets, "full" without secrets only, "errors" the
    masked texts of what failed and of nothing else, "metadata" no texts. `off` are types that are not looked for.
    `words`, `patterns` and the `entities` of the server's analyzer are looked for beside them. With `hash_ids` the id
    of a user, customer or session in which something is found becomes a keyed hash, so that it stays one user; without,
    a mark, as in any text.
    """

    capture: CaptureMode = "masked"
    off: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    patterns: tuple[OwnPattern, ...] = ()
    entities: tuple[str, ...] = ()
    hash_ids: bool = True


@dataclass(slots=True, frozen=True)
class PrivacyChange:
    """Settings with who chose them, and when."""

    settings: PrivacySettings
    changed: datetime
    changed_by: str

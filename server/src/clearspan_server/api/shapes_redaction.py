"""The shapes of redaction: what a project keeps of texts, what was masked, a try, and rescans of what is stored."""

from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_normalisations import ChangedField, FieldChange
from clearspan_server.model.privacy import CaptureMode

# A bound that no body reaches: only of a text that has one it is checked that it can be written at all.
Text = Annotated[str, Field(max_length=1024 * 1024)]
Name = Annotated[str, Field(max_length=1_000)]


class RedactionTry(Shape):
    """A text to redact by the project's rules, up to 64 kB."""

    text: Text


class RedactionTried(Shape):
    """`counts` by type of what was replaced. With a `capture` of "metadata" no text is kept, whatever is in it."""

    text: str
    counts: dict[str, int]
    capture: CaptureMode


class Pattern(Shape):
    """A regular expression in RE2's syntax; its finds become `[redacted:<name>]`."""

    name: Name
    pattern: Name


class RedactionRules(Shape):
    """What a project keeps of texts.

    `capture`: "masked" keeps all texts without personal data and secrets, "full" without secrets only, "errors" the
    masked texts of what failed and of nothing else, "metadata" no texts. `off` are types of personal data that are not
    looked for; `words`, `patterns` and `entities` (what the server's analyzer finds in prose, such as "PERSON") are
    looked for beside them. With `hash_ids` the id of a user, customer or session in which something is found becomes a
    keyed hash, which filters find under both; without, a mark.
    """

    capture: CaptureMode = "masked"
    off: list[Name] = Field(default=[], max_length=100)
    words: list[Name] = Field(default=[], max_length=1_000)
    patterns: list[Pattern] = Field(default=[], max_length=1_000)
    entities: list[Name] = Field(default=[], max_length=1_000)
    hash_ids: bool = True


class RedactionRequest(RedactionRules):
    """Other rules for a project; they hold for what comes from now on."""

    project: str = ""


class RedactionChange(Shape):
    """Who chose rules, and when."""

    changed: str
    changed_by: str
    rules: RedactionRules


class RedactionSettings(Shape):
    """The rules in force, the types that can be left alone and those that cannot, and the newest changes first.

    `known_entities` are those that can be chosen: none where the server has no analyzer. `unknown_entities` were chosen
    when it had another one: they are not looked for.
    """

    rules: RedactionRules
    personal_types: list[str]
    secret_types: list[str]
    known_entities: list[str]
    unknown_entities: list[str]
    changes: list[RedactionChange]


class MaskedOfDay(Shape):
    """How many of a type were masked in what started on a day (UTC)."""

    day: str
    type: str
    count: int


class MaskedList(Shape):
    """What was masked in spans, logs and metric points, the newest day first."""

    masked: list[MaskedOfDay]


class RescanRequest(Shape):
    """The window of a rescan, RFC 3339, days or epoch milliseconds; without an end all there is on that side.

    A preview changes nothing and tells what would change.
    """

    project: str = ""
    since: str | None = Field(default=None, alias="from")
    until: str | None = Field(default=None, alias="to")
    preview: bool = False


class Rescan(Shape):
    """A rescan: `progress` from 0 to 1, and what it has found so far.

    `spans` were read again by the project's rules of now, `changed` of them hold less now: how many by field, with
    examples as they are afterwards. `records` are changed log records, points of metrics, scores and comments, by what
    they are, `types` what was found how often, also in them. `error` says why it does not go on, while it
    tries again.
    """

    id: int
    preview: bool
    state: Literal["running", "done", "cancelled"]
    since: str = Field(serialization_alias="from")
    until: str = Field(serialization_alias="to")
    created: str
    ended: str | None
    progress: float
    spans: int
    changed: int
    records: dict[str, int]
    fields: list[ChangedField]
    types: dict[str, int]
    examples: list[FieldChange]
    error: str


class RescanList(Shape):
    """The newest rescans, newest first."""

    rescans: list[Rescan]

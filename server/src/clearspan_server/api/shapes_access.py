"""The shapes of access: who asks, accounts and their browsers, projects and their keys."""

from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape

Role = Literal["admin", "viewer"]
Scope = Literal["ingest", "read", "write", "admin", "gateway"]
Name = Annotated[str, Field(max_length=200)]
Password = Annotated[str, Field(max_length=1000)]


class Me(Shape):
    """Who asks, and what this server is. Versions are told to those who are let in.

    `mode` is *open* until there is an account. `name` and `role` are empty for nobody; the install's token and a
    session of it have the role admin and no name. An API key has neither, and `authenticated` is true.
    """

    mode: Literal["open", "accounts"]
    authenticated: bool
    name: str
    role: Literal["", "admin", "viewer"]
    csrf: str
    version: str
    engine: str


class SessionRequest(Shape):
    """A name and its password, or, while there is no account, the install's token."""

    name: Name = ""
    password: Password = ""
    token: Annotated[str, Field(max_length=200)] = ""


class AccountRow(Shape):
    """Somebody who may sign in."""

    id: str
    name: str
    role: Role
    created: str
    password_changed: str


class AccountList(Shape):
    """All accounts, by name."""

    accounts: list[AccountRow]


class AccountRequest(Shape):
    """A new account; the first one must be an admin, and ends open mode."""

    name: Name
    password: Password
    role: Role = "viewer"


class PasswordReset(Shape):
    """What an admin sets for somebody else."""

    password: Password


class PasswordChange(Shape):
    """What somebody sets for themselves."""

    old: Password
    new: Password


class BrowserSession(Shape):
    """A browser that is signed in; `current` is the one that asks."""

    id: str
    current: bool
    created: str
    seen: str
    expires: str
    agent: str
    address: str


class BrowserSessionList(Shape):
    """Where one is signed in, the newest first."""

    sessions: list[BrowserSession]


class Project(Shape):
    """`label` is what people call it, "" for its id. `created` is null for one that nothing was sent to yet."""

    id: str
    label: str
    demo: bool
    created: str | None


class ProjectList(Shape):
    """The projects that the caller may read."""

    projects: list[Project]


class ProjectRequest(Shape):
    """A new project."""

    id: Annotated[str, Field(max_length=100)]
    label: Name = ""


class ProjectLabel(Shape):
    """What people call a project; "" is its id."""

    label: Name


# Without spaces, which separate them where they are kept.
Pattern = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s,]+$")]


class KeyRequest(Shape):
    """A new key. It ends in `expires_s` seconds, or never.

    A key with the scope `gateway` is a virtual one: it calls the providers whose keys this server holds; of `models`
    (`*` in one is anything) and `providers` those that are named, or all, and at most `calls_per_minute`.
    """

    project: Annotated[str, Field(max_length=100)]
    environment: Annotated[str, Field(max_length=100)] = ""
    scopes: list[Scope] = Field(default=["ingest"], max_length=5)
    name: Name = ""
    expires_s: Annotated[int, Field(ge=60, le=10 * 366 * 86_400)] | None = None
    models: list[Pattern] = Field(default=[], max_length=100)
    providers: list[Pattern] = Field(default=[], max_length=100)
    calls_per_minute: Annotated[int, Field(ge=1, le=10_000)] | None = None


class KeyRotation(Shape):
    """How long the secret of before stays good: up to thirty days."""

    grace_s: Annotated[int, Field(ge=0, le=30 * 86_400)] = 86_400


class KeyRow(Shape):
    """An API key as it is listed: never with its secret.

    `last_used` is told to the minute. `old_until` is how long the secret before a rotation is still good.
    """

    id: str
    name: str
    project: str
    environment: str
    scopes: list[str]
    created: str
    expires: str | None
    last_used: str | None
    old_until: str | None
    models: list[str]
    providers: list[str]
    calls_per_minute: int | None


class KeyCreated(Shape):
    """The only moment at which the whole key can be seen."""

    key: str
    row: KeyRow


class KeyList(Shape):
    """API keys, oldest first."""

    keys: list[KeyRow]

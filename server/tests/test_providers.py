"""Providers that admins enter: their keys are spent, never shown, and lie on no disk so that anybody can read them."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from asking import Answer, ask, bearer, make_key
from clearspan_server.errors import NotAllowed, Unavailable
from clearspan_server.gateway.provider_book import ProviderBook, Simulated
from clearspan_server.settings import provider_variables
from clearspan_server.simulator.serve import running as simulating
from clearspan_server.store.backup_files import restore
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.providers import StoredProvider, StoredProviders
from clearspan_server.store.secrets import KEY_FILE, Secrets, UnreadableError
from passing import CHAT, Passing
from running import Server, serving, until
from simulated import FAST, Json

SECRET = "sk-of-the-whole-install-4711"


async def _nobody() -> str:
    raise AssertionError("nobody calls the simulated provider here")


async def _nothing() -> None:
    return


def book_of(folder: Path, setting: str = "", **environment: str) -> ProviderBook:
    """The providers of a data folder, as its server reads them at the start."""
    stored = StoredProviders(Catalog(folder / "catalog.db").database, Secrets(folder))
    simulated = Simulated(("gpt-4o",), _nobody, _nothing)
    return ProviderBook(stored, setting, provider_variables(environment), simulated)


def put(book: ProviderBook, provider: StoredProvider) -> None:
    book.put(provider, keeps_key=False, author="ada")


def test_a_sealed_text_opens_with_the_same_file_for_the_same_purpose_alone(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)

    sealed = secrets.seal(SECRET, "openai\n")

    assert SECRET not in sealed
    assert Secrets(tmp_path).open(sealed, "openai\n") == SECRET
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    for bound_to in ("openai\nhttps://evil.example.com", "anthropic\n", ""):
        with pytest.raises(UnreadableError):
            secrets.open(sealed, bound_to)


@pytest.mark.parametrize("spoiled", ["lost", "another", "cut", "text", "empty"])
def test_without_its_key_file_a_secret_is_told_to_be_entered_again(
    tmp_path: Path, spoiled: str
) -> None:
    put(book_of(tmp_path), StoredProvider("openai", key=SECRET))
    file = tmp_path / KEY_FILE
    if spoiled == "lost":
        file.unlink()
    elif spoiled == "another":
        file.unlink()
        Secrets(tmp_path).seal("x", "y")
    else:
        held = {"cut": file.read_bytes()[:20], "text": b"not a key\n", "empty": b""}
        file.write_bytes(held[spoiled])

    book = book_of(tmp_path, OPENAI_API_KEY="sk-of-the-environment")

    row = book.row("openai")
    assert (row.key, row.is_usable) == ("unreadable", False)
    with pytest.raises(NotAllowed, match="enters it again"):
        book.credential(asyncio.run(book.target("/openai/v1/models")))
    if spoiled in ("lost", "another"):
        put(book, StoredProvider("openai", key=SECRET))
        assert book.row("openai").key == "stored"
    else:  # what might be mended by hand is not replaced
        with pytest.raises(Unavailable, match=KEY_FILE):
            put(book, StoredProvider("openai", key=SECRET))


def test_a_key_of_the_environment_is_used_and_never_stored(tmp_path: Path) -> None:
    book = book_of(tmp_path, OPENAI_API_KEY=SECRET, GOOGLE_API_KEY="g", GROQ_API_KEY="a b\n")

    states = {row.name: row.key for row in book.rows()}

    assert (states["openai"], states["gemini"], states["groq"]) == ("environment",) * 2 + ("none",)
    assert [row.name for row in book.usable()] == ["openai", "gemini", "simulated"]
    assert SECRET not in repr(book.rows())
    assert SECRET.encode() not in (tmp_path / "catalog.db").read_bytes()


def test_a_key_of_the_environment_goes_to_no_address_that_only_the_catalog_names(
    tmp_path: Path,
) -> None:
    book = book_of(tmp_path, OPENAI_API_KEY=SECRET)

    put(book, StoredProvider("openai", base_url="https://elsewhere.example.com"))

    assert book.row("openai").key == "not_needed"
    target = asyncio.run(book.target("/openai/v1/models"))
    assert book.credential(target) is None


@pytest.mark.parametrize(
    ("setting", "environment"),
    [
        ("", {"OPENAI_BASE_URL": "http://127.0.0.1:9999/v1"}),
        ("openai=http://10.0.0.9:8000", {}),
    ],
)
def test_a_stored_key_goes_to_no_other_address_than_it_was_entered_for(
    tmp_path: Path, setting: str, environment: dict[str, str]
) -> None:
    put(book_of(tmp_path), StoredProvider("openai", key=SECRET))

    moved = book_of(tmp_path, setting, **environment)

    row = moved.row("openai")
    assert (row.key, row.is_usable) == ("unreadable", False)
    with pytest.raises(NotAllowed, match="another base URL"):
        moved.credential(asyncio.run(moved.target("/openai/v1/models")))
    back = book_of(tmp_path)
    assert back.row("openai").key == "stored"
    put(moved, StoredProvider("openai", key=SECRET))  # entered again, for this address
    assert moved.row("openai").key == "stored"
    assert book_of(tmp_path).row("openai").key == "unreadable"


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("http://10.0.0.7:8000/v1", "http://10.0.0.7:8000"),
        ("http://10.0.0.7:8000/", "http://10.0.0.7:8000"),
        (
            "http://127.0.0.1:4318/gateway/openai/v1",
            "https://api.openai.com",
        ),  # this gateway itself
        ("nonsense", "https://api.openai.com"),
    ],
)
def test_a_base_url_of_the_environment_is_honoured_unless_it_is_this_gateway(
    tmp_path: Path, url: str, base_url: str
) -> None:
    assert book_of(tmp_path, OPENAI_BASE_URL=url).row("openai").base_url == base_url


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/openai/v1/chat/completions", b"authorization"),
        ("/anthropic/v1/messages", b"x-api-key"),
        ("/anthropic/v1/chat/completions", b"authorization"),
        ("/gemini/v1beta/models/gemini-2.5-flash:generateContent", b"x-goog-api-key"),
        ("/gemini/v1beta/openai/chat/completions", b"authorization"),
        ("/azure/openai/v1/chat/completions", b"api-key"),
        ("/our-azure/openai/v1/chat/completions", b"api-key"),
        ("/claude-too/v1/messages", b"x-api-key"),
        ("/cohere/v2/chat", b"authorization"),
    ],
)
def test_a_key_stands_where_the_provider_looks_for_it(
    tmp_path: Path, path: str, name: bytes
) -> None:
    book = book_of(tmp_path)
    host = "https://mine.openai.azure.com"
    for row in (
        *(StoredProvider(one, key=SECRET) for one in ("openai", "anthropic", "gemini", "cohere")),
        *(StoredProvider(one, base_url=host, key=SECRET) for one in ("azure", "our-azure")),
        StoredProvider("claude-too", "", "anthropic", "http://10.0.0.7", SECRET),
    ):
        put(book, row)

    header = book.credential(asyncio.run(book.target(path)))

    sent = SECRET.encode()
    assert header == (name, b"Bearer " + sent if name == b"authorization" else sent)


def test_only_a_base_url_that_was_entered_may_be_private(tmp_path: Path) -> None:
    book = book_of(tmp_path, "ollama=http://127.0.0.1:11434")
    put(book, StoredProvider("openai", key=SECRET, models=("gpt-4o",)))
    put(book, StoredProvider("groq", base_url="http://10.0.0.7"))

    trusted = {
        name: asyncio.run(book.target(f"/{name}/v1/models")).provider.is_trusted
        for name in ("openai", "groq", "ollama", "mistral")
    }

    assert trusted == {"openai": False, "groq": True, "ollama": True, "mistral": False}


def test_no_key_goes_to_a_resource_of_azure_that_a_caller_names(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    put(book, StoredProvider("azure", key=SECRET))  # the API refuses that

    target = asyncio.run(book.target("/azure/anybodys/openai/v1/models"))

    with pytest.raises(NotAllowed):
        book.credential(target)


# Through the front door.


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    """A simulator that takes one key alone."""
    with simulating(replace(FAST, api_key=SECRET)) as url:
        yield url


def asked(server: Server, method: str, path: str, body: Json | None = None) -> Answer:
    """What an admin hears of the routes of providers."""
    return ask(server, method, f"/api/v1/providers{path}", bearer(server.token), body)


def admin(passing: Passing, method: str, path: str, body: Json | None = None) -> Answer:
    """The same, of the server in front of the simulators."""
    return asked(passing.server, method, path, body)


def of(answer: Answer, name: str) -> Json:
    """One provider of the list."""
    [found] = [row for row in answer.body["providers"] if row["name"] == name]
    return dict(found)


def test_a_provider_is_entered_tested_switched_and_forgotten(passing: Passing, locked: str) -> None:
    put_it = {"base_url": f"{locked}/v1", "key": SECRET, "title": "Ours", "form": "openai"}

    made = admin(passing, "PUT", "/ours", put_it)
    tested = admin(passing, "POST", "/ours/test")
    listed = of(admin(passing, "GET", ""), "ours")
    models = admin(passing, "GET", "/ours/models")
    off = admin(passing, "PUT", "/ours", {"is_enabled": False})
    unlisted = admin(passing, "GET", "/ours/models")
    refused = ask(passing.server, "GET", "/gateway/ours/models")
    on = admin(passing, "PUT", "/ours", {"is_enabled": True})
    gone = [admin(passing, "DELETE", "/ours").status for _ in range(2)]

    assert (made.status, made.body["key"], made.body["is_usable"]) == (200, "stored", True)
    assert (made.body["base_path"], made.body["source"]) == ("", "stored")
    assert (tested.body["ok"], tested.body["error"]) == (True, None)
    assert listed["tested"] == tested.body
    assert "gpt-4o" in listed["models"]
    assert "text-embedding-3-small" not in models.body["models"]
    assert (off.body["is_enabled"], off.body["key"], refused.status) == (False, "stored", 403)
    assert "switched off" in refused.says
    assert (unlisted.status, "switched off" in unlisted.says) == (403, True)
    assert (on.body["is_enabled"], on.body["key"]) == (True, "stored")
    assert gone == [204, 404]


def test_the_simulated_provider_is_always_there_and_says_what_it_is(passing: Passing) -> None:
    rows = admin(passing, "GET", "").body["providers"]
    headers = {"x-clearspan-project": "simulated"}
    answer = ask(passing.server, "POST", "/gateway/simulated/v1/chat/completions", headers, CHAT)

    assert (rows[-1]["name"], rows[-1]["is_simulated"], rows[-1]["is_usable"]) == (
        "simulated",
        True,
        True,
    )
    assert "gpt-4o" in rows[-1]["models"]
    assert answer.status == 200
    span = passing.span("simulated")
    assert (span["provider"], span["request_model"]) == ("simulated", "gpt-4o")
    assert admin(passing, "PUT", "/simulated", {"is_enabled": False}).status == 400


@pytest.mark.parametrize(
    ("name", "wanted", "says"),
    [
        ("NO", {"base_url": "http://a"}, "no name"),
        ("new", {"key": SECRET}, "needs a base URL"),
        ("new", {}, "needs a base URL"),
        ("azure", {"key": SECRET + "\n" + SECRET}, "header"),
        ("openai", {"form": "gemini"}, "form openai"),
        ("new", {"base_url": "ftp://a"}, "no address"),
        ("new", {"base_url": "http://a:b@c"}, "no address"),
        ("new", {"base_url": "http://a", "form": SECRET}, "form"),
        ("new", {"base_url": "http://a", "key": SECRET * 200}, "key"),
    ],
)
def test_what_cannot_be_called_is_refused_and_no_key_is_repeated(
    passing: Passing, name: str, wanted: Json, says: str
) -> None:
    refused = admin(passing, "PUT", f"/{name}", wanted)

    assert refused.status == 400
    assert says in refused.says
    assert "key" not in wanted or SECRET not in json.dumps(refused.body)


def test_a_new_base_url_needs_the_key_again(passing: Passing, locked: str) -> None:
    admin(passing, "PUT", "/moved", {"base_url": locked, "key": SECRET})

    moved = admin(passing, "PUT", "/moved", {"base_url": "http://127.0.0.1:9"})
    without = admin(passing, "PUT", "/moved", {"base_url": "http://127.0.0.1:9", "key": ""})

    assert moved.status == 400
    assert "needs its key again" in moved.says
    assert without.body["key"] == "not_needed"


def test_an_address_that_ends_in_v1_is_called_with_and_without_it(
    passing: Passing, locked: str
) -> None:
    admin(passing, "PUT", "/versioned", {"base_url": f"{locked}/v1", "key": SECRET})
    key = make_key(passing.server, "versioned", "gateway")

    for path in ("/chat/completions", "/v1/chat/completions"):
        url = f"{passing.url('versioned')}{path}"
        assert httpx2.post(url, json=CHAT, headers=bearer(key)).status_code == 200, path


def test_a_test_tells_what_is_wrong_in_the_providers_own_words(
    passing: Passing, locked: str
) -> None:
    passing.provider.on(
        "/turned/v1/models",
        lambda: iter(
            [
                b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
            ]
        ),
    )
    admin(passing, "PUT", "/wrong", {"base_url": locked, "key": "sk-wrong"})
    admin(passing, "PUT", "/absent", {"base_url": "http://127.0.0.1:9"})
    admin(passing, "PUT", "/turned", {"base_url": f"{passing.provider.url}/turned/v1"})

    errors = {
        name: admin(passing, "POST", f"/{name}/test").body["error"]
        for name in ("wrong", "absent", "turned")
    }
    direct = httpx2.get(f"{locked}/v1/models", headers={"authorization": "Bearer sk-wrong"})

    said = direct.json()["error"]["message"].replace("sk-wrong", "...")
    assert errors["wrong"] == f"401: {said}"
    assert "cannot be reached" in errors["absent"]
    assert errors["turned"].startswith("302")


def test_a_provider_without_a_list_is_tested_with_one_token(passing: Passing) -> None:
    admin(passing, "PUT", "/flash", {"base_url": passing.behind, "form": "gemini"})

    tested = admin(passing, "POST", "/flash/test").body

    assert (tested["ok"], tested["error"]) == (True, None)


def test_a_key_is_nowhere_to_be_read(passing: Passing, locked: str, tmp_path: Path) -> None:
    admin(passing, "PUT", "/hidden", {"base_url": locked, "key": SECRET})
    admin(passing, "POST", "/hidden/test")
    path = tmp_path / "backup"
    server = passing.server
    headers = bearer(server.token)

    begun = ask(server, "POST", "/api/v1/backups", headers, {"path": str(path)})
    assert begun.status < 300, begun.body
    where = f"/api/v1/backups/{begun.body['id']}"
    done = until(lambda: _ended(ask(server, "GET", where, headers).body))
    said = [
        ask(server, "GET", route, headers).body
        for route in ("/api/v1/providers", "/api/v1/keys", "/openapi.json")
    ]

    assert done["state"] == "done"
    assert SECRET not in json.dumps(said)
    log = server.data.parent / f"{server.data.name}.log"
    for folder in (server.data, path, log):
        assert not [file for file in _files(folder) if SECRET.encode() in _bytes(file)]
    assert (server.data / KEY_FILE).exists()
    assert not [file for file in _files(path) if file.name.startswith("secrets")]

    restore(path, tmp_path / "restored", lambda _: None)
    with serving(tmp_path / "restored") as other:
        lost = of(asked(other, "GET", ""), "hidden")
        mended = asked(other, "PUT", "/hidden", {"key": SECRET})
        tested = asked(other, "POST", "/hidden/test")
    assert (lost["key"], lost["is_usable"]) == ("unreadable", False)
    assert (mended.body["key"], tested.body["ok"]) == ("stored", True)


def _ended(backup: Json) -> Json | None:
    return backup if backup["state"] != "running" else None


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def _bytes(file: Path) -> bytes:
    with suppress(FileNotFoundError):  # what the engine has replaced goes meanwhile
        return file.read_bytes()
    return b""

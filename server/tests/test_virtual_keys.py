"""Virtual keys: who spends the keys that this server holds, on which models, and how often."""

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import Answer, ask, bearer, make_key
from clearspan_server.errors import BadInput, NotAllowed, TooManyCalls
from clearspan_server.gateway.limits import CallRates, check_models
from clearspan_server.gateway.model_scan import ModelScan
from clearspan_server.simulator.serve import running as simulating
from clearspan_server.store.catalog import ApiKey, utc_now
from passing import CHAT, OF_THE_ENVIRONMENT, Passing
from simulated import FAST, Json

STORED = "sk-of-the-whole-install-0816"
CHAT_PATH = "/v1/chat/completions"
DONE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"
_WHOLE = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


def virtual(passing: Passing, project: str, **limits: object) -> str:
    """A virtual key."""
    wanted = {"project": project, "scopes": ["gateway"], **limits}
    made = ask(passing.server, "POST", "/api/v1/keys", bearer(passing.server.token), wanted)
    assert made.status == 201, made.body
    return str(made.body["key"])


@pytest.fixture(scope="module", autouse=True)
def spent(passing: Passing) -> None:
    """A provider with a stored key, which notes what it gets."""
    wanted = {"base_url": f"{passing.provider.url}/spent", "key": STORED}
    where = "/api/v1/providers/spent"
    assert ask(passing.server, "PUT", where, bearer(passing.server.token), wanted).status == 200
    for path in ("/spent", ""):
        for tail in (CHAT_PATH, "/v1/models", "/v1/files"):
            passing.provider.on(f"{path}{tail}", lambda: iter([DONE]))


def call(passing: Passing, headers: dict[str, str], **told: object) -> Answer:
    """A question to the provider with the stored key."""
    return ask(passing.server, "POST", f"/gateway/spent{CHAT_PATH}", headers, CHAT | told)


def seen(passing: Passing, path: str = f"/spent{CHAT_PATH}") -> bytes:
    """The head of the latest request there."""
    return passing.provider.last(path).head


@pytest.mark.parametrize("name", _WHOLE)
def test_a_virtual_key_in_any_clients_place_is_replaced_by_the_stored_key(
    passing: Passing, name: str
) -> None:
    key = virtual(passing, "replaced")
    presented = f"Bearer {key}" if name == "authorization" else key

    answer = call(passing, {name: presented, "x-other": "stays"})

    head = seen(passing)
    assert answer.status == 200
    assert head.count(STORED.encode()) == 1
    assert f"authorization: Bearer {STORED}".encode() in head
    assert b"x-other: stays" in head
    assert key.encode() not in head
    assert name == "authorization" or f"\r\n{name}:".encode() not in head


def test_the_key_of_geminis_query_is_replaced_too(passing: Passing) -> None:
    key = virtual(passing, "query")
    path = f"/gateway/spent{CHAT_PATH}?alt=sse&key={key.replace('_', '%5F')}&a=b"

    answer = ask(passing.server, "POST", path, {}, CHAT)

    head = seen(passing)
    assert answer.status == 200
    assert head.split(b" ")[1].endswith(b"?alt=sse&a=b")
    assert STORED.encode() in head


def test_nobody_else_spends_a_stored_key_or_one_of_the_environment(passing: Passing) -> None:
    sending, token = make_key(passing.server, "sends", "ingest"), passing.server.token
    admins = make_key(passing.server, "sends", "admin")
    callers: dict[str, dict[str, str]] = {
        "anonymous": {},
        "anonymous with a key of its own": {"authorization": "Bearer sk-own"},
        "a key that sends": {"x-clearspan-key": sending},
        "a key that sends, and one of its own": {
            "x-clearspan-key": sending,
            "authorization": "Bearer sk-own",
        },
        "a key that may admin": {"x-clearspan-key": admins},
        "the token": {"x-clearspan-key": token},
    }

    for who, headers in callers.items():
        for name, path in (("spent", f"/spent{CHAT_PATH}"), ("deepseek", CHAT_PATH)):
            answer = ask(passing.server, "POST", f"/gateway/{name}{CHAT_PATH}", headers, CHAT)
            head = seen(passing, path)
            assert answer.status == 200, who
            assert STORED.encode() not in head, who
            assert OF_THE_ENVIRONMENT.encode() not in head, who
            assert (b"sk-own" in head) is ("own" in who)


def test_a_virtual_key_spends_a_key_of_the_environment(passing: Passing) -> None:
    headers = bearer(virtual(passing, "environment"))

    assert ask(passing.server, "POST", f"/gateway/deepseek{CHAT_PATH}", headers, CHAT).status == 200
    assert OF_THE_ENVIRONMENT.encode() in seen(passing, CHAT_PATH)


def test_who_brings_a_providers_key_beside_a_virtual_one_pays_with_that(passing: Passing) -> None:
    key = virtual(passing, "brings")

    call(passing, {"x-clearspan-key": key})
    own = {"x-clearspan-key": key, "x-api-key": "sk-own"}
    stored = seen(passing)
    call(passing, own)
    two = call(passing, {"x-clearspan-key": key, **bearer(make_key(passing.server, "b", "ingest"))})

    assert STORED.encode() in stored
    assert STORED.encode() not in seen(passing)
    assert b"sk-own" in seen(passing)
    assert two.status == 400


@pytest.mark.parametrize("key", ["cs_0123456789ab_nobodyknows", "cs_a_b"])
def test_an_unknown_virtual_key_is_refused_as_clients_understand_it(
    passing: Passing, key: str
) -> None:
    before = len(passing.provider.seen.get(f"/spent{CHAT_PATH}", ()))

    answer = call(passing, bearer(key))

    assert answer.status == 401
    assert len(passing.provider.seen.get(f"/spent{CHAT_PATH}", ())) == before


def test_a_wrong_key_of_the_provider_is_told_in_its_own_words(passing: Passing) -> None:
    headers = bearer(virtual(passing, "wrong"))
    admin = bearer(passing.server.token)
    with simulating(replace(FAST, api_key="right")) as url:
        wanted = {"base_url": url, "key": "sk-wrong"}
        assert ask(passing.server, "PUT", "/api/v1/providers/refusing", admin, wanted).status == 200
        passed = ask(passing.server, "POST", f"/gateway/refusing{CHAT_PATH}", headers, CHAT)
        direct = httpx2.post(url + CHAT_PATH, json=CHAT, headers=bearer("sk-wrong"))

    assert (passed.status, passed.body) == (401, direct.json())


def test_without_any_key_for_a_provider_it_is_told_who_enters_one(passing: Passing) -> None:
    headers = bearer(virtual(passing, "none"))

    unknown = ask(passing.server, "POST", f"/gateway/nobody{CHAT_PATH}", headers, CHAT)
    resource = ask(passing.server, "POST", "/gateway/azure/x/openai/v1/chat/completions", headers)

    assert (unknown.status, "nobody" in unknown.says) == (404, True)
    assert resource.status != 200


# Which models and providers.


ALLOWED = ["gpt-4o", "claude-*"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ('{"model": "gpt-4o"}', 200),
        ('{"messages": [{"model": "x", "content": "\\"model\\": \\\\"}], "model": "GPT-4o"}', 200),
        ('{"a": {"model": "x"}, "model": "claude-sonnet-4-5"}', 200),
        ('{"mod\\u0065l": "gpt-4o", "models": ["gpt-4o", "claude-x"]}', 200),
        ('{"model": "gpt-4o-mini"}', 403),
        ('{"model": "gpt-4o", "model": "gpt-5"}', 403),
        ('{"model": "gpt-4o", "x": {}, "Model": "gpt-5"}', 403),
        ('{"model": "gpt-4o", "mod\\u0065l": "gpt-5"}', 403),
        ('{"model": "gpt-4o", "models": ["gpt-5"]}', 403),
        ('{"model": "gpt-4o", "model"' + " " * 250 + ': "gpt-5"}', 403),
        ('{"model": "gpt-4o",' + "\n" * 250 + '"model": "gpt-5"}', 403),
        ('{"messages": []}', 403),
        ('{"input": "{\\"model\\": \\"gpt-4o\\"}"}', 403),
        ('[{"model": "gpt-4o"}]', 403),
        ('x{"model": "gpt-4o"}', 403),
        ("", 403),
        ('{"model": 4}', 400),
        ('{"model": null}', 400),
    ],
)
def test_a_key_calls_its_models_alone(passing: Passing, told: str, status: int) -> None:
    key = virtual(passing, "models", models=ALLOWED)
    path = f"/spent{CHAT_PATH}"
    before = len(passing.provider.seen.get(path, ()))

    answer = httpx2.post(
        passing.url("spent") + CHAT_PATH,
        content=told.encode(),
        headers={**bearer(key), "content-type": "application/json"},
    )

    assert answer.status_code == status
    if status == 200:
        assert passing.provider.last(path).body == told.encode()
        return
    assert len(passing.provider.seen.get(path, ())) == before
    if status == 403:
        assert "gpt-4o, claude-*" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_that_others_would_read_in_another_way_is_not_believed(
    passing: Passing, headers: dict[str, str]
) -> None:
    key = virtual(passing, "odd", models=ALLOWED)
    body = b'{"model": "gpt-4o"}\r\n--x\r\n'

    answer = httpx2.post(
        passing.url("spent") + CHAT_PATH, content=body, headers={**headers, **bearer(key)}
    )

    assert answer.status_code == 403
    assert "names none" in answer.json()["error"]["message"]


def test_another_model_at_the_end_of_a_long_body_never_arrives(passing: Passing) -> None:
    key = virtual(passing, "late", models=ALLOWED)
    path = f"/spent{CHAT_PATH}"
    passing.provider.on(path, lambda: iter([DONE]))

    def body() -> Iterator[bytes]:
        yield b'{"model": "gpt-4o", "input": "'
        yield from (b"x" * 65_536 for _ in range(40))
        yield b'", "model": "gpt-5"}'

    with httpx2.Client(timeout=60) as client:
        answer = client.post(
            passing.url("spent") + CHAT_PATH,
            content=body(),
            headers={**bearer(key), "content-type": "application/json"},
        )

    assert answer.status_code == 403
    assert not any(b"gpt-5" in one.body for one in passing.provider.seen[path])


def test_a_model_in_the_path_counts(passing: Passing) -> None:
    key = virtual(passing, "paths", models=["gemini-2.5-flash"])
    body: Json = {"contents": [{"parts": [{"text": "Hi"}]}]}

    statuses = [
        ask(
            passing.server,
            "POST",
            f"/gateway/gemini/v1beta/models/{model}:generateContent",
            {"x-goog-api-key": key},
            body,
        ).status
        for model in ("gemini-2.5-flash", "gemini-2.5-pro")
    ]

    assert statuses == [200, 403]


UNDECIDED = (
    "/spent/v1/messages/batches",
    "/spent/v1/batches",
    "/spent/v1/files",
    "/spent/v1/fine_tuning/jobs",
    "/spent/v1/engines/gpt-5/chat/completions",
    "/spent/deployments/gpt-5/chat/completions",
    "/spent/models/gpt-5/v1/chat/completions",
    "/spent/v1/chat/completions%3Fx",
    "/spent/v1/chat%252Fcompletions",
    "/gemini/v1beta/models/gpt-5:batchGenerateContent",
    "/gemini/v1beta/models/gpt-5:predictLongRunning",
    "/gemini/v1beta/models/gpt-5:generateContent;x:generateContent",
)


def test_what_no_model_can_be_told_of_is_refused_to_a_key_with_models(passing: Passing) -> None:
    key, free = virtual(passing, "undecided", models=ALLOWED), virtual(passing, "undecided")

    refused = {
        path: ask(passing.server, "POST", f"/gateway{path}", bearer(key), CHAT)
        for path in UNDECIDED
    }

    for path, answer in refused.items():
        assert answer.status == 403, path
        assert "cannot be told" in answer.says
        assert path.partition("/v1")[2] in answer.says
    assert ask(passing.server, "POST", "/gateway/spent/v1/files", bearer(free), CHAT).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/chat/completions", 200),
        ("/v1/responses", 200),
        ("/v1/embeddings", 200),
        ("/v1/moderations", 200),
        ("/v1/messages", 200),
        ("/v1/messages/count_tokens", 200),
        ("/models/chat/completions", 200),
        ("/openai/deployments/gpt-4o/chat/completions", 200),
        ("/openai/deployments/gpt%2D4o/chat/completions", 200),
        ("/openai/deployments/gpt-5/chat/completions", 403),
        ("/openai/deployments/gpt%2D5/chat/completions", 403),
        ("/v1beta/models/gpt-4o:generateContent", 200),
        ("/v1beta/models/gpt-4o%3AgenerateContent", 200),
        ("/v1beta/models/gpt-4o:streamGenerateContent", 200),
        ("/v1beta/models/gpt-4o:countTokens", 200),
        ("/v1beta/models/gpt-5:countTokens", 403),
        ("/v1beta/models/gpt-5%3AgenerateContent", 403),
        ("/v1beta/openai/chat/completions", 200),
    ],
)
def test_ordinary_clients_call_their_models_with_a_limited_key(
    passing: Passing, path: str, status: int
) -> None:
    key = virtual(passing, "ordinary", models=ALLOWED)
    passing.provider.on(f"/spent{path}", lambda: iter([DONE]))

    answer = ask(passing.server, "POST", f"/gateway/spent{path}", bearer(key), CHAT)

    assert answer.status == status
    assert status == 200 or "'gpt-5'" in answer.says


def test_a_key_with_models_may_see_which_there_are_and_nothing_else(passing: Passing) -> None:
    headers = bearer(virtual(passing, "lists", models=ALLOWED))

    assert ask(passing.server, "GET", "/gateway/spent/v1/models", headers).status == 200
    assert ask(passing.server, "GET", "/gateway/spent/v1/files", headers).status == 403


def test_a_key_calls_its_providers_alone(passing: Passing) -> None:
    headers = bearer(virtual(passing, "providers", providers=["openai"]))

    refused = call(passing, headers)

    assert ask(passing.server, "POST", f"/gateway/openai{CHAT_PATH}", headers, CHAT).status == 200
    assert (refused.status, "only openai" in refused.says) == (403, True)


def test_a_key_that_calls_too_often_hears_when_it_may_again(passing: Passing) -> None:
    headers = bearer(virtual(passing, "often", calls_per_minute=2))

    answers = [call(passing, headers) for _ in range(3)]

    assert [one.status for one in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert "2 times a minute" in answers[-1].says


def test_a_minute_is_any_sixty_seconds() -> None:
    now = [0.0]
    rates = CallRates(lambda: now[0])
    key = ApiKey("a", "", "p", "", ("gateway",), utc_now(), calls_per_minute=2)
    held = []

    for moment in (0.0, 30.0, 59.0, 60.0, 61.0, 90.0):
        now[0] = moment
        try:
            rates.count(key)
            held.append(0)
        except TooManyCalls as error:
            held.append(error.retry_after_s)

    assert held == [0, 0, 1, 0, 29, 0]


def test_a_call_is_recorded_in_the_keys_project_without_any_key(passing: Passing) -> None:
    key = virtual(passing, "accounted")

    ask(passing.server, "POST", f"/gateway/openai{CHAT_PATH}", bearer(key), CHAT)

    span = passing.span("accounted")
    assert (span["status"], span["request_model"]) == ("ok", "gpt-4o")
    assert key not in json.dumps(span)


@pytest.mark.parametrize(
    "limits",
    [
        {"models": ["gpt-4o"], "scopes": ["ingest"]},
        {"models": ["two words"]},
        {"models": [""]},
        {"calls_per_minute": 0},
    ],
)
def test_limits_that_mean_nothing_are_refused(passing: Passing, limits: Json) -> None:
    wanted = {"project": "refused", "scopes": ["gateway"], **limits}

    refused = ask(passing.server, "POST", "/api/v1/keys", bearer(passing.server.token), wanted)

    assert refused.status == 400


# What is read from a body.


def models_in(pieces: Sequence[bytes]) -> list[str]:
    scan = ModelScan()
    for piece in pieces:
        scan.feed(piece)
    return scan.found


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["model", "a", '"', "models", "\\"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(
    rest=st.dictionaries(
        st.text(max_size=6).filter(lambda name: "model" not in name.lower()), values
    ),
    model=st.text(min_size=1, max_size=20),
    at=st.integers(0, 5),
    cuts=st.lists(st.integers(0, 400), max_size=6),
    is_ascii=st.booleans(),
)
def test_the_model_is_found_however_a_body_is_cut(
    rest: dict[str, object], model: str, at: int, cuts: list[int], *, is_ascii: bool
) -> None:
    rows = list(rest.items())
    rows.insert(min(at, len(rows)), ("model", model))
    body = json.dumps(dict(rows), ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    places = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    pieces = [body[a:b] for a, b in pairwise(places)]

    assert models_in(pieces) == [model]


def test_a_name_without_end_is_not_held() -> None:
    with pytest.raises(BadInput):
        models_in([b'{"model": "', *[b"x" * 1000] * 20])
    assert models_in([b'{"', *[b"x" * 1000] * 20, b'": 1, "model": "m"}']) == ["m"]


@pytest.mark.parametrize(
    ("pattern", "model", "is_allowed"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o*", "gpt-4o-mini", True),
        ("*", "anything/at:all", True),
        ("a.c", "abc", False),
        ("meta-llama/*-Instruct", "meta-llama/Llama-3.3-70B-Instruct", True),
    ],
)
def test_a_star_is_anything(pattern: str, model: str, *, is_allowed: bool) -> None:
    key = ApiKey("a", "", "p", "", ("gateway",), utc_now(), models=(pattern,))

    with nullcontext() if is_allowed else pytest.raises(NotAllowed):
        check_models(key, [model])

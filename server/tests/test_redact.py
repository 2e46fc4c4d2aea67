"""Redaction: what goes, what stays, and that JSON stays JSON."""

import base64
import json
import re
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.ingest.patterns import TYPES
from clearspan_server.ingest.redact import Redactor
from sampling import examples

REDACTOR = Redactor(TYPES)

QUOTED_MARK = '"[redacted:card]"'

# Put together at run time, so that no scanner of this repository takes them for real.
LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0cD" * 4
DASHES = "-" * 5
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/+\n" * 3
JWT = ".".join(("eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "zdWIiOiIxMjM0NSJ9", LETTERS[:43]))
OPENAI_KEY = "sk-" + "proj-" + LETTERS[:48]


def pem(name: str, body: str = PEM_BODY) -> str:
    return f"{DASHES}BEGIN {name}{DASHES}\n{body}{DASHES}END {name}{DASHES}"


def basic(credentials: str) -> str:
    return "Authorization: Basic " + base64.b64encode(credentials.encode()).decode()


def redacted(text: str) -> str:
    return REDACTOR.redact([text])[0][0]


def settled(text: str) -> str:
    """Without what may differ: quotes around a number's mark, a backslash before an address's."""
    return re.sub(r"\\+(?=\[redacted:email\])", "", text.replace(QUOTED_MARK, "[redacted:card]"))


POSITIVE = {
    "email": [
        "ada@example.com",
        "ada.lovelace+news@mail.example.co.uk",
        "jürgen@müller.de",
        "o_brien%x@sub-domain.example.museum",
    ],
    "phone": [
        "+49 170 1234567",
        "+491701234567",
        "+1 (415) 555-2671",
        "+14155552671",
        "(415) 555-2671",
        "415-555-2671",
        "1-415-555-2671",
        "415.555.2671",
        "+44 (0)20 7946 0958",
        "+33 1 23 45 67 89",
        "06 12 34 56 78",
        "020 7946 0958",
        "0171/1234567",
        "03-1234-5678",
    ],
    "card": [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "5555555555554444",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "30569309025904",
    ],
    "api_key": [
        OPENAI_KEY,
        "sk-" + LETTERS[:48],
        "sk-ant-" + "api03-" + LETTERS[:95],
        "AKIA" + "IOSFODNN7EXAMPLE",
        "AIza" + LETTERS[:35],
        "ghp_" + LETTERS[:36],
        "github_pat_" + LETTERS[:22] + "_" + LETTERS[:59],
        "xoxb-" + "123456789012-" + LETTERS[:24],
        "sk_live_" + LETTERS[:24],
        "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh",
        "gsk_" + LETTERS[:52],
        "xai-" + LETTERS[:80],
        "pplx-" + LETTERS[:48],
        "glpat-" + LETTERS[:20],
        "cs_" + "1a2b3c4d" + "_" + LETTERS[:32],
    ],
    "jwt": [JWT, JWT.replace("I1", "UxM"), JWT + ".abcd1234"],
    "private_key": [
        pem("PRIVATE KEY"),
        pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n" + PEM_BODY),
        pem("PGP PRIVATE KEY BLOCK"),
        pem("PRIVATE KEY").replace("\n", "\\n"),
        f"{DASHES}BEGIN EC PRIVATE KEY{DASHES}\n" + PEM_BODY.strip(),
    ],
    "iban": [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB82 WEST 1234 5698 7654 32",
        "NO9386011117947",
    ],
    "ssn": ["123-45-6789", "001-01-0001", "899-99-9999"],
    "ip": ["192.168.1.20", "8.8.8.8", "2001:db8:85a3::8a2e:370:7334", "fe80::1ff:fe23:4567:890a"],
    "national_id": [
        "AB 12 34 56 C",
        "12345678Z",
        "RSSMRA85T10A562S",
        "529.982.247-25",
        "131052-308T",
    ],
}

NEGATIVE = {
    "email": ["a@b", "logo@2x.png", "@property", "lodash@4.17.21", "user at example.com"],
    "phone": [
        "2024-08-06",
        "1763690000000000000",
        "512 256 1024",
        "+2024-01-15 10:00",
        "+12345678",
        "+02:00",
        "00 01 02 03 04 05 06 07",
        "ORD-415-555-2671",
        "115-155-2671",
    ],
    "card": [
        "4111 1111 1111 1112",
        "1763690000000000000",
        "1763690000000000",
        "0.4111111111111111",
        "4111111111111111.5",
        "-4111111111111111",
        "94111111111111111",
        "4111 1111 1111 1111-4",
    ],
    "api_key": [
        "sk-learn-style-estimators-in-prose",
        "task-20241121-aB3dE5gH7jK9mN1pQ2sT",
        "AKIATOOSHORT",
        "cs_test_" + LETTERS[:40],
        "chatcmpl-" + LETTERS[:29],
        "ghp_short",
    ],
    "jwt": ["eyJhbGciOiJIUzI1NiJ9", "eyJ.eyJ.abc", "keyJhbGciOiJI.eyJzdWIiOiIx.aB3dE5gH"],
    "private_key": [
        f"{DASHES}BEGIN PUBLIC KEY{DASHES}\n{PEM_BODY}",
        f"{DASHES}BEGIN CERTIFICATE{DASHES}\n{PEM_BODY}",
        "a PRIVATE KEY stays private",
    ],
    "iban": ["DE88370400440532013000", "XX89370400440532013000", "DE8937040044053201300"],
    "ssn": ["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "1123-45-6789"],
    "ip": [
        *("1.2.3", "1.2.3.4.5", "300.1.1.1", "v1.2.3.4", "127.0.0.1", "0.1.2.3", "::1"),
        *("12:30:45", "Chrome/120.0.0.0", "02:00:5e:10:00:00", "version 1.2.3.4", "std::vector"),
    ],
    "national_id": ["AB123456E", "12345678A", "529.982.247-26", "131052-309T", "GB123456A"],
}

ORDINARY = [
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
    "123e4567-e89b-12d3-a456-426614174000",
    "12345678-4123-4123-8123-123456789012",
    "2026-11-21T01:55:00.123456789+01:00",
    "1763690000123456789",
    "0.8300000000000001",
    "3.141592653589793",
    "1.4.2",
    "10.15.7",
    "ORD-48213",
    "12345 tokens, 678 cached",
    "chatcmpl-9f2c41d07be8a3650c1d2e3f",
    "gpt-4o-2024-08-06",
    "claude-sonnet-4-5-20250929",
    "$1,234.56",
    '{"prompt_tokens": 2048, "completion_tokens": 300, "total_tokens": 2348}',
    "[1763690000000, 1763690000123, 4000000000]",
    "resp_0f9d1c6a7b8e4d3c2b1a0f9e8d7c6b5a",
    "git diff @@ -2345,17 +2345,20 @@",
    "basic functionality, bearer authentication-scheme",
    "clearspan_server.ingest.redact",
]

# In front of and behind a match, as prose, code and JSON put them.
FRAMES = [
    "{}",
    "Reach me: {}.",
    "({})",
    '"{}"',
    "\n{}\n",
    "é{}",
    "请{}谢",
    "a\\n{}\\n",
    "\\u8bf7{}",
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("type_", POSITIVE)
def test_each_format_is_replaced_wherever_it_stands(type_: str, frame: str) -> None:
    for secret in POSITIVE[type_]:
        texts, counts = REDACTOR.redact(["before", frame.format(secret)])

        assert (texts[0], counts) == ("before", {type_: 1}), secret
        expected = frame.format(f"[redacted:{type_}]")
        if type_ == "email":
            expected = expected.removeprefix("é")  # a letter right before an address is part of it
        assert settled(texts[1]) == settled(expected)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("type_", NEGATIVE)
def test_what_only_resembles_a_format_stays(type_: str, frame: str) -> None:
    redactor = Redactor([type_])

    for harmless in NEGATIVE[type_]:
        texts = [frame.format(harmless)]

        assert redactor.redact(texts) == (texts, {})


@pytest.mark.parametrize("text", ORDINARY)
def test_ids_times_versions_and_counts_stay(text: str) -> None:
    texts = ["x", text, f"value={text}", json.dumps({"value": text})]

    assert Redactor().redact(texts) == (texts, {})


def test_every_type_has_examples_of_both_kinds() -> None:
    # These are told by what stands before them, and are tried in sentences of their own below.
    named = {"authorization", "credentials", "password"}
    assert set(POSITIVE) == set(NEGATIVE) == TYPES - named
    assert all(len(examples) >= 3 for examples in (*POSITIVE.values(), *NEGATIVE.values()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Authorization: Bearer {LETTERS[:40]}", "Authorization: Bearer [redacted:authorization]"),
        (f"bearer {LETTERS[:20]}==", "bearer [redacted:authorization]"),
        (basic("ada:secret1"), "Authorization: Basic [redacted:authorization]"),
        (basic("über:geheim").replace("/", "\\/"), "Authorization: Basic [redacted:authorization]"),
        ("the bearer understands-this-sentence", None),
        ("Basic authentication is basic functionality", None),
        ("bearer abc123", None),
    ],
)
def test_credentials_of_authorization_headers_go(text: str, expected: str | None) -> None:
    assert redacted(text) == (expected or text)


def test_an_aws_secret_goes_when_it_is_named_even_with_escaped_slashes() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"

    plain = redacted(f"aws_secret_access_key = {secret}")
    escaped = redacted('{"SecretAccessKey": "' + secret.replace("/", "\\/") + '"}')

    assert plain == "aws_secret_access_key = [redacted:api_key]"
    assert json.loads(escaped) == {"SecretAccessKey": "[redacted:api_key]"}


def test_a_span_without_anything_personal_gets_its_own_list_back() -> None:
    texts = ["summarise the order ORD-48213", "", '{"a": 1}']

    result, counts = REDACTOR.redact(texts)

    assert result is texts
    assert counts == {}


def test_no_texts_are_fine() -> None:
    assert REDACTOR.redact([]) == ([], {})


def test_matches_are_counted_by_type_over_all_texts() -> None:
    texts = ["a@example.com, b@example.com", "none", "\0c@example.com 415-555-2671"]

    result, counts = REDACTOR.redact(texts)

    assert result[2] == "\0[redacted:email] [redacted:phone]"
    assert counts == {"email": 3, "phone": 1}


def test_nothing_is_found_across_two_texts() -> None:
    texts = ["password: ", "abc12345", "https://ann:", "x1y2@example", "4111 1111", "1111 1111"]

    assert REDACTOR.redact(texts) == (texts, {})
    assert REDACTOR.redact(["a\0b", "0\0password: abc12345", "\0"]) == (
        ["a\0b", "0\0password: [redacted:password]", "\0"],
        {"password": 1},
    )


def test_overlapping_matches_become_one_with_the_weightier_name() -> None:
    assert (
        redacted(f"https://u:{OPENAI_KEY}@example.com/")
        == "https://[redacted:api_key]@example.com/"
    )


def test_only_the_asked_types_are_replaced() -> None:
    texts, counts = Redactor(["email"]).redact(["a@example.com 415-555-2671"])

    assert (texts, counts) == (["[redacted:email] 415-555-2671"], {"email": 1})


@pytest.mark.parametrize("types", [[], ["e-mail"]])
def test_types_that_do_not_exist_are_refused(types: list[str]) -> None:
    with pytest.raises(ValueError, match="redaction types"):
        Redactor(types)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://ann:s3cret@db:5432/x", "postgres://[redacted:credentials]@db:5432/x"),
        ("https:\\/\\/:tok3n@example.com", "https:\\/\\/[redacted:credentials]@example.com"),
        ("amqp://a:p@ss@mq.example.com/v", "amqp://[redacted:credentials]@mq.example.com/v"),
        ("https://${USER}:${PASSWORD}@example.com", None),
        ("redis://:***@cache:6379", None),
        ("http://localhost:8080/@me", None),
        ("password: hunter2", "password: [redacted:password]"),
        ('{"Password" : "p%ss word"}', '{"Password" : "[redacted:password] word"}'),
        ("Passwort ist geheim77", "Passwort ist [redacted:password]"),
        ("password = os.environ['X1']", None),
        ("password=settings.db_password2", None),
        ("password: str = field()", None),
        ("PWD=/srv/ann2/src", None),
        (f"x-api-key: {LETTERS[:32]}", "x-api-key: [redacted:api_key]"),
        (
            '{"client_secret": "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}',
            '{"client_secret": "[redacted:api_key]"}',
        ),
        ("api_key=get_key_of_2026_tenants()", None),
        ("max_tokens=4096 next_page_token=aaaaaaaaaaaaaaaa12", None),
    ],
)
def test_what_stands_behind_a_name_for_a_secret_goes(text: str, expected: str | None) -> None:
    assert redacted(text) == (expected or text)


def test_a_match_inside_of_base64_is_an_accident_and_stays() -> None:
    blob = base64.b64encode(bytes(range(256))).decode()
    image = f"data:image/png;base64,{blob}/AKIA{'IOSFODNN7EXAMPLE'}/{blob}"

    assert redacted(image) == image


def test_a_number_in_json_becomes_a_string() -> None:
    text = '{"note": "[4111111111111111", "card": 4111111111111111, "all": [4111111111111111]}'

    assert json.loads(redacted(text)) == {
        "note": "[[redacted:card]",
        "card": "[redacted:card]",
        "all": ["[redacted:card]"],
    }


def test_redacting_twice_changes_nothing_more() -> None:
    once = [redacted(secret) for secrets in POSITIVE.values() for secret in secrets]

    assert REDACTOR.redact(once) == (once, {})


def test_threads_share_one_redactor() -> None:
    results: list[str] = []

    def work() -> None:
        results.extend(redacted(f"n{number}@example.com") for number in range(200))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == ["[redacted:email]"] * 800


SECRETS = [secret for secrets in POSITIVE.values() for secret in secrets]
TRICKS = [
    *("\\", '"', "\n", "\t", "\r", "\b", "\f", "/", "\0", "\u2028", "é", "请", "😀", " ", "@", "."),
    *("n", "u", "u00e9", "\\u00e9", "\\n", "-", "+", "1", "4111", "k_live_", ".com"),
    *(f"Bearer {LETTERS[:24]}", basic("ada:secret1"), f"secret_key={LETTERS[:40]}"),
]
TEXT = st.lists(st.sampled_from(SECRETS + TRICKS) | st.text(max_size=5), max_size=8).map("".join)
NUMBER = st.sampled_from([4111111111111111, -4111111111111111, 5555555555554444, 123456789])
LEAF = TEXT | NUMBER | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


def redacted_value(value: Json) -> Json:
    """The value with every string redacted by itself."""
    if isinstance(value, dict):
        return {settled(redacted(k)): redacted_value(v) for k, v in value.items()}
    if isinstance(value, list):
        return [redacted_value(item) for item in value]
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and redacted(str(value)) != str(value)
    ):
        return "[redacted:card]"
    return settled(redacted(value)) if isinstance(value, str) else value


def settled_value(value: Json) -> Json:
    if isinstance(value, dict):
        return {settled(k): settled_value(v) for k, v in value.items()}
    if isinstance(value, list):
        return [settled_value(item) for item in value]
    return settled(value) if isinstance(value, str) else value


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(VALUE, st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}]))
def test_json_stays_json_and_equals_its_strings_redacted(
    value: Json, style: dict[str, Any]
) -> None:
    text = json.dumps(value, **style)

    result = json.loads(redacted(text))

    assert settled_value(result) == redacted_value(value)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(VALUE)
def test_json_within_json_stays_json_outside(value: Json) -> None:
    text = json.dumps(json.dumps(json.dumps(value)))

    assert isinstance(json.loads(redacted(text)), str)


@settings(max_examples=examples(200), deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters()) | TEXT, max_size=5))
def test_any_text_is_survived_even_with_lone_surrogates(texts: list[str]) -> None:
    result, _ = REDACTOR.redact(texts)

    assert len(result) == len(texts)

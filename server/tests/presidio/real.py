"""A server with the real Presidio: patterns, names from a list, and a small model of spaCy that is trained here.

Run by `make test-presidio` in an environment of its own.
"""

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.training import Example

from asking import Client
from clearspan_server.errors import StartRefused
from clearspan_server.ingest import presidio
from clearspan_server.ingest.analyzer import PIECE_CHARS
from clearspan_server.ingest.redact import Redactor
from running import Server, serving
from test_privacies import SETTINGS, rescan, send, stored

CONFIGURATION = """
supported_languages: [en, de]
nlp_configuration:
  nlp_engine_name: spacy
  models:
    - {{lang_code: en, model_name: {models}/en}}
    - {{lang_code: de, model_name: {models}/de}}
recognizer_registry:
  recognizers:
    - {{name: SpacyRecognizer, type: predefined, supported_languages: [en, de]}}
    - {{name: EmailRecognizer, type: predefined, supported_languages: [en]}}
    - {{name: CryptoRecognizer, type: predefined, supported_languages: [en]}}
    - {{name: UsSsnRecognizer, type: predefined, supported_languages: [en]}}
    - name: names
      type: custom
      supported_language: en
      supported_entity: PERSON
      deny_list: [Ann Smith, Jürgen]
      deny_list_score: 1.0
    - name: plants
      type: custom
      supported_language: de
      supported_entity: PLANT
      patterns: [{{name: plant, regex: 'Werk [A-Z]\\d\\d', score: 0.8}}]
"""

MODEL = """
supported_languages: [en]
nlp_configuration:
  nlp_engine_name: spacy
  models: [{{lang_code: en, model_name: {model}}}]
recognizer_registry:
  recognizers: [{{name: SpacyRecognizer, type: predefined}}]
"""
PEOPLE = ("Ann Smith", "Bob Stone", "Carla Mendes", "Dev Patel", "Eva Novak", "Finn Olsen")
ABOUT_SOMEBODY = (
    *("My name is {}.", "Dear {}, your order is late.", "{} called about the refund."),
    *("Please ask {} for the invoice.", "We met {} in the shop."),
)
ABOUT_NOBODY = ("The order is late and the invoice is wrong.", "My parcel is lost.") * 6


def trained(folder: Path) -> Path:
    """A pipeline of spaCy that has learned from a few sentences where names of people stand."""
    spacy.util.fix_random_seed(7)
    model = spacy.blank("en")
    model.add_pipe("ner")
    said: list[tuple[str, list[tuple[int, int, str]]]] = [(text, []) for text in ABOUT_NOBODY]
    for form in ABOUT_SOMEBODY:
        at = form.index("{")
        said += [(form.format(name), [(at, at + len(name), "PERSON")]) for name in PEOPLE]
    examples = [Example.from_dict(model.make_doc(text), {"entities": of}) for text, of in said]
    optimizer, chance = model.initialize(lambda: examples), random.Random(1)
    for _ in range(12):
        chance.shuffle(examples)
        for start in range(0, len(examples), 8):
            model.update(examples[start : start + 8], sgd=optimizer, drop=0.1)
    model.to_disk(folder / "model")
    return folder / "model"


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Presidio's configuration."""
    folder = tmp_path_factory.mktemp("presidio")
    for language in ("en", "de"):
        spacy.blank(language).to_disk(folder / language)
    made = folder / "presidio.yaml"
    made.write_text(CONFIGURATION.format(models=folder), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def redactor(file: Path) -> Redactor:
    analyzer = presidio.load(file)
    return Redactor(in_prose=analyzer.finder(["PERSON", "PLANT", "CRYPTO", "US_SSN"]))


@pytest.fixture(scope="session")
def analyzing(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has it."""
    os.environ["CLEARSPAN_PRESIDIO"] = str(file)
    try:
        with serving(tmp_path_factory.mktemp("server") / "data") as running:
            yield running
    finally:
        del os.environ["CLEARSPAN_PRESIDIO"]


@pytest.fixture
def client(analyzing: Server) -> Client:
    return Client(analyzing, f"p-{uuid.uuid4().hex}")


def choose(client: Client, *entities: str, **more: Any) -> None:
    status, said = client("PUT", SETTINGS, {"entities": list(entities), **more})
    assert status == 200, said


def test_names_are_found_at_any_depth_and_nothing_else_of_json_changes(redactor: Redactor) -> None:
    inner = json.dumps({"Ann Smith": 'for "Jürgen"\n', "n": 12345678901234567890, "f": 1.10})
    text = json.dumps({"call": inner, "id": "chatcmpl-9fKaB3", "at": "2026-11-22T10:00:00Z"})

    [clean], counts = redactor.redact([text])

    held = json.loads(clean)
    assert held["call"] == json.dumps(
        {"Ann Smith": 'for "[redacted:person]"\n', "n": 12345678901234567890, "f": 1.10},
        ensure_ascii=False,
    )
    assert (held["id"], held["at"]) == ("chatcmpl-9fKaB3", "2026-11-22T10:00:00Z")
    assert counts == {"person": 1}


def test_every_language_of_the_configuration_is_read(redactor: Redactor) -> None:
    text = "Ann Smith in Werk A12 has 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"

    assert redactor.redact([text]) == (
        ["[redacted:person] in [redacted:plant] has [redacted:crypto]"],
        {"person": 1, "plant": 1, "crypto": 1},
    )


def test_what_a_model_of_spacy_recognises_is_found(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(MODEL.format(model=trained(tmp_path)), encoding="utf-8")
    found = Redactor(in_prose=presidio.load(file).finder(["PERSON"]))
    nobody = ["My parcel is lost.", "4bf92f3577b34da6a3ce929d0e0e4736", '{"n": 7}']

    clean, counts = found.redact([*nobody, '{"said": "My name is Gina Rossi."}'])

    assert clean == [*nobody, '{"said": "My name is [redacted:person]."}']
    assert counts == {"person": 1}


def test_a_long_text_loses_nobody_between_its_pieces(redactor: Redactor) -> None:
    text = "x" * (PIECE_CHARS - 20) + " to Ann Smith, then Jürgen." * 600

    [clean], counts = redactor.redact([text])

    assert counts == {"person": 1_200}
    assert "Ann" not in clean
    assert "Jürgen" not in clean


def test_a_recogniser_that_fails_inside_of_presidio_leaves_nothing_unread(
    file: Path, tmp_path: Path
) -> None:
    slow = "    - {name: slow, type: custom, supported_language: en, supported_entity: SLOW,\n"
    slow += r"       patterns: [{name: slow, regex: '(?:x|xx|x\w)+[yz]{2}', score: 0.5}]}" + "\n"
    other = tmp_path / "slow.yaml"
    other.write_text(file.read_text(encoding="utf-8") + slow, encoding="utf-8")
    program = (
        "import sys, pathlib; from clearspan_server.ingest import presidio;"
        "find = presidio.load(pathlib.Path(sys.argv[1])).finder(['SLOW']);"
        "print(find('x' * 60 + ' yz'), find('quick'))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(other)],
        env=os.environ | {"REGEX_TIMEOUT_SECONDS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["None", "[]"]
    assert "xxxx" not in done.stderr


def test_nothing_is_fetched_to_judge_an_address(file: Path) -> None:
    program = (
        "import socket, sys, pathlib; from clearspan_server.ingest import presidio;"
        "find = presidio.load(pathlib.Path(sys.argv[1])).finder(['EMAIL_ADDRESS']);"
        "socket.getaddrinfo = lambda *given, **more: sys.exit(f'asked for {given}');"
        "print(find('to ann@example.com'))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "[(3, 18, 'email_address')]"), done.stderr


def test_a_project_chooses_among_the_entities_that_are_known(client: Client) -> None:
    before = client("GET", SETTINGS)[1]
    choose(client, "PERSON", "CRYPTO")
    status, refused = client("PUT", SETTINGS, {"entities": ["PERSON", "PLANET"]})
    after = client("GET", SETTINGS)[1]

    assert {"PERSON", "PLANT", "CRYPTO", "US_SSN"} <= set(before["known_entities"])
    assert before["rules"]["entities"] == []
    assert status == 400
    assert "'PLANET' is not known" in refused["error"]["message"]
    assert after["rules"]["entities"] == ["CRYPTO", "PERSON"]


def test_what_is_stored_and_what_is_tried_are_the_same(client: Client) -> None:
    text = "Ann Smith <ann@example.com>"
    before = stored(client, send(client, text))
    choose(client, "PERSON")
    tried = client("POST", "/redaction/try", {"text": text})[1]
    after = stored(client, send(client, text, **{"user.id": "Jürgen"}))

    assert before["attributes"]["note"] == "Ann Smith <[redacted:email]>"
    assert tried["text"] == after["attributes"]["note"] == "[redacted:person] <[redacted:email]>"
    assert tried["counts"] == {"person": 1, "email": 1}
    assert after["user_id"].startswith("redacted-")
    assert after["redactions"]["person"] >= 2


@pytest.mark.parametrize(
    ("capture", "expected"),
    [("masked", "[redacted:person]"), ("full", "[redacted:person]"), ("metadata", None)],
)
def test_capture_modes_keep_what_they_keep_without_the_names(
    client: Client, capture: str, expected: str | None
) -> None:
    choose(client, "PERSON", capture=capture)

    span = stored(client, send(client, "Ann Smith"))

    assert span["attributes"].get("note") == expected


def test_a_rescan_takes_names_out_of_what_is_stored(client: Client) -> None:
    trace_id = send(client, "Ann Smith", size="Jürgen")
    before = stored(client, trace_id)
    choose(client, "PERSON")

    preview = rescan(client, preview=True)
    untouched = stored(client, trace_id)
    done = rescan(client)
    after = stored(client, trace_id)

    assert before == untouched
    assert (preview["changed"], preview["types"]) == (1, {"person": 2})
    assert (done["changed"], done["types"]) == (1, {"person": 2})
    assert after["attributes"]["note"] == after["attributes"]["size"] == "[redacted:person]"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "No such file"),
        ("a: [", "cannot be used: while parsing"),
        ("[]", "it has no nlp_configuration"),
        ("nlp_configuration: {nlp_engine_name: stanza}", "nlp_engine_name must be one of"),
        (
            "nlp_configuration: {nlp_engine_name: spacy, models: [{lang_code: en, model_name: en_core_web_lg}]}",
            "the spaCy model 'en_core_web_lg' is not installed",
        ),
        (
            "supported_languages: [en]\nnlp_configuration: {nlp_engine_name: spacy, models: 7}",
            "odels",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, text: str | None, says: str
) -> None:
    file = tmp_path / "other.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    with pytest.raises(StartRefused) as refused:
        presidio.load(file)

    assert says in refused.value.message
    assert "\n" not in refused.value.message

"""What a reader of language finds in texts: the walk through their leaves, what is spared, pieces, and failures."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.ingest.analyzer import PIECE_CHARS, Analyzer
from clearspan_server.ingest.draft import Attributes, Draft, LogDraft, Origin
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.encode_records import finish_log, finish_score
from clearspan_server.ingest.leaves import Found
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.own_rules import NO_RULES, OwnRules
from clearspan_server.ingest.patterns import TYPES
from clearspan_server.ingest.privacies import Privacies
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.rescan import LOG_TEXTS, cleaned, cleaned_record, cleaned_score
from clearspan_server.model.log import LogRecord
from clearspan_server.model.privacy import OwnPattern, PrivacySettings
from clearspan_server.model.score import Score
from clearspan_server.model.span import Span
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.privacy import PrivacyStore
from normalising import START_NS

NAMES = ("Ann Smith", "Jürgen", "李雷", "gpt", "user", "note")


class Names:
    """Reads for a few names; keeps what it was given, and fails at one word."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, text: str, entities: tuple[str, ...]) -> list[Found]:
        self.given.append(text)
        if "unreadable" in text:
            raise ValueError(text)
        if "PERSON" not in entities:
            return []
        return [
            (at, at + len(name), "PERSON")
            for name in NAMES
            for at in range(len(text))
            if text.startswith(name, at)
        ]


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def analyzer(names: Names) -> Analyzer:
    return Analyzer(["PERSON", "CITY"], names)


@pytest.fixture
def redactor(analyzer: Analyzer) -> Redactor:
    return made(analyzer)


def made(analyzer: Analyzer, own: OwnRules = NO_RULES) -> Redactor:
    return Redactor(TYPES, own, analyzer.finder(["PERSON"]))


@pytest.mark.parametrize("depth", [1, 3, 9])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_strings_inside_json_are_read_and_its_keys_are_not(
    redactor: Redactor, *, depth: int, ensure_ascii: bool
) -> None:
    value: object = ['Dear "Jürgen"\n李雷', 12345678901234567890123, 1.10, None, True]
    for _ in range(depth):
        value = {"note": json.dumps(value, ensure_ascii=ensure_ascii), "user": 1.0}

    [text], counts = redactor.redact([json.dumps(value, ensure_ascii=ensure_ascii)])

    found: object = json.loads(text)
    for _ in range(depth):
        assert isinstance(found, dict)
        assert found["user"] == 1.0
        found = json.loads(found["note"])
    mark = "[redacted:person]"
    assert found == [f'Dear "{mark}"\n{mark}', 12345678901234567890123, 1.10, None, True]
    assert counts == {"person": 2}


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "-1.5e3",
        "true",
        "2026-11-22T10:00:00.123Z",
        "2026-11-22",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
        "chatcmpl-9fKuserXyz",
        "gpt-4o-mini",
        "openai/gpt-4.1",
        "[redacted:email] [redacted:person]",
        " ",
    ],
)
def test_what_is_no_prose_is_not_read(names: Names, redactor: Redactor, text: str) -> None:
    texts = [text, json.dumps([text])]

    assert redactor.redact(texts) == (texts, {})
    assert names.given == []


def test_base64_is_not_read_and_what_stands_around_it_is(names: Names, redactor: Redactor) -> None:
    blob = "userA1b2" * 50
    text = f"From Ann Smith: data:image/png;base64,{blob} for Jürgen"

    [clean], counts = redactor.redact([text])

    assert clean == text.replace("Ann Smith", "[redacted:person]").replace(
        "Jürgen", "[redacted:person]"
    )
    assert counts == {"person": 2}
    assert all(blob not in one for one in names.given)


def test_a_long_text_is_read_in_bounded_pieces_and_nobody_is_lost_between_them(
    names: Names, redactor: Redactor
) -> None:
    for shift in range(0, 60, 7):
        text = "x" * shift + " Ann Smith, Jürgen" * 1_000

        [clean], counts = redactor.redact([text])

        assert clean == "x" * shift + " [redacted:person], [redacted:person]" * 1_000
        assert counts == {"person": 2_000}
    assert max(map(len, names.given)) <= PIECE_CHARS
    words = set(" ".join(names.given).replace("x", "").split())
    assert words == {"Ann", "Smith,", "Jürgen"}  # none is cut


def test_a_text_without_spaces_is_read_in_bounded_pieces_too(
    names: Names, redactor: Redactor
) -> None:
    text = "你好李雷再见" * 3_000

    assert redactor.redact([text])[0] == ["你好[redacted:person]再见" * 3_000]
    assert max(map(len, names.given)) <= PIECE_CHARS


def test_a_text_that_cannot_be_read_goes_as_a_whole_and_its_neighbours_stay(
    redactor: Redactor,
) -> None:
    texts = ["fine", json.dumps({"a": "unreadable Ann Smith", "b": ["fine", 7]}), "unreadable"]

    clean, counts = redactor.redact(texts)

    assert clean[0] == "fine"
    assert json.loads(clean[1]) == {"a": "[redacted:unread]", "b": ["fine", 7]}
    assert clean[2] == "[redacted:unread]"
    assert counts == {"unread": 2}
    assert redactor.redact(clean) == (clean, {})


def test_what_was_read_is_not_read_again(names: Names, redactor: Redactor) -> None:
    first = redactor.redact(["Dear Ann Smith"])
    again = redactor.redact(["Dear Ann Smith", '{"text": "Dear Ann Smith"}'])

    assert names.given == ["Dear Ann Smith"]
    assert again[0][0] == first[0][0] == "Dear [redacted:person]"


def test_no_text_is_taken_for_what_was_read_for_other_entities(analyzer: Analyzer) -> None:
    """Somebody who has fewer entities looked for may send what looks like one more of them."""
    analyzer.finder(["CITY"])("PERSON\0Dear Ann Smith")

    found = analyzer.finder(["CITY", "PERSON"])("Dear Ann Smith")

    assert found == [(5, 14, "person")]


def test_everybodys_rules_come_first_so_that_no_half_of_a_secret_stays(analyzer: Analyzer) -> None:
    key = "sk-" + "proj-" + "aB3dE5gH7jK9mN1pQ2sT4userW6xY8zA0cD"

    texts, counts = made(analyzer).redact([f"user@example.com and {key}"])

    assert texts == ["[redacted:email] and [redacted:api_key]"]
    assert counts == {"email": 1, "api_key": 1}


def test_words_patterns_and_entities_find_beside_each_other(analyzer: Analyzer) -> None:
    own = OwnRules(["Smith & Sons"], [OwnPattern("order_no", r"ORD-\d+")])

    [text], counts = made(analyzer, own).redact(["Ann Smith & Sons, ORD-1, Jürgen"])

    assert text == "[redacted:person], [redacted:order_no], [redacted:person]"
    assert counts == {"person": 2, "order_no": 1}


def test_a_megabyte_of_what_looks_like_the_begin_of_something_takes_linear_time(
    redactor: Redactor,
) -> None:
    texts = [(one * 200_000)[:200_000] for one in (" ", "a-", "1", "[redacted:", "\n\t")]

    assert redactor.redact(texts) == (texts, {})


@pytest.mark.parametrize("odd", [r'"\ud83d"', "NaN", "-Infinity"])
def test_json_that_a_strict_reader_refuses_is_read_too(redactor: Redactor, odd: str) -> None:
    text = r'{"a": "\u674e\u96f7 \ud83d", "gpt": "\u674e", "b": ' + odd + "}"

    [clean], counts = redactor.redact([text])

    assert clean == '{"a": "[redacted:person] \ufffd", "gpt": "\\u674e", "b": ' + odd + "}"
    assert counts == {"person": 1}


def test_lone_surrogates_are_read_around(redactor: Redactor) -> None:
    assert redactor.redact(["\ud800 Ann Smith"])[0] == ["\ud800 [redacted:person]"]


def test_names_that_programs_give_stay_and_a_user_with_a_name_becomes_a_hash(
    redactor: Redactor,
) -> None:
    sent: Attributes = {
        "gen_ai.request.model": "gpt",
        "gen_ai.response.id": "note",
        "user.id": "Ann Smith",
        "note": "note by Ann Smith",
        "unreadable": 7,
    }
    span = Span(project="p", trace_id="1" * 32, span_id="2" * 16, name="call", start_ns=START_NS)
    draft = Draft(span, dict(sent), [], Origin({"user": "Jürgen"}, "test", "1"), 0)
    normalise(draft)

    kept = finish(draft, Privacy(redactor, b"key"))

    assert (kept.request_model, kept.response_id) == ("gpt", "note")
    assert kept.user_id.startswith("redacted-")
    assert kept.attributes["note"] == '"[redacted:person] by [redacted:person]"'
    assert kept.attributes["unreadable"] == "7"
    assert kept.attributes["gen_ai.request.model"] == '"gpt"'
    assert kept.resource == {"user": '"Jürgen"'}
    assert (kept.start_ns, kept.trace_id) == (START_NS, "1" * 32)
    assert kept.redactions == {"person": 4}  # the user's name is an attribute, too


def test_what_messages_are_built_of_stays(redactor: Redactor) -> None:
    message = {"role": "user", "parts": [{"type": "text", "content": "Dear Ann Smith"}]}

    span = finish(call(message), Privacy(redactor, b"key"))

    [kept] = json.loads(span.input)
    assert kept["role"] == "user"
    assert kept["parts"] == [{"type": "text", "content": "Dear [redacted:person]"}]
    assert span.input_preview == "Dear [redacted:person]"


def test_logs_and_scores_are_read_too_when_they_come_and_in_a_rescan(redactor: Redactor) -> None:
    plain, found = Privacy(Redactor(), b"key"), Privacy(redactor, b"key")

    def log(privacy: Privacy) -> LogRecord:
        record = LogRecord(project="p", time_ns=START_NS, severity_text="note", service="gpt")
        sent: Attributes = {"user": "Jürgen", "n": 1}
        return finish_log(
            LogDraft(record, START_NS, "by Ann Smith", sent, Origin({}, "", "")), privacy
        )

    def score(privacy: Privacy) -> Score:
        given = Score(project="p", score_id="s", name="note", comment="by Ann Smith")
        given.session_id = "Jürgen"
        return finish_score(given, privacy)

    for record in (log(found), cleaned_record(log(plain), LOG_TEXTS, found)[0]):
        assert (record.severity_text, record.service) == ("note", "gpt")
        assert record.body == '"by [redacted:person]"'
        assert record.attributes == {"user": '"[redacted:person]"', "n": "1"}
        assert record.redactions == {"person": 2}
    for judged in (score(found), cleaned_score(score(plain), found)[0]):
        assert (judged.name, judged.comment) == ("note", "by [redacted:person]")
        assert judged.session_id.startswith("redacted-")


def test_a_preview_holds_nobody_who_is_found_in_the_whole_text_alone() -> None:
    def read(text: str, _entities: tuple[str, ...]) -> list[Found]:
        return [(0, 3, "PERSON")] if text.startswith("Bob") and text.endswith("Robert") else []

    found = Privacy(Redactor(in_prose=Analyzer(["PERSON"], read).finder(["PERSON"])), b"key")
    said = "Bob" + " and so on" * 250 + " Robert"
    message = {"role": "user", "parts": [{"type": "text", "content": said}]}

    kept = finish(call(message), found)
    before = finish(call(message), Privacy(Redactor(), b"key"))
    after = cleaned(before, found)

    assert before.input_preview.startswith("Bob and")
    for span in (kept, after):
        assert "Bob" not in span.input
        assert span.input_preview.startswith("[redacted:person] and so on")


def call(*messages: object) -> Draft:
    """A model call, normalised."""
    span = Span(project="p", trace_id="1" * 32, span_id="2" * 16, name="call", start_ns=START_NS)
    sent: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps(messages),
    }
    draft = Draft(span, sent, [], Origin({}, "test", "1"), 0)
    normalise(draft)
    return draft


def stored(folder: Path) -> PrivacyStore:
    return PrivacyStore(Catalog(folder / "catalog.db").database)


def test_an_entity_that_nobody_knows_is_refused_by_name(tmp_path: Path, analyzer: Analyzer) -> None:
    settings = PrivacySettings(entities=("CITY", "PLANET"))

    with pytest.raises(BadInput) as unknown:
        Privacies(stored(tmp_path), b"key", analyzer).change("p", settings, "ann")
    with pytest.raises(BadInput) as none:
        Privacies(stored(tmp_path), b"key").change("p", settings, "ann")

    assert unknown.value.message == "'PLANET' is not known; these are: CITY, PERSON"
    assert none.value.message == (
        "'CITY' is not known; this server has nothing that reads texts; start it with CLEARSPAN_PRESIDIO"
    )


def test_an_entity_that_is_no_longer_known_is_warned_of_and_the_rest_is_looked_for(
    tmp_path: Path, analyzer: Analyzer, caplog: pytest.LogCaptureFixture
) -> None:
    store = stored(tmp_path)
    both = PrivacySettings(entities=("CITY", "PERSON"), words=("Nightjar",))
    Privacies(store, b"key", analyzer).change("p", both, "ann")
    assert not caplog.messages

    fewer = Privacies(store, b"key", Analyzer(["PERSON"], Names()))
    none = Privacies(store, b"key")

    marked = "[redacted:person] of [redacted:word]"
    assert fewer.of("p").redactor.redact(["Ann Smith of Nightjar"])[0] == [marked]
    assert none.of("p").redactor.redact(["Ann Smith of Nightjar"])[0] == [
        "Ann Smith of [redacted:word]"
    ]
    assert [one.split(",")[0] for one in caplog.messages] == [
        "the project 'p' has CITY redacted",
        "the project 'p' has CITY",
    ]
    assert [fewer.unknown(both), none.unknown(both)] == [["CITY"], ["CITY", "PERSON"]]


def test_other_rules_can_be_changed_while_a_chosen_entity_is_not_known(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    store = stored(tmp_path)
    Privacies(store, b"key", analyzer).change("p", PrivacySettings(entities=("PERSON",)), "ann")
    without = Privacies(store, b"key")

    without.change("p", PrivacySettings(entities=("PERSON",), words=("Nightjar",)), "ann")
    with pytest.raises(BadInput):
        without.change("p", PrivacySettings(entities=("CITY", "PERSON")), "ann")
    again = Privacies(store, b"key", analyzer)

    assert again.of("p").redactor.redact(["Ann Smith, Nightjar"])[1] == {"person": 1, "word": 1}


def test_settings_of_before_entities_are_read(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.change("p", PrivacySettings(words=("Nightjar",)), "ann")
    older = "update privacy_changes set settings = replace(settings, '\"entities\": [], ', '')"
    with sa.create_engine(f"sqlite:///{tmp_path / 'catalog.db'}").begin() as connection:
        connection.execute(sa.text(older))
        [text] = connection.execute(sa.text("select settings from privacy_changes")).scalars()

    assert "entities" not in text
    assert store.of("p") == PrivacySettings(words=("Nightjar",))

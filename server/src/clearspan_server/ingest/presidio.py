"""Presidio as the reader of prose: an optional part, imported only where a server is started with it."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from typing_extensions import override

from clearspan_server.errors import StartRefused
from clearspan_server.ingest.analyzer import Analyzer
from clearspan_server.ingest.leaves import Found

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_ENGINES = ("spacy", "slim", "transformers", "no_op")  # others fetch their models by themselves
# Before it is imported. A pattern that takes longer fails; and models are those that are there.
_ENVIRONMENT = {"REGEX_TIMEOUT_SECONDS": "5", "HF_HUB_OFFLINE": "1"}


def load(file: Path) -> Analyzer:
    """Presidio as its own YAML configuration says.

    Raises:
        StartRefused: it is not installed, or the file cannot be used.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        import tldextract.tldextract  # noqa: PLC0415 - optional
        from presidio_analyzer import AnalyzerEngineProvider  # noqa: PLC0415 - optional
    except ImportError as error:
        raise StartRefused(
            f"CLEARSPAN_PRESIDIO is set, but {error.name or 'Presidio'} is not installed:"
            " pip install 'clearspan-server[presidio]'"
        ) from error
    _check(file, _configuration(file))
    # It would fetch the list of public suffixes at the first address it sees; the one it was shipped with will do.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    try:
        engine = AnalyzerEngineProvider(analyzer_engine_conf_file=str(file)).create_engine()
        reader = _Reader(engine)
    except (Exception, SystemExit) as error:
        raise _refused(file, error.__cause__ or error) from error
    return Analyzer(sorted(reader.entities), reader.read)


class _Swallowed(logging.Handler):
    """Counts the exceptions that Presidio logs instead of raising. What it logs may hold texts: it goes nowhere."""

    count = 0

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0]:
            self.count += 1


class _Reader:
    """An engine of Presidio. Not for two threads at once."""

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 - of a package that may not be there
        self._engine = engine
        self._known = {
            language: frozenset(engine.get_supported_entities(language))
            for language in engine.supported_languages
        }
        self.entities = frozenset[str]().union(*self._known.values())
        wrong = [name for name in sorted(self.entities) if not _NAME.fullmatch(name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} cannot be the name of an entity")
        self._swallowed = _Swallowed(logging.WARNING)
        log = logging.getLogger("presidio-analyzer")
        log.handlers, log.propagate = [self._swallowed], False
        log.setLevel(logging.WARNING)  # whatever the server itself keeps of logs

    def read(self, text: str, entities: tuple[str, ...]) -> list[Found]:
        """In each of its languages, for nobody knows which one a text is in."""
        before = self._swallowed.count
        found: list[Found] = []
        with self._words_forgotten():
            for language, known in self._known.items():
                wanted = [entity for entity in entities if entity in known]
                if wanted:
                    results = self._engine.analyze(text=text, language=language, entities=wanted)
                    found += [(one.start, one.end, one.entity_type) for one in results]
        if self._swallowed.count > before:
            raise RuntimeError("a recogniser failed")
        return found

    @contextmanager
    def _words_forgotten(self) -> Iterator[None]:
        """Without this spaCy keeps every word that it has seen: 145 kB a text of 200 new ones."""
        models = getattr(self._engine.nlp_engine, "nlp", None) or {}
        with ExitStack() as stack:
            for model in {id(one): one for one in models.values()}.values():
                if hasattr(model, "memory_zone"):
                    stack.enter_context(model.memory_zone())
            yield


def _configuration(file: Path) -> Mapping[str, Any]:
    """Presidio itself takes its defaults, without a word, for a file that it cannot read."""
    import yaml  # noqa: PLC0415 - comes with Presidio

    try:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _refused(file, error) from error
    if not isinstance(held, dict) or not isinstance(held.get("nlp_configuration"), dict):
        raise _refused(file, "it has no nlp_configuration")
    return held


def _check(file: Path, held: Mapping[str, Any]) -> None:
    """A model that is missing would be downloaded."""
    import spacy.util  # noqa: PLC0415 - comes with Presidio

    language = held["nlp_configuration"]
    if language.get("nlp_engine_name") not in _ENGINES:
        raise _refused(file, f"nlp_engine_name must be one of {', '.join(_ENGINES)}")
    models = language.get("models") or []
    if language["nlp_engine_name"] == "no_op" or not isinstance(models, list):
        return
    for model in models:
        name = model.get("model_name") if isinstance(model, dict) else None
        name = name.get("spacy") if isinstance(name, dict) else name
        if isinstance(name, str) and not (spacy.util.is_package(name) or Path(name).exists()):
            raise _refused(file, f"the spaCy model {name!r} is not installed")


def _refused(file: Path, why: object) -> StartRefused:
    said = " ".join(str(why).split())
    return StartRefused(f"CLEARSPAN_PRESIDIO={file} cannot be used: {said[:300]}")

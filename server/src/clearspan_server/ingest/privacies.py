"""What is kept of each project's texts; changed without a restart, for whatever comes after the change."""

import logging
import threading

from clearspan_server.errors import BadInput
from clearspan_server.ingest.analyzer import Analyzer
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.own_rules import OwnRules
from clearspan_server.ingest.patterns import SECRET_TYPES, TYPES
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.privacy import CAPTURE_MODES, PrivacyChange, PrivacySettings
from clearspan_server.store.privacy import PrivacyStore

LOG = logging.getLogger(__name__)

PERSONAL_TYPES = TYPES - SECRET_TYPES
"""What a project may leave alone; secrets go always."""


class Privacies:
    """The privacy of each project. Thread-safe.

    A project may have chosen entities that the analyzer of today does not know: all others are looked for, and
    a warning tells which are not.
    """

    def __init__(
        self, stored: PrivacyStore, pseudonym_key: bytes, analyzer: Analyzer | None = None
    ) -> None:
        self._stored = stored
        self._analyzer = analyzer
        self._key = pseudonym_key
        self._lock = threading.Lock()
        self._usual = Privacy(Redactor(), pseudonym_key)  # of most projects
        self._privacies: dict[str, Privacy] = {}
        for project, settings in sorted(stored.all().items()):
            if unknown := self.unknown(settings):
                LOG.warning(
                    "the project %r has %s redacted, which no analyzer here knows: it is stored as it comes;"
                    " start with the CLEARSPAN_PRESIDIO that does, or take it from the project's rules",
                    project,
                    ", ".join(unknown),
                )

    @property
    def entities(self) -> tuple[str, ...]:
        """What a project can have looked for in prose."""
        return self._analyzer.entities if self._analyzer else ()

    def of(self, project: str) -> Privacy:
        """What holds for a project now.

        Raises:
            SQLAlchemyError: the catalog cannot be read.
        """
        held = self._privacies.get(project)
        if held is None:
            with self._lock:
                held = self._privacies[project] = self.made(self._stored.of(project))
        return held

    def changes(self, project: str) -> list[PrivacyChange]:
        """Who chose what, the newest first."""
        return self._stored.changes(project)

    def made(self, settings: PrivacySettings) -> Privacy:
        """The settings, ready to be used.

        Raises:
            BadInput: a mode or a type that there is not, or a word or a pattern that cannot be used.
        """
        if settings == PrivacySettings():
            return self._usual
        if settings.capture not in CAPTURE_MODES:
            raise BadInput(
                f"{settings.capture!r} is none of {', '.join(CAPTURE_MODES)}", field="capture"
            )
        wrong = sorted(set(settings.off) - PERSONAL_TYPES)
        if wrong:
            raise BadInput(
                f"{wrong[0]!r} cannot be left alone; these can: {', '.join(sorted(PERSONAL_TYPES))}",
                field="off",
            )
        own = OwnRules(settings.words, settings.patterns)
        clash = sorted(own.names & TYPES)
        if clash:
            raise BadInput(f"{clash[0]!r} is the name of a type already", field="patterns")
        types = SECRET_TYPES if settings.capture == "full" else TYPES - set(settings.off)
        chosen = sorted(set(settings.entities) & set(self.entities))
        in_prose = self._analyzer.finder(chosen) if self._analyzer and chosen else None
        redactor = Redactor(types, own, in_prose)
        return Privacy(redactor, self._key, settings.capture, settings.hash_ids)

    def unknown(self, settings: PrivacySettings) -> list[str]:
        """The entities chosen that are not looked for, because no analyzer here knows them."""
        return sorted(set(settings.entities) - set(self.entities))

    def change(self, project: str, settings: PrivacySettings, changed_by: str) -> None:
        """Store other settings of a project; they hold for what comes from now on.

        Raises:
            BadInput: as `made`, or an entity that is not known and was not chosen before; then those of before hold.
        """
        new = set(self.unknown(settings)) - set(self._stored.of(project).entities)
        if new:
            known = (
                f"these are: {', '.join(self.entities)}"
                if self.entities
                else "this server has nothing that reads texts; start it with CLEARSPAN_PRESIDIO"
            )
            raise BadInput(f"{min(new)!r} is not known; {known}", field="entities")
        made = self.made(settings)
        with self._lock:
            self._stored.change(project, settings, changed_by)
            self._privacies[project] = made

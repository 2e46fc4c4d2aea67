"""What projects keep of texts, as their admins chose it, with who chose it and when; in the catalog's database."""

import json
from dataclasses import asdict
from datetime import UTC

import sqlalchemy as sa

from clearspan_server.model.privacy import OwnPattern, PrivacyChange, PrivacySettings
from clearspan_server.store.catalog import utc_now

_LISTED = 20
_METADATA = sa.MetaData()
# Every change is a row: the newest of a project holds, the others tell who changed what.
_CHANGES = sa.Table(
    "privacy_changes",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("settings", sa.Text, nullable=False),  # JSON of PrivacySettings
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
)


class PrivacyStore:
    """The settings of all projects; thread-safe."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database

    def of(self, project: str) -> PrivacySettings:
        """What holds for a project now."""
        newest = self.changes(project, limit=1)
        return newest[0].settings if newest else PrivacySettings()

    def changes(self, project: str, limit: int = _LISTED) -> list[PrivacyChange]:
        """The newest changes, newest first."""
        wanted = sa.select(_CHANGES).where(_CHANGES.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(wanted.order_by(_CHANGES.c.id.desc()).limit(limit)).all()
        return [
            PrivacyChange(
                _settings(row.settings), row.changed.replace(tzinfo=UTC), str(row.changed_by)
            )
            for row in rows
        ]

    def all(self) -> dict[str, PrivacySettings]:
        """What holds now for each project that ever changed it."""
        newest = sa.select(sa.func.max(_CHANGES.c.id)).group_by(_CHANGES.c.project)
        wanted = sa.select(_CHANGES.c.project, _CHANGES.c.settings).where(_CHANGES.c.id.in_(newest))
        with self._database.connect() as connection:
            rows = connection.execute(wanted).all()
        return {str(row.project): _settings(row.settings) for row in rows}

    def change(self, project: str, settings: PrivacySettings, changed_by: str) -> None:
        """From now on these hold."""
        row = {
            "project": project,
            "settings": json.dumps(asdict(settings)),
            "changed": utc_now(),
            "changed_by": changed_by,
        }
        with self._database.begin() as connection:
            connection.execute(_CHANGES.insert(), row)


def _settings(text: str) -> PrivacySettings:
    held = json.loads(text)
    return PrivacySettings(
        capture=held["capture"],
        off=tuple(held["off"]),
        words=tuple(held["words"]),
        patterns=tuple(OwnPattern(**one) for one in held["patterns"]),
        entities=tuple(held.get("entities", ())),  # older ones have none
        hash_ids=held["hash_ids"],
    )

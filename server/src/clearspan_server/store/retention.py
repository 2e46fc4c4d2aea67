"""How long each project keeps what was sent, in the catalog's database."""

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from clearspan_server.model.retention import Policy, Rule, Thinning
from clearspan_server.store.catalog import METADATA

RETENTION = sa.Table(
    "retention",
    METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("days", sa.Integer, nullable=True),
    sa.Column("rules", sa.Text, nullable=False),  # JSON: filters with their days
    sa.Column("thinning", sa.Text, nullable=False),  # JSON, or "" for none
    sa.Column("rollup_days", sa.Integer, nullable=True),
    sa.Column("cold_days", sa.Integer, nullable=True),
)


class Retention:
    """The policies of all projects; thread-safe."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database

    def of(self, project: str) -> Policy:
        """The policy of a project: its own, or what holds without one."""
        asked = sa.select(RETENTION).where(RETENTION.c.project == project)
        with self._database.connect() as connection:
            row = connection.execute(asked).one_or_none()
        return Policy() if row is None else _policy(row)

    def put(self, project: str, policy: Policy) -> None:
        """Give a project a policy of its own."""
        told = {
            "days": policy.days,
            "rules": json.dumps([asdict(rule) for rule in policy.rules]),
            "thinning": json.dumps(asdict(policy.thinning)) if policy.thinning else "",
            "rollup_days": policy.rollup_days,
            "cold_days": policy.cold_days,
        }
        with self._database.begin() as connection:
            connection.execute(RETENTION.delete().where(RETENTION.c.project == project))
            connection.execute(RETENTION.insert(), {"project": project, **told})


def _policy(row: sa.Row[Any]) -> Policy:
    return Policy(
        days=row.days,
        rules=tuple(Rule(**one) for one in json.loads(row.rules)),
        thinning=Thinning(**json.loads(row.thinning)) if row.thinning else None,
        rollup_days=row.rollup_days,
        cold_days=row.cold_days,
    )

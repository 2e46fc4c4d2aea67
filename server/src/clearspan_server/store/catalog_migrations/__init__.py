"""The catalog's revisions, run by Alembic."""

"""The version of this library; a test compares it with pyproject.toml."""

__version__ = "0.1.0"

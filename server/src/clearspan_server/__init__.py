"""The Clearspan server: receives, keeps, prices and shows the traces of applications built on language models."""

__version__ = "0.1.0"

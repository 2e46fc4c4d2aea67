"""The statements of the read path, one a file."""

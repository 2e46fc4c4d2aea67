"""A page in the browser of whoever types, where there is a screen to see it on."""

import os
import sys
import webbrowser


def show(page: str) -> None:
    """Open a page; nothing happens where there is no screen or nobody types."""
    has_screen = sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if has_screen and sys.stderr.isatty():
        webbrowser.open(page)

"""Pictures of what draws on a terminal: the screen as the program gives it, in a font of this machine."""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from playwright.sync_api import Browser
from textual.pilot import Pilot

from clearspan_server.cli import client
from clearspan_server.cli.monitor.app import Monitor, View
from clearspan_server.cli.monitor.rows import Rows
from clearspan_server.cli.monitor.themes import PALETTES
from shots_server import Server

PATIENCE_S = 20.0
WIDTHS_PX = {160: 1440, 80: 900}  # of a picture, by the columns of its terminal
# The drawing names a font of a host elsewhere; a page of ours asks nobody.
_FONT_FACES = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_FONT = "DejaVu Sans Mono, Liberation Mono, Menlo, monospace"


@dataclass(slots=True, frozen=True)
class TerminalScene:
    """Keys that are pressed in the monitor, the list that must have rows then, and the size of the terminal."""

    name: str
    keys: tuple[str, ...]
    wait_for: str
    size: tuple[int, int]
    is_published: bool = False

    @property
    def themes(self) -> tuple[str, ...]:
        return ("dark", "light") if self.is_published else tuple(PALETTES)


_FAILURE = ("tab", "tab", "enter")
_LARGE, _SMALL = (160, 50), (80, 24)
TERMINAL_SCENES = (
    TerminalScene("monitor", (), "#failures", _LARGE, is_published=True),
    TerminalScene("monitor-trace", _FAILURE, "#spans", _LARGE, is_published=True),
    TerminalScene("monitor-small", (), "#failures", _SMALL),
    TerminalScene("monitor-trace-small", _FAILURE, "#spans", _SMALL),
)


def terminal_picture(browser: Browser, server: Server, scene: TerminalScene, theme: str) -> bytes:
    """A PNG of the monitor in a state."""
    # The browser's own loop runs on this thread.
    with ThreadPoolExecutor(1) as alone:
        svg = alone.submit(lambda: asyncio.run(_drawn(server, scene, theme))).result()
    width = WIDTHS_PX[scene.size[0]]
    page = browser.new_page(viewport={"width": width, "height": 1000})
    plain = _FONT_FACES.sub("", svg).replace("Fira Code", _FONT)
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ width: {width}px }}</style>{plain}")
    png = page.locator("svg").screenshot()
    page.close()
    return png


async def _drawn(server: Server, scene: TerminalScene, theme: str) -> str:
    """The screen as SVG, once what was asked for is there."""
    asked = client.Server(server.url, server.token, "demo")
    app = Monitor(asked, View("", "1h"), theme)
    async with app.run_test(size=scene.size) as pilot:
        await _until(pilot, lambda: _has_rows(app, "#failures"))
        await pilot.press(*scene.keys)
        await _until(pilot, lambda: _has_rows(app, scene.wait_for))
        await pilot.pause(1.0)  # what a span says is asked for when the cursor rests
        return app.export_screenshot(title="clearspan monitor")


def _has_rows(app: Monitor, selector: str) -> bool:
    return any(one.row is not None for one in app.screen.query(selector).results(Rows))


async def _until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError("the monitor did not show what the picture is of")
        await pilot.pause(0.1)

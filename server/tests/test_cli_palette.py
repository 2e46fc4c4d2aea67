"""`clearspan` without a command: a palette on a terminal, its help elsewhere."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from commanding import run
from running import PATIENCE_S
from terminal import terminal


def test_a_command_is_found_by_its_letters_and_run(tmp_path: Path) -> None:
    with terminal() as seen:
        seen.shows("traces", "List traces", "clearspan up")
        seen.press("stat")
        seen.until(lambda screen: "clearspan status" in screen and "List traces" not in screen)
        seen.press(f" --data {tmp_path}\r")
        assert seen.wait() == 5

        assert f"$ clearspan status --data {tmp_path}".encode() in seen.sent
        assert b"no clearspan runs on the folder" in seen.sent


def test_what_needs_an_argument_waits_for_it() -> None:
    with terminal() as seen:
        seen.shows("List traces")
        seen.press("whatif")
        seen.shows("clearspan whatif TRACE")
        seen.press("\r")
        seen.shows("clearspan whatif TRACE")  # still here
        seen.press("\x1b")
        assert seen.wait() == 0


def test_a_pipe_gets_the_help(tmp_path: Path) -> None:
    found = run(tmp_path)

    assert found.code == 0
    assert "Usage: clearspan" in found.out
    assert "\x1b" not in found.out


def test_it_ends_with_its_terminal() -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "clearspan_server"]
    with subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    ) as palette:
        os.close(slave)
        drawn = b""
        while b"List traces" not in drawn:
            drawn += os.read(master, 65536)
        os.close(master)

        assert palette.wait(PATIENCE_S) == -signal.SIGHUP

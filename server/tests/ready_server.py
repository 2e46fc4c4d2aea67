"""What `ready_made.py` starts: imports once, and forks a server for each connection to its socket.

A child runs the command with the arguments, environment, folder and file of errors that were sent; the connection hears
its process id, and its exit code when it has ended. Standard input ends it all.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from importlib import import_module

from clearspan_server.cli import main
from clearspan_server.cli.importing import load_lightly

_LINE = 1 << 20


def _serve(listening: socket.socket) -> None:
    """Fork until standard input ends; in a child, return with the command to run."""
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        ready = select.select([listening, ended, sys.stdin], [], [])[0]
        if ended in ready:
            os.read(ended, _LINE)
            _tell_of_the_dead(running)
        if sys.stdin in ready:
            for pid in running:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            sys.exit()
        if listening in ready and _is_child(listening, running):
            os.close(ended)
            os.close(wake)
            return


def _is_child(listening: socket.socket, running: dict[int, socket.socket]) -> bool:
    """Fork for the next connection; whether this is the child."""
    connection, _ = listening.accept()
    asked = json.loads(connection.makefile("rb").readline())
    pid = os.fork()
    if pid:
        running[pid] = connection
        connection.sendall(str(pid).encode())
        return False
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in (connection, listening, *running.values()):
        other.close()
    _become(asked)
    return True


def _tell_of_the_dead(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        connection = running.pop(pid)
        with suppress(OSError):
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        connection.close()


def _become(asked: dict[str, object]) -> None:
    """The environment, the folder and the standard streams of whoever asked."""
    environment = asked["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(str(asked["folder"]))
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(str(asked["errors"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, target in ((0, nothing), (1, nothing), (2, errors)):
        os.dup2(target, number)
    arguments = asked["arguments"]
    assert isinstance(arguments, list)
    sys.argv = ["clearspan", *arguments]


if __name__ == "__main__":
    load_lightly()
    for part in ("doors", "serve"):  # what takes long
        import_module(f"clearspan_server.cli.{part}")
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    main()

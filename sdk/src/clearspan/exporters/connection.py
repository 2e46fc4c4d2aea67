"""One server over one kept HTTP connection."""

from __future__ import annotations

import encodings.idna  # noqa: F401  # or the first connection would import it
import gzip
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from clearspan.api import sendable
from clearspan.errors import warn_once
from clearspan.exporters import Outcome
from clearspan.version import __version__

TIMEOUT_S = 10.0
GZIP_ABOVE_BYTES = 1_024
GZIP_MARK = b"\x1f\x8b"
# A connection that was silent for longer may be gone without a word: the process was frozen, or
# something between has forgotten it.
IDLE_S = 20.0
ACCEPTED = range(200, 300)
MAX_ANSWER_BYTES = 65_536
# A ValueError is an address that cannot be one.
FAILURES = (OSError, http.client.HTTPException, ValueError)


@dataclass(slots=True)
class Answer:
    """What the server said; status 0 when it said nothing."""

    status: int
    body: bytes = b""
    retry_after: str = ""

    def again(self, settled: int = 0, lost: int = 0) -> Outcome:
        """To be tried again, after the pause that was asked for."""
        return Outcome(settled, lost, self.pause_s(), is_away=self.status == 0)

    def pause_s(self) -> float:
        """Its Retry-After, seconds or a date, in seconds from now; 0 when it is neither."""
        try:
            return max(0.0, float(self.retry_after))
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(self.retry_after).timestamp() - time.time())
        except (ValueError, TypeError):
            return 0.0


class Connection:
    """Opened when needed, and again when it is stale. For one thread.

    Args:
        url: where requests are posted.
        headers: sent with every one.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.address = urlsplit(url)
        self._target = urlunsplit(("", "", self.address.path or "/", self.address.query, ""))
        self._headers = {
            "content-type": "application/json",
            "user-agent": f"clearspan-python/{__version__}",
            **sendable(headers),
        }
        self._open: http.client.HTTPConnection | None = None
        self._used_s = 0.0  # by the clock of the wall, which goes on while a process is frozen

    @property
    def shown(self) -> str:
        """The address without the parts that may be secret."""
        host = self.address.netloc.rpartition("@")[2]
        return urlunsplit((self.address.scheme, host, self.address.path, "", ""))

    def post(self, content: bytes, headers: Mapping[str, str], path: str = "") -> Answer:
        """Posts ``content``, compressed when that pays; to ``path``, if it is not for the url."""
        path = path or self._target
        all_headers = {**self._headers, **headers}
        if len(content) > GZIP_ABOVE_BYTES and not content.startswith(GZIP_MARK):
            content = zipped(content)
        if content.startswith(GZIP_MARK):
            all_headers["content-encoding"] = "gzip"
        if abs(time.time() - self._used_s) > IDLE_S:
            self.close()
        is_reused = self._open is not None
        try:
            return self._request(path, content, all_headers)
        except FAILURES as error:
            self.close()
            if not is_reused:
                return self._away(error)
        # A kept connection that the server has closed meanwhile says nothing about the server.
        try:
            return self._request(path, content, all_headers)
        except FAILURES as error:
            self.close()
            return self._away(error)

    def close(self) -> None:
        """Closes it."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _request(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        if self._open is None:
            self._open = self._opened()
        self._open.request("POST", path, body=content, headers=headers)
        response = self._open.getresponse()
        said = response.read(MAX_ANSWER_BYTES)
        answer = Answer(response.status, said, response.getheader("retry-after", ""))
        self._used_s = time.time()
        if response.will_close or not response.isclosed():
            self.close()
        return answer

    def _opened(self) -> http.client.HTTPConnection:
        host, port = self.address.hostname or "127.0.0.1", self.address.port
        if self.address.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)

    def _away(self, error: Exception) -> Answer:
        warn_once("away", f"{self.shown} does not answer ({error}); spans are kept")
        return Answer(0)


def zipped(content: bytes) -> bytes:
    """Compressed, fast rather than well."""
    return gzip.compress(content, compresslevel=1, mtime=0)

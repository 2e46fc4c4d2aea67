"""Answers: one response of a provider, bytes in and a reply out, in whatever form and framing it comes."""

import json
import re
from collections.abc import Mapping

from clearspan.wire.endpoint import Endpoint
from clearspan.wire.failed import Failed, failure_in, read_failed
from clearspan.wire.forms import Json, first, mapping, mappings, text
from clearspan.wire.framing import (
    DONE,
    Events,
    Frames,
    Framing,
    Items,
    Lines,
    Measured,
    Whole,
    ends_of,
)
from clearspan.wire.media import as_message, without_large
from clearspan.wire.merging import Merger, Twins
from clearspan.wire.reply import Reply, read_reply
from clearspan.wire.streams import merger_of
from clearspan.wire.usage import Usage, read_usage

_WAITING_BYTES = 65_536  # are read at once, after the first token
_END_BYTES = 1_024  # of each end of a body, where an error would stand
_LAST = re.compile(
    rb'(?:event:[^\r\n]*\r?\n)?data: (?:\[DONE\]$|\{"type": ?"(?:message_stop|response\.completed)")'
)
_NO_ERROR = re.compile(rb'"error": ?null')
_REQUEST_IDS = (
    *("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-goog-request-id"),
    *("x-ms-request-id", "cf-ray"),
)
_LINES = frozenset(("application/x-ndjson", "application/jsonl", "application/stream+json"))


class Answer:
    """One response. Feed it the bytes as they come, decoded; close it for the reply.

    The first token is looked for in every slice. After it slices wait and are read many at once, so that most calls of
    `feed` do no more than keep their bytes.
    """

    def __init__(self, endpoint: Endpoint, status: int, headers: Mapping[str, str]) -> None:
        self._endpoint, self._status, self._headers = endpoint, status, headers
        self._kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        self._framing: Framing | None = None
        self._merger: Merger | None = None
        self._twins: Twins | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._has_begun = False
        self._is_complete = False
        self._error: Failed | None = None
        self._body: Json = {}
        self._reply: Reply | None = None

    def feed(self, data: bytes) -> bool:
        """Takes the next bytes; True for those that brought the first content, thought or tool call of a stream."""
        if self._has_begun:
            self._waiting.append(data)
            self._waiting_bytes += len(data)
            if self._waiting_bytes >= _WAITING_BYTES:
                self._catch_up()
            return False
        if not data or self._reply is not None:
            return False
        if self._framing is None:
            data = b"".join((*self._waiting, data))
            self._framing = self._framing_of(data)
            self._waiting = [data] if self._framing is None else []
        if self._framing is None:
            return False
        self._take(self._framing.feed(data))
        self._has_begun = self._merger is not None and self._merger.has_begun
        return self._has_begun

    @property
    def is_complete(self) -> bool:
        """Whether the end of this form was seen: a whole document, `[DONE]`, `message_stop` and so on.

        Of sound and plain text, which have none, it is known once the answer is closed.
        """
        self._catch_up()
        return self._is_complete or (self._merger is not None and self._merger.is_complete)

    @property
    def error(self) -> Failed | None:
        """Why there is no answer, or no more of it."""
        self._catch_up()
        return self._error

    def close(self) -> Reply:
        """What was understood. Further bytes are ignored."""
        if self._reply is None:
            self._catch_up()
            self._has_begun = False
            if self._framing is None and self._waiting:
                self._framing = Whole()
                self._catch_up()
            if self._framing is not None:
                self._take_rest(self._framing)
            self._reply = self._read(self._whole_body())
        return self._reply

    def _whole_body(self) -> Json:
        try:
            return self._merger.body() if self._merger else self._body
        except RecursionError:  # nested by somebody who means ill
            return {}

    def _framing_of(self, data: bytes) -> Framing | None:
        """By what the bytes begin with, for servers are not exact about types; None while there are too few."""
        if self._kind == "application/vnd.amazon.eventstream":
            return Frames()
        if self._kind.startswith(("audio/", "image/", "video/")):
            return Measured()
        begin = data[:64].lstrip(b"\xef\xbb\xbf \r\n\t")
        if begin[:1] == b"[" and self._endpoint.streamed:
            return Items()
        if begin[:1] in (b"{", b"["):
            return Lines() if self._kind in _LINES else Whole()
        if begin and self._kind == "text/event-stream":
            return Events()
        if len(begin) < 6:
            return None
        return Events() if begin.startswith((b"data:", b"event:")) else Whole()

    def _catch_up(self) -> None:
        """Reads what waits."""
        if self._framing is None or self._reply is not None:
            return
        if self._waiting:
            data, self._waiting, self._waiting_bytes = b"".join(self._waiting), [], 0
            self._take(self._framing.feed(data))
        if isinstance(self._framing, Whole) and self._framing.may_be_whole():
            self._take_document(self._framing.rest())

    def _take_rest(self, framing: Framing) -> None:
        if isinstance(framing, Measured):
            self._body = {"size_bytes": framing.size_bytes, "mime_type": self._kind}
            self._is_complete = self._has_its_length(framing.size_bytes)
        elif not isinstance(framing, Whole):
            self._take(framing.rest())
        elif not self._body and not self._error:
            self._take_unread(framing)

    def _has_its_length(self, size_bytes: int) -> bool:
        """Whether a body without an end marker is as long as its headers say; where they do not, it is believed."""
        told = self._headers.get("content-length", "")
        return (
            not told.isdecimal() or "content-encoding" in self._headers or size_bytes >= int(told)
        )

    def _take_document(self, texts: list[str]) -> None:
        document = _parsed(texts[0]) if texts else None
        if document is None:
            return
        self._is_complete = True
        self._body = mapping(document)
        failure = document if self._status >= 400 else failure_in(self._body)
        if failure is not None:
            self._error = read_failed(failure, self._status, self._headers)

    def _take_unread(self, framing: Whole) -> None:
        """What is no document: a text, lines with the type of a document, or a document that was cut or is huge."""
        (said,) = framing.rest() or [""]
        if self._status >= 400:
            self._error = read_failed(said.strip(), self._status, self._headers)
            self._is_complete = self._has_its_length(len(said.encode()))
        elif framing.is_huge or said.lstrip().startswith(("{", "[")):
            self._take(said.splitlines())
            self._body = ends_of(said)
            self._is_complete = self._is_complete or framing.is_huge
        elif self._endpoint.operation == "transcription":
            self._body = {"text": said}
            self._is_complete = self._has_its_length(len(said.encode()))

    def _take(self, texts: list[str]) -> None:
        at = 0
        while at < len(texts):
            others = self._twins.take(texts, at) if self._twins is not None else at
            for one in texts[others : others + 1]:
                self._take_one(one)
            at = others + 1

    def _take_one(self, said: str) -> None:
        if said == DONE:
            self._is_complete = True
            return
        chunk = _parsed(said)
        if isinstance(chunk, dict):
            self._add(chunk, said)

    def _add(self, chunk: Json, said: str) -> None:
        failure = failure_in(chunk)
        if failure is not None:
            self._error = read_failed(failure, self._status, {})
        if self._merger is None:
            self._merger = merger_of(chunk)
            self._twins = None if self._merger is None else Twins(self._merger)
        if self._merger is not None and self._twins is not None:
            before = self._merger.growths
            try:
                self._merger.add(chunk)
            except RecursionError:
                return
            self._twins.learn(said, self._merger.growths - before)

    def _read(self, body: Json) -> Reply:
        if self._status >= 400:
            reply = Reply()
        else:
            reply = read_reply(as_message(self._endpoint.operation, body)) or Reply()
            reply.messages = without_large(reply.messages)
            reply.usage = reply.usage or self._counted(body)
            if self._endpoint.operation == "rerank":
                ranked = mappings(first(body, ("results", "data")))
                reply.documents = [
                    {"index": one.get("index"), "score": one.get("relevance_score")}
                    for one in ranked
                ]
        reply.request_id = text(first(self._headers, _REQUEST_IDS) or body.get("request_id"))
        return reply

    def _counted(self, body: Json) -> Usage | None:
        """What Amazon counts itself, for models whose makers do not tell: in the last chunk or in headers."""
        metrics = mapping(body.get("amazon-bedrock-invocationMetrics"))
        counts = {}
        for way in ("input", "output"):
            header = self._headers.get(f"x-amzn-bedrock-{way}-token-count", "")
            told = int(header) if header.isdecimal() else None
            counts[f"{way}Tokens"] = metrics.get(f"{way}TokenCount", told)
        return read_usage(counts)


def seems_well(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether both ends of a whole body say that all of it came, without an error; nothing is parsed.

    True has to be confirmed by reading it; False means nothing. Names in `headers` are in lower case.
    """
    ends = body[:_END_BYTES] + body[-_END_BYTES:]
    if status >= 400 or ends.count(b'"error') > len(_NO_ERROR.findall(ends)):
        return False
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if body[:1] == b"{":
        is_whole = kind == "application/json" and body.rstrip()[-1:] == b"}"
        # Lines are no document.
        is_whole = is_whole and b"}\n{" not in body and b"}\r\n{" not in body
        return is_whole and _is_balanced(body)
    if kind != "text/event-stream" and not body.startswith((b"data:", b"event:")):
        return False
    said = body.rstrip(b"\r\n")
    # An event of its own: what is stuck to another is not understood.
    _, between, last = said.rpartition(b"\n\n")
    if not between:
        _, between, last = said.rpartition(b"\n\r\n")
    is_last = _LAST.match(last) is not None or b'"finishReason"' in last
    return between != b"" and is_last and last[-1:] in (b"]", b"}") and _is_balanced(last)


def _is_balanced(said: bytes) -> bool:
    """Of what was cut behind a brace, more are open than closed."""
    return said.count(b"{") == said.count(b"}")


def _parsed(said: str) -> object:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None

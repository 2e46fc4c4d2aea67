"""Sends spans as OTLP/JSON over HTTP: to Clearspan, or to anything that speaks OpenTelemetry.

What cannot be sent is kept on disk; what ended processes have kept there is sent, too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from clearspan.errors import counted, report, warn_once
from clearspan.exporters import Outcome, pace
from clearspan.exporters.connection import ACCEPTED, Answer, Connection, zipped
from clearspan.otlp_json import body, encoded
from clearspan.settings import TRACES_PATH
from clearspan.spill import Kept, Numbers, Pile, Spill
from clearspan.tracer import Span

MAX_BODY_CHARS = 4_000_000
HEARTBEAT_S = 10.0
ANNOUNCED_AT_ONCE = 256
RETRYABLE = frozenset({429, 502, 503, 504})
NO_CONTENT, TOO_LARGE = 204, 413
NO_HEARTBEATS = frozenset({404, 405, 501})


class OtlpExporter:
    """One server, over one kept connection.

    Args:
        url: where spans are posted, such as ``http://127.0.0.1:4318/v1/traces``.
        headers: sent with every request.
        resource: attributes of this process.
        version: of this library.
        still_open: weak references to the spans of this process that have not ended, by id.
        process: the id of this process; each exporter of spans counts under one of its own.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        resource: Mapping[str, object],
        version: str,
        still_open: Mapping[str, Callable[[], Span | None]],
        process: str,
    ) -> None:
        self._connection = Connection(url, headers)
        self._still_open = still_open
        self._resource = resource
        self._version = version
        self.process = process
        self.numbers = Numbers()
        prefix = self._connection.address.path.removesuffix(TRACES_PATH).rstrip("/")
        self._heartbeat_path = f"{prefix}/api/v1/processes/{self.process}/heartbeat"
        # Only Clearspan answers heartbeats; others are never sent a span that is still open.
        self._takes_heartbeats = True
        self._is_clearspan = False
        self._next_heartbeat_s = 0.0
        self._no_heartbeat_before_s = 0.0
        self._announced: set[str] = set()

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Posts ``spans`` in as few requests as their size allows."""
        self.numbers.dropped = dropped
        if self._is_clearspan:
            self._announce(self._open_ancestors(spans))
        texts = [text_of(span) for span in spans]
        settled = lost = 0
        at_most = len(texts)
        while settled < len(texts):
            chunk = portion(texts, settled, at_most)
            whole = [text for text in chunk if text]
            answer = self._post_spans(whole) if whole else Answer(200)
            if not is_final(answer) and answer.status != TOO_LARGE:
                return answer.again(settled, lost)
            if answer.status == TOO_LARGE and len(chunk) > 1:
                at_most = len(chunk) // 2
                continue
            settled += len(chunk)
            lost += len(chunk) - len(whole) + self.refused(answer, len(whole))
        return Outcome(settled, lost)

    def watch(self, open_spans: Sequence[Span]) -> None:
        """Sends a heartbeat every 10 s, and spans that are new among the open ones."""
        now_s = time.monotonic()
        if not self._takes_heartbeats or now_s < self._no_heartbeat_before_s:
            return
        fresh = [span for span in open_spans if span.span_id not in self._announced]
        if not fresh and now_s < self._next_heartbeat_s:
            return
        ids = sorted(span.span_id for span in open_spans)
        beat = json.dumps({"seq": self.numbers.requests, "open": ids}).encode()
        answer = self._connection.post(
            beat, {"clearspan-process": self.process}, self._heartbeat_path
        )
        if answer.status == NO_CONTENT:
            self._is_clearspan = True
            self._next_heartbeat_s = now_s + HEARTBEAT_S
            self._announce(fresh)
        elif answer.status in NO_HEARTBEATS:
            self._takes_heartbeats = False
        else:
            self._no_heartbeat_before_s = now_s + (answer.pause_s() or HEARTBEAT_S)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def body(self, texts: Sequence[str]) -> bytes:
        """A request with spans that are encoded already."""
        return body(texts, self._resource, self._version)

    def post(self, content: bytes, spans: int, process: str, numbers: Numbers | None) -> Answer:
        """Posts a request, compressed already or not, with what ``process`` has counted."""
        headers = {"clearspan-process": process}
        if numbers is not None:
            # A repeated request repeats its number, so that the server can tell it from a lost one.
            headers["clearspan-seq"] = str(numbers.requests + 1)
            headers["clearspan-sent"] = str(numbers.sent + spans)
            headers["clearspan-dropped"] = str(numbers.dropped)
        answer = self._connection.post(content, headers)
        if is_final(answer) and numbers is not None:
            numbers.requests += 1
            numbers.sent += spans
        return answer

    def refused(self, answer: Answer, count: int) -> int:
        """How many of ``count`` spans the server refused, with one warning."""
        if answer.status not in ACCEPTED:
            said = answer.body[:300].decode("utf-8", "replace")
            warn_once(
                "refused",
                f"{self._connection.shown} refused spans: {answer.status} {said}",
            )
            return count
        rejected, reason = _partial_success(answer.body)
        rejected = max(0, min(rejected, count))
        if rejected:
            warn_once(
                "rejected", f"the server rejected {rejected} of {counted(count, 'span')}: {reason}"
            )
        return rejected

    def _open_ancestors(self, spans: Iterable[Span]) -> list[Span]:
        """Open spans above ``spans`` that the server does not know: it would show a child alone."""
        found: dict[str, Span] = {}
        for span in spans:
            parent = self._opened(span.parent_id)
            while parent and parent.span_id not in found.keys() | self._announced:
                found[parent.span_id] = parent
                parent = self._opened(parent.parent_id)
        return list(found.values())

    def _opened(self, span_id: str) -> Span | None:
        reference = self._still_open.get(span_id)
        return reference and reference()

    def _announce(self, spans: Sequence[Span]) -> None:
        """Sends spans that are still open, each once."""
        self._announced = {span_id for span_id in self._announced if self._opened(span_id)}
        for start in range(0, len(spans), ANNOUNCED_AT_ONCE):
            some = spans[start : start + ANNOUNCED_AT_ONCE]
            # One that has ended meanwhile waits in the queue: said here too, it would be sent twice. Asked
            # after the encoding, for it may end during it.
            texts = [text for span in some if (text := text_of(span)) and not span.end_ns]
            while texts:
                chunk = portion(texts, 0, len(texts))
                if self._post_spans(chunk).status not in ACCEPTED:
                    return
                texts = texts[len(chunk) :]
            self._announced.update(span.span_id for span in some)

    def _post_spans(self, texts: Sequence[str]) -> Answer:
        return self.post(self.body(texts), len(texts), self.process, self.numbers)


class SpillingOtlpExporter:
    """One server, and the folder for what it could not take.

    What is on disk has no number yet: it gets the next one when it is sent, by this process or, if
    that has ended, by another one in its name.
    """

    def __init__(self, otlp: OtlpExporter, spill: Spill) -> None:
        self._otlp = otlp
        self._spill = spill
        self._squeezed = 0  # spans on disk that had to go for newer ones

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Posts ``spans``."""
        return self._otlp.export(spans, dropped + self._squeezed)

    def watch(self, open_spans: Sequence[Span]) -> None:
        """Tells the server about them, unless something on disk comes first: its numbers are next."""
        if not self.spilled():
            self._otlp.watch(open_spans)

    def spill(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Keeps ``spans`` on disk; the lost ones are older and had to go."""
        numbers = self._otlp.numbers
        numbers.dropped = dropped + self._squeezed
        texts = [text_of(span) for span in spans]
        settled = lost = 0
        while settled < len(texts):
            chunk = portion(texts, settled, len(texts))
            whole = [text for text in chunk if text]
            content = zipped(self._otlp.body(whole))
            try:
                removed = self._spill.keep(content, len(whole), numbers)
            except OSError as error:
                warn_once("spill", f"{self._spill.root} takes no spans ({error})")
                break
            if removed:
                warn_once("full", f"{self._spill.root} is full, the oldest spans are dropped")
            self._squeezed += removed
            settled += len(chunk)
            lost += len(chunk) - len(whole) + removed
        return Outcome(settled, lost)

    def spilled(self) -> bool:
        """Whether anything that this process has kept is still on disk."""
        return self._spill.own() is not None

    def resend(self, *, others: bool) -> Outcome | None:
        """Posts the oldest request on disk, in the name of the process that has kept it."""
        pile = self._spill.other() if others else self._spill.own()
        kept = pile and pile.oldest()
        if not pile or not kept:
            return None
        content = kept.read()
        if content is None:
            return Outcome(kept.spans, 0 if others else kept.spans)
        numbers = pile.numbers() if others else self._otlp.numbers
        answer = self._otlp.post(content, kept.spans, pile.process, numbers)
        if answer.status == TOO_LARGE and pile.split(kept, content):
            return Outcome(0)  # the halves are next
        if not is_final(answer) and answer.status != TOO_LARGE:
            return answer.again()
        return self._settle(pile, kept, numbers, answer)

    def close(self) -> None:
        """Closes the connection, and lets others send what is left on disk."""
        self._otlp.close()
        self._spill.close()

    def _settle(self, pile: Pile, kept: Kept, numbers: Numbers | None, answer: Answer) -> Outcome:
        # First counted, then removed: whoever goes on after a crash sends it again under the next
        # number, and the account still adds up.
        if numbers is not None:
            pile.note(numbers)
        refused = self._otlp.refused(answer, kept.spans)
        if not kept.forget():
            return Outcome(0)  # the disk has become read-only; the server knows repeats
        return Outcome(kept.spans, refused if pile.process == self._otlp.process else 0)


def is_final(answer: Answer) -> bool:
    """Whether the request is over, well or badly."""
    return answer.status not in RETRYABLE and answer.status not in {0, TOO_LARGE}


def text_of(span: Span) -> str:
    """``span`` as JSON; "" when that fails, so that it does not take its neighbours along."""
    pace.give_way()
    try:
        return encoded(span)
    except Exception as error:  # noqa: BLE001  # the funnel: one bad span
        report(error, f"encoding the span {span.name!s:.80}")
        return ""


def portion(texts: Sequence[str], start: int, at_most: int) -> Sequence[str]:
    """The next texts that together stay below the size of a request; at least one."""
    end, chars = start, 0
    while end < len(texts) and end - start < at_most:
        chars += len(texts[end])
        if chars > MAX_BODY_CHARS and end > start:
            break
        end += 1
    return texts[start:end]


def _partial_success(content: bytes) -> tuple[int, str]:
    """Rejected spans and the reason, from an OTLP response."""
    try:
        partial = json.loads(content).get("partialSuccess") or {}
        return int(partial.get("rejectedSpans") or 0), str(partial.get("errorMessage") or "")
    except (ValueError, AttributeError, TypeError, OverflowError, RecursionError):
        return 0, ""  # another server's idea of an answer

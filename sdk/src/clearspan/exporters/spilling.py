"""The OTLP exporter that keeps what it cannot send on disk, and sends what others have kept."""

from __future__ import annotations

from collections.abc import Sequence

from clearspan.errors import warn_once
from clearspan.exporters import Outcome
from clearspan.exporters.connection import Answer, zipped
from clearspan.exporters.otlp import TOO_LARGE, OtlpExporter, is_final, portion, text_of
from clearspan.spill import Kept, Numbers, Pile, Spill
from clearspan.tracer import Span


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

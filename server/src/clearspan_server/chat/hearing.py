"""An answer as it comes: whole characters only, and no more of it than is kept."""

from clearspan_server.chat.asking import Heard, Refused

MOST_BYTES = 1_048_576  # of an answer with its reasoning and the arguments of its calls
MOST_PIECES = 200_000  # as many as the longest answers have tokens
_CALLS = "arguments"  # of tools: they count, and are told when they are whole


class Hearing:
    """Collects the pieces of an answer and tells of each; an answer without an end is broken off."""

    def __init__(self, tell: Heard) -> None:
        self._tell = tell
        self._pieces: dict[str, list[str]] = {"text": [], "reasoning": []}
        self._halves = {"text": "", "reasoning": ""}  # of a character that came in two pieces
        self.bytes = 0
        self.count = 0

    def heard(self, kind: str, piece: str) -> None:
        """The next piece of the text, the reasoning or the arguments.

        Raises:
            Refused: the answer is longer than one may be.
        """
        if not piece:
            return
        self.bytes += len(piece.encode(errors="surrogatepass"))
        self.count += 1
        if self.bytes > MOST_BYTES or self.count > MOST_PIECES:
            raise Refused(
                f"the answer is longer than {MOST_BYTES} bytes or {MOST_PIECES} pieces,"
                " which is the most; it was broken off here"
            )
        if kind != _CALLS:
            self._add(kind, self._halves[kind] + piece)

    def end(self) -> None:
        """Nothing comes any more: half a character stays without its other half."""
        for kind, half in self._halves.items():
            if half:
                self._halves[kind] = ""
                self._told(kind, whole(half))
        self._pieces = {kind: ["".join(pieces)] for kind, pieces in self._pieces.items()}

    def so_far(self, kind: str) -> str:
        """What has come."""
        return "".join(self._pieces[kind])

    def _add(self, kind: str, piece: str) -> None:
        is_half = "\ud800" <= piece[-1] <= "\udbff"
        piece, self._halves[kind] = (piece[:-1], piece[-1]) if is_half else (piece, "")
        if piece:
            self._told(kind, whole(piece))

    def _told(self, kind: str, piece: str) -> None:
        self._pieces[kind].append(piece)
        self._tell(kind, piece)


def whole(text: str) -> str:
    """A text as UTF-8 can hold it: halves of characters joined, those without another half as question marks."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

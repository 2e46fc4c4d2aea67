r"""What a rule of redaction is made of, and the borders that rules have in common.

A rule is looked for twice. Its `prefilter` is for Hyperscan, at least as generous as its `pattern`,
and asks only "could this be here at all?", where the text holds what it `needs`; its `pattern` is for
RE2, works on UTF-8 bytes and puts what must go into group 1; its `check` (Luhn, mod 97, plausibility)
has the last word.

Texts are often JSON, where a line break is the two characters `\n` and an ü may be `\u00fc`. So a
left border may be a whole escape sequence (`\nsk-…` is a key after a line break, not a word that
begins with n), and nothing in group 1 can match a quotation mark.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

REJECTED = 0

Check = Callable[[bytes, int, int], int]
"""(text, start, end) of a candidate → where what must go ends, or `REJECTED`."""

ESCAPE = rb"\\+(?:[nrtbf]|u[0-9A-Fa-f]{4})"
LEFT = rb"(?:^|[^A-Za-z0-9_]|" + ESCAPE + rb")"
# Digits inside floats, paths, dates and dashed ids are no phone numbers and no cards.
LEFT_OF_DIGITS = rb"(?:^|[^A-Za-z0-9_./\-]|" + ESCAPE + rb"|(?:^|[^0-9]|" + ESCAPE + rb")\.)"
# As much of it as prefilters need, so that a long row of digits or decimals is none of theirs.
FIRST_DIGIT = rb"(?:^|[^.0-9]|[^0-9]\.|u[0-9A-Fa-f]{4}\.?)"

Need = Literal["", "figures", "@"]
"""What a text must hold for the prefilter of a rule to hit; `sieve.py` asks for it first."""

# The shapes of figures that the rules which need them look for: each of them holds one. What is in many texts has none:
# dates and times, decimals, addresses on the network, `claude-sonnet-4-5-20250929`.
FIGURES = b"|".join(
    (
        rb"\d\d[ \-]\d{3}|\d\) ?\d\d|\d\d \d\d \d\d \d",  # in groups: telephones, cards, most numbers of people
        rb"\d\d/\d{6}",
        rb"\d\.\d{3}\.\d{3}[0-9\-]|\d\d\.\d\d\.\d\d[.\-]\d|756\.\d{4}\.",  # with dots
        rb"\d{7}-?[A-DF-Z]|\d{7}-?E(?:[^+\-0-9]|$)",  # with a letter behind them
        rb"\d{6}(?:[+A-FU-Y]\d{3}|[A-D]|\([0-9A]|[HMX][A-Z])|[A-Z](?: ?\d\d){3} ?[A-D]",
        rb"[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){3}",  # behind letters: accounts, Italy, Mexico, India
    )
)

# Figures in one piece are told apart in two steps: to ask for the second at once would take half as long again.
IN_ONE_PIECE = rb"\d{13}"
# No decimals, nothing longer than a card, and no nanoseconds.
ONE_PIECE = FIRST_DIGIT + rb"(?:1\d{12,17}|[2-9]\d{12,18})(?:[^0-9]|$)"


@dataclass(slots=True, frozen=True)
class Rule:
    """One format of one type of personal data or secret."""

    type: str
    prefilter: bytes
    pattern: bytes
    check: Check
    ignore_case: bool = False  # of the prefilter; a pattern says (?i)
    needs: Need = ""


def accept(_text: bytes, _start: int, end: int) -> int:
    """The pattern alone is proof enough."""
    return end


_NOT_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789")


def digits(text: bytes) -> bytes:
    """Its digits alone."""
    return text.translate(None, _NOT_DIGITS)


def ends_here(text: bytes, end: int) -> bool:
    """True when the number is over: no letter, digit or further group of digits follows."""
    following = text[end : end + 2]
    if following[:1].isalnum() or following[:1] == b"_":
        return False
    return not (following[:1] in (b".", b"-") and following[1:].isdigit())

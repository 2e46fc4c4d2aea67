r"""Personal data and secrets: one rule a format, and where the format is written down.

A rule is looked for twice. Its `prefilter` is for Hyperscan, at least as generous as its `pattern`,
and asks only "could this be here at all?"; its `pattern` is for RE2, works on UTF-8 bytes and puts
what must go into group 1; its `check` (Luhn, mod 97, plausibility) has the last word.

Texts are often JSON, where a line break is the two characters `\n` and an ü may be `\u00fc`. So a
left border may be a whole escape sequence (`\nsk-…` is a key after a line break, not a word that
begins with n), and nothing in group 1 can match a quotation mark.

Sources: e-mail RFC 5321 and 6531; phone ITU-T E.164 and the North American Numbering Plan; cards
ISO/IEC 7812 with its Luhn check; IBAN ISO 13616 with the lengths of the SWIFT registry; SSN the
numbering rules of the US Social Security Administration; JWT RFC 7519; Bearer RFC 6750; Basic
RFC 7617; private keys RFC 7468; API keys the documentation of those who issue them (OpenAI,
Anthropic, AWS, Google, GitHub, GitLab, Slack, Stripe, Hugging Face, Groq, xAI, Perplexity), and our
own `cs_<id>_<secret>`.
"""

import base64
import binascii
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

REJECTED = 0

Check = Callable[[bytes, int, int], int]
"""(text, start, end) of a candidate → where what must go ends, or `REJECTED`."""

_ESCAPE = rb"\\+(?:[nrtbf]|u[0-9A-Fa-f]{4})"
_LEFT = rb"(?:^|[^A-Za-z0-9_]|" + _ESCAPE + rb")"
# Digits inside floats, paths, dates and dashed ids are no phone numbers and no cards.
_LEFT_OF_DIGITS = rb"(?:^|[^A-Za-z0-9_./\-]|" + _ESCAPE + rb"|(?:^|[^0-9]|" + _ESCAPE + rb")\.)"
# European letters outside ASCII, as themselves and as JSON may write them. Not more: Chinese or
# Japanese text runs right up to an address without a space.
_LETTER = (
    rb"[\x{C0}-\x{52F}]"
    rb"|\\+u(?:00[c-fC-F][0-9A-Fa-f]|0[1-4][0-9A-Fa-f]{2}|05[0-2][0-9A-Fa-f])"
)


@dataclass(slots=True, frozen=True)
class Rule:
    """One format of one type of personal data or secret."""

    type: str
    prefilter: bytes
    pattern: bytes
    check: Check
    ignore_case: bool = False  # of the prefilter; a pattern says (?i)


def _accept(_text: bytes, _start: int, end: int) -> int:
    """The pattern alone is proof enough."""
    return end


_NOT_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789")


def _digits(text: bytes) -> bytes:
    return text.translate(None, _NOT_DIGITS)


def _looks_random(text: bytes, start: int, end: int) -> int:
    """A key mixes cases or holds digits; `sk-learn-style-names-in-prose` does neither."""
    found = text[start:end]
    return end if _digits(found) or found != found.lower() else REJECTED


# Endings of file names that no top-level domain has: `logo@2x.png` is not an address.
_FILE_ENDINGS = frozenset(
    b"css csv gif html jpeg jpg js json jsx lock log png svg tgz toml ts tsx txt webp xml".split()
)


def _email(text: bytes, start: int, end: int) -> int:
    nobody = text[start : start + 1] == b"@"  # the letter before it belonged to an escape
    file_name = text[text.rindex(b".", start, end) + 1 : end] in _FILE_ENDINGS
    return REJECTED if nobody or file_name else end


def _ends_here(text: bytes, end: int) -> bool:
    """True when the number is over: no letter, digit or further group of digits follows."""
    following = text[end : end + 2]
    if following[:1].isalnum() or following[:1] == b"_":
        return False
    return not (following[:1] in (b".", b"-") and following[1:].isdigit())


_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _card(text: bytes, start: int, end: int) -> int:
    if not _ends_here(text, end):
        return REJECTED
    digits = [int(digit) for digit in reversed(_digits(text[start:end]).decode())]
    checksum = sum(digits[::2]) + sum(_LUHN_DOUBLED[digit] for digit in digits[1::2])
    return REJECTED if checksum % 10 else end


def _ssn(text: bytes, start: int, end: int) -> int:
    area, group, serial = text[start:end].split(b"-")
    never_issued = (
        area in (b"000", b"666") or area[:1] == b"9" or group == b"00" or serial == b"0000"
    )
    return REJECTED if never_issued or not _ends_here(text, end) else end


_E164_DIGITS = range(9, 16)


def _phone_abroad(text: bytes, start: int, end: int) -> int:
    """+CC …: 9 to 15 digits; one that runs into figures behind it is cut where a group ends."""
    found = text[start:end]
    if found[5:6] == b"-" and found[8:9] == b"-" and found[1:3] in (b"19", b"20"):
        return REJECTED  # "+2024-01-15": an added line of a diff
    if not _ends_here(text, end):
        return REJECTED
    while len(_digits(found)) not in _E164_DIGITS:
        shorter = max(found.rfind(separator) for separator in (b" ", b"-", b".", b"/"))
        if shorter < 0:
            return REJECTED
        found = found[:shorter]
    return start + len(found)


def _phone_america(text: bytes, _start: int, end: int) -> int:
    return end if _ends_here(text, end) else REJECTED


def _phone_trunk(text: bytes, start: int, end: int) -> int:
    """0…: only when it stands alone, so that a row of numbers or a dump of bytes survives."""
    before, after = text[max(0, start - 7) : start], text[end : end + 2]
    follows_a_number = before[-2:-1].isdigit() and before[-1:] == b" " and before[:2] != b"\\u"
    number_follows = after[:1] in (b" ", b"/") and after[1:].isdigit()
    if follows_a_number or number_follows or not _ends_here(text, end):
        return REJECTED
    return end


_IBAN_LENGTHS = {
    country.encode(): int(length)
    for length, countries in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FK FO GL NL SD",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for country in countries.split()
}


def _iban(text: bytes, start: int, end: int) -> int:
    """Cut at the length of the country, then the remainder by 97 must be 1."""
    wanted = _IBAN_LENGTHS.get(text[start : start + 2], 0)
    at, letters = start, b""
    while at < end and len(letters) < wanted:
        letters += text[at : at + 1].strip()
        at += 1
    if not wanted or len(letters) != wanted or text[at : at + 1].isalnum():
        return REJECTED
    number = int("".join(str(int(chr(byte), 36)) for byte in letters[4:] + letters[:4]))
    return at if number % 97 == 1 else REJECTED


_SHORTEST_TOKEN = 16


def _bearer(text: bytes, start: int, end: int) -> int:
    """Prose says "bearer authentication-scheme"; a token holds a digit."""
    if end - start < _SHORTEST_TOKEN or not _digits(text[start:end]):
        return REJECTED
    return end


def _basic(text: bytes, start: int, end: int) -> int:
    """Credentials are base64 of a readable `user:password`; no word of prose is."""
    encoded = text[start:end].replace(b"\\", b"").rstrip(b"=")
    try:
        credentials = base64.b64decode(encoded + b"=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return REJECTED
    return end if ":" in credentials and credentials.isprintable() else REJECTED


def _aws_secret(text: bytes, start: int, end: int) -> int:
    longer = text[end : end + 1].isalnum() or text[end : end + 1] in (b"+", b"/", b"=")
    return REJECTED if longer else _looks_random(text, start, end)


def _ipv4(text: bytes, start: int, end: int) -> int:
    try:
        ipaddress.IPv4Address(text[start:end].decode())
    except ValueError:
        return REJECTED
    return end if _ends_here(text, end) else REJECTED


_KEYS = (
    rb"sk-[A-Za-z0-9_\-]{20,}",  # OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse
    rb"gsk_[A-Za-z0-9]{30,}",  # Groq
    rb"xai-[A-Za-z0-9]{40,}",
    rb"pplx-[A-Za-z0-9]{40,}",  # Perplexity
    rb"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    rb"(?:AKIA|ASIA)[A-Z0-9]{16}",  # AWS access key id, lasting and temporary
    rb"AIza[A-Za-z0-9_\-]{35}",  # Google
    rb"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub: personal, OAuth, user, server, refresh
    rb"github_pat_[A-Za-z0-9_]{22,}",
    rb"glpat-[A-Za-z0-9_\-]{20,}",  # GitLab
    rb"xox[abeoprs]-[A-Za-z0-9\-]{10,}",  # Slack
    rb"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe: secret and restricted
    rb"cs_[A-Za-z0-9]{6,32}_[A-Za-z0-9_\-]{16,}",  # Clearspan; Stripe's cs_test_… is a session id
)
# Without upper bounds a prefilter may stop at the shortest hit.
_KEYS_PREFILTER = b"|".join(key.replace(b",}", b"}") for key in _KEYS)

_TOKEN = rb"(?:[A-Za-z0-9._~+\-]|\\*/)"
_BASE64 = rb"(?:[A-Za-z0-9+]|\\*/)"
_AWS_SECRET_NAME = rb"secret[_ ]?(?:access[_ ]?)?key[\\\"'\s:=]{1,8}"

_PEM_NAME = rb"[A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----"
# No two dashes in a row: a search that could run over the next BEGIN would take quadratic time.
_PEM_BODY = rb"(?:[A-Za-z0-9+/= \t\r\n,:.]|-[A-Za-z0-9]|\\+[nrt/])*?"
_PEM_BREAK = rb"(?:[ \t\r\n]|\\+[nrt])*"
# When the end was cut off: headers of an encrypted key, then lines of base64.
_PEM_LINES = (
    rb"(?:" + _PEM_BREAK + rb"[A-Z][A-Za-z\-]{2,20}: [A-Za-z0-9,\-]{1,64})*"
    rb"(?:" + _PEM_BREAK + rb"(?:[A-Za-z0-9+=]|\\*/){16,})*"
)

_CARD_16 = rb"(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|35[2-8]\d|6(?:011|2\d\d|4[4-9]\d|5\d\d))"
_CARD_15 = rb"3[47]\d\d"  # American Express
_CARD_14 = rb"3(?:0[0-5]|[68]\d)\d"  # Diners Club
_CARD = (
    rb"4\d{18}|62\d{17}|"
    + (_CARD_16 + rb"(?:\d{12}|(?: \d{4}){3}|(?:-\d{4}){3})|")
    + (_CARD_15 + rb"(?:\d{11}| \d{6} \d{5}|-\d{6}-\d{5})|")
    + (_CARD_14 + rb"(?:\d{10}| \d{6} \d{4}|-\d{6}-\d{4})")
)

_PHONE_ABROAD = rb"\+[2-9]\d{0,2}[ .\-/]?(?:\(\d{1,4}\)[ .\-/]?)?\d{1,4}(?:[ .\-/]?\d{2,8}){1,5}"
_PHONE_AMERICA_ABROAD = rb"\+1[ .\-]?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .\-]?[2-9]\d\d[ .\-]?\d{4}"
_PHONE_AMERICA = (
    rb"(?:1[ .\-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .\-]\d{4}|[2-9]\d\d-[2-9]\d\d-\d{4})"
    rb"|(?:1\.)?[2-9]\d\d\.[2-9]\d\d\.\d{4}"
)
_PHONE_TRUNK = (
    rb"0[1-9]\d{1,3}[ /\-]\d{6,8}|0[1-9]\d{0,3}[ \-]\d{3,4}[ \-]\d{3,4}"
    rb"|0[1-9](?: \d\d){4}|0[1-9](?:\.\d\d){4}"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "private_key",
        rb"PRIVATE KEY(?: BLOCK)?-----",
        rb"(-----BEGIN "
        + (
            _PEM_NAME
            + rb"(?:"
            + _PEM_BODY
            + rb"-----END "
            + _PEM_NAME
            + rb"|"
            + _PEM_LINES
            + rb"))"
        ),
        _accept,
    ),
    Rule(
        "api_key",
        _KEYS_PREFILTER,
        _LEFT + rb"(" + b"|".join(_KEYS) + rb")",
        _looks_random,
    ),
    Rule(
        "api_key",
        _AWS_SECRET_NAME + rb"[A-Za-z0-9+/\\]{40}",
        rb"(?i)" + _AWS_SECRET_NAME + rb"(" + _BASE64 + rb"{40})",
        _aws_secret,
        ignore_case=True,
    ),
    Rule(
        "jwt",
        rb"eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8}",
        _LEFT + rb"(eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]{4,}){1,3})",
        _accept,
    ),
    Rule(
        "authorization",
        rb"bearer +[A-Za-z0-9._~+/\\\-]{16}",
        rb"(?i)" + _LEFT + rb"bearer +(" + _TOKEN + rb"+=*)",
        _bearer,
        ignore_case=True,
    ),
    Rule(
        "authorization",
        rb"basic +[A-Za-z0-9+/\\]{8}",
        rb"(?i)" + _LEFT + rb"basic +(" + _BASE64 + rb"{8,}={0,2})",
        _basic,
        ignore_case=True,
    ),
    Rule(
        "email",
        rb"[\w.%+\-\x80-\xff]@[\w\-.\\\x80-\xff]+\.[A-Za-z]{2}",
        rb"(?:|" + _ESCAPE + rb")((?:[A-Za-z0-9._%+\-]|" + _LETTER + rb")+@"
        rb"(?:(?:[A-Za-z0-9\-]|" + _LETTER + rb")+\.)+[A-Za-z]{2,24})",
        _email,
    ),
    Rule(
        "iban",
        rb"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11}",
        _LEFT + rb"([A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30})",
        _iban,
    ),
    Rule("card", _CARD, _LEFT_OF_DIGITS + rb"(" + _CARD + rb")", _card),
    Rule("ssn", rb"\d{3}-\d{2}-\d{4}", _LEFT_OF_DIGITS + rb"(\d{3}-\d{2}-\d{4})", _ssn),
    Rule(
        "phone",
        rb"\+[2-9][\d .\-/()]{7}",  # with a repeated group the whole scan takes twice as long
        _LEFT + rb"(" + _PHONE_ABROAD + rb")",
        _phone_abroad,
    ),
    Rule(
        "phone",
        _PHONE_AMERICA_ABROAD,
        _LEFT + rb"(" + _PHONE_AMERICA_ABROAD + rb")",
        _phone_america,
    ),
    Rule("phone", _PHONE_AMERICA, _LEFT_OF_DIGITS + rb"(" + _PHONE_AMERICA + rb")", _phone_america),
    Rule("phone", _PHONE_TRUNK, _LEFT_OF_DIGITS + rb"(" + _PHONE_TRUNK + rb")", _phone_trunk),
    Rule(
        "ipv4",
        rb"\d{1,3}(?:\.\d{1,3}){3}",
        _LEFT_OF_DIGITS + rb"(\d{1,3}(?:\.\d{1,3}){3})",
        _ipv4,
    ),
)
"""In order of weight: where two overlap, the earlier one names what is cut."""

TYPES = frozenset(rule.type for rule in RULES)
# Four numbers with dots are a version as often as an address, and an address rarely names anyone.
DEFAULT_TYPES = TYPES - {"ipv4"}

"""Personal data: addresses, telephones, cards, accounts, and addresses on the network.

Sources: e-mail RFC 5321 and 6531; phone ITU-T E.164, E.123 and the North American Numbering Plan; cards ISO/IEC 7812
with its Luhn check and the ranges that the networks publish; IBAN ISO 13616 with the lengths of the SWIFT registry;
addresses RFC 791 and 4291.
"""

import ipaddress
import re

import re2

from clearspan_server.ingest.pattern import (
    ESCAPE,
    FIRST_DIGIT,
    LEFT,
    LEFT_OF_DIGITS,
    REJECTED,
    Rule,
    digits,
    ends_here,
)

# European letters outside ASCII, as themselves and as JSON may write them. Not more: Chinese or
# Japanese text runs right up to an address without a space.
_LETTER = (
    rb"[\x{C0}-\x{52F}]"
    rb"|\\+u(?:00[c-fC-F][0-9A-Fa-f]|0[1-4][0-9A-Fa-f]{2}|05[0-2][0-9A-Fa-f])"
)

# Endings of file names that no top-level domain has: `logo@2x.png` is not an address.
_FILE_ENDINGS = frozenset(
    b"css csv gif html jpeg jpg js json jsx lock log png svg tgz toml ts tsx txt webp xml".split()
)
# The user of a repository's address: `git@github.com:org/name.git`.
_NOBODY = frozenset((b"git", b"hg", b"svn"))
_LONGEST_NOBODY = 4
_NAME_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
_LOOKED_BACK = 300
# Up to here a URL says who asks: the rule of URLs with credentials has it.
_IN_URL = re.compile(rb"/\\*/[^\s/?#\"'<>\\:@]*:[^\s/?#\"'<>\\]*$")


def _email(text: bytes, start: int, end: int) -> int:
    name, _, host = text[start:end].partition(b"@")
    if not name or host[host.rindex(b".") + 1 :] in _FILE_ENDINGS:
        return REJECTED  # without a name: the letter before it belonged to an escape
    if text[end : end + 1] in (b":", b"/"):
        before = text[max(0, start - _LONGEST_NOBODY) : start]
        if before[len(before.rstrip(_NAME_BYTES)) :] + name in _NOBODY:
            return REJECTED
    return REJECTED if _IN_URL.search(text, max(0, start - _LOOKED_BACK), start) else end


_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(number: bytes) -> bool:
    """Whether the last digit is the check digit of those before it."""
    found = [int(digit) for digit in reversed(number.decode())]
    return (sum(found[::2]) + sum(_LUHN_DOUBLED[digit] for digit in found[1::2])) % 10 == 0


# What stands before a number in one piece that is none of a card, and before one of a rare form that is.
_NAMES_AN_ID = re.compile(
    rb"(?i)(?:[a-z]_id|\bids?|[a-z]id|guid|order|invoice|ticket|tracking|sku|isbn|ean|gtin|imei"
    rb"|timestamp|_time|seq|sequence|offset|snowflake|nonce|parcel|shipment)"
    rb"(?:[ _-]?(?:id|no|nr|number|num|ms|us|ns))?[\\\"'\])]{0,4}[ :=#]{0,4}[\\\"'\[(]{0,4}$"
)
_NAMES_A_CARD = re.compile(
    rb"(?i)(?:card|visa|maestro|unionpay|credit|debit|\bpan\b|karte|carte|tarjeta)[^\d]{0,24}$"
)
_CONTEXT, _SHORT_CONTEXT = 48, 24


def _card(text: bytes, start: int, end: int) -> int:
    if not ends_here(text, end) or not luhn(digits(text[start:end])):
        return REJECTED
    found = text[start:end]
    if not found.isdigit():
        return end
    at = max(0, start - _CONTEXT)
    # In one piece most networks have 14 to 16 digits: of other lengths, ids are far more common than cards.
    is_rare = len(found) not in (14, 15, 16) or found[:1] == b"8" or found[:2] in _RARE_RANGES
    if is_rare and not _NAMES_A_CARD.search(text, at, start):
        return REJECTED
    return REJECTED if _NAMES_AN_ID.search(text, at, start) else end


_RARE_RANGES = (b"50", b"56", b"57", b"58", b"59", b"61", b"63", b"66", b"67", b"68", b"69", b"97")

_CARD_16 = (
    rb"(?:4\d{3}|5[0-9]\d\d|2[2-7]\d\d|35[2-8]\d|6[0-9]\d\d|8[12]\d\d|9792)"  # with RuPay and Troy
)
_CARD_15 = rb"3[47]\d\d"  # American Express
_CARD_14 = rb"3(?:0[0-59]|[689]\d)\d"  # Diners Club
_CARD = (
    rb"(?:4|62|5[0678]|6[37])\d{16,18}|"
    + (_CARD_16 + rb"(?:\d{12}|(?: \d{4}){3}(?: \d{1,3})?|(?:-\d{4}){3}(?:-\d{1,3})?)|")
    + (_CARD_15 + rb"(?:\d{11}| \d{6} \d{5}|-\d{6}-\d{5})|")
    + (_CARD_14 + rb"(?:\d{10}| \d{6} \d{4}|-\d{6}-\d{4})")
)

_E164_DIGITS = range(9, 16)


def _phone_abroad(text: bytes, start: int, end: int) -> int:
    """+CC … or 00CC …: 9 to 15 digits; one that runs into figures behind it is cut where a group ends."""
    found = text[start:end]
    if found[5:6] == b"-" and found[8:9] == b"-" and found[1:3] in (b"19", b"20"):
        return REJECTED  # "+2024-01-15": an added line of a diff
    is_padded = found[:2] == b"00"
    if not ends_here(text, end) or (is_padded and found.isdigit()):
        return REJECTED  # in one piece it is a number with zeros before it
    more = 2 if is_padded else 0
    while len(digits(found)) - more not in _E164_DIGITS:
        shorter = max(found.rfind(separator) for separator in (b" ", b"-", b".", b"/"))
        if shorter < 0:
            return REJECTED
        found = found[:shorter]
    return start + len(found)


def _phone_america(text: bytes, _start: int, end: int) -> int:
    return end if ends_here(text, end) else REJECTED


def _phone_trunk(text: bytes, start: int, end: int) -> int:
    """0…: only when it stands alone, so that a row of numbers or a dump of bytes survives."""
    before, after = text[max(0, start - 7) : start], text[end : end + 2]
    follows_a_number = before[-2:-1].isdigit() and before[-1:] == b" " and before[:2] != b"\\u"
    number_follows = after[:1] in (b" ", b"/") and after[1:].isdigit()
    if follows_a_number or number_follows or not ends_here(text, end):
        return REJECTED
    return end


_NAMED_DIGITS = range(7, 16)
_DATE = re.compile(rb"(?:19|20)\d\d[-./]\d\d[-./]\d\d|\d\d[-./]\d\d[-./](?:19|20)\d\d")


def _phone_named(text: bytes, start: int, end: int) -> int:
    """Behind a word for it any grouping will do."""
    found = text[start:end]
    if not ends_here(text, end) or _DATE.match(found):
        return REJECTED
    return end if len(digits(found)) in _NAMED_DIGITS else REJECTED


# With country code; the first digit of a group, or a whole area code, may stand in brackets.
_COUNTRY = rb"(?:7|[2-9]\d{1,2})"
_PHONE_ABROAD = _COUNTRY + rb"[ .\-/]?(?:\(\d{1,5}\)[ .\-/]?)?\d{1,5}(?:[ .\-/]?\d{2,8}){1,5}"
_PHONE_AMERICA_ABROAD = rb"(?:\+|00)1[ .\-]?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .\-]?[2-9]\d\d[ .\-]?\d{4}"
_PHONE_AMERICA = (
    rb"(?:1[ .\-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .\-]\d{4}|[2-9]\d\d-[2-9]\d\d-\d{4})"
    rb"|(?:1\.)?[2-9]\d\d\.[2-9]\d\d\.\d{4}"
)
_PHONE_TRUNK = (
    rb"0[1-9]\d{1,3}[ /\-]\d{6,8}|0[1-9]\d{0,3}[ \-]\d{3,4}[ \-]\d{3,4}"
    rb"|0[1-9](?: \d\d){4}|0[1-9](?:\.\d\d){4}"
    rb"|\(0[1-9]\d{0,3}\) ?\d{2,4}(?:[ \-]?\d{2,4}){1,3}"
    rb"|8 \(9\d\d\) \d{3}-\d\d-\d\d"  # Russia
    rb"|\([1-9]\d\) 9?\d{4}-\d{4}"  # Brazil
    rb"|1[3-9]\d[ \-]\d{4}[ \-]\d{4}"  # China
)
_PHONE_WORD = (
    (
        "(?:(?:^|[^i])phone|t[eé]l[eé]fono|telefone?|telefonnummer|t[eé]l[eé]phone|mobile|cell|whatsapp|handynummer|fax"
        "|telefoon|puhelin|電話|电话|手机|전화|телефон|هاتف|फ़ोन)"
    )
    .replace("[eé]", "(?:e|é|\\\\u00e9)")
    .encode()
)
_PHONE_MEANS = (
    r"(?:[ _]?(?:number|no|nr|num)\.?)?[\\\"']{0,6}(?: {0,3}[:=#] {0,3}| is | {1,2}|：|是|号码是)[\\\"']{0,6}"
).encode()


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
        letters += text[at : at + 1].strip(b" -")
        at += 1
    if not wanted or len(letters) != wanted or text[at : at + 1].isalnum():
        return REJECTED
    number = int("".join(str(int(chr(byte), 36)) for byte in letters[4:] + letters[:4]))
    return at if number % 97 == 1 else REJECTED


# Four numbers with dots are a version as often as an address.
_NAMES_A_VERSION = re2.compile(  # in a quarter of the time
    rb"(?i)(?:version|release|build|firmware|driver|chrome|safari|firefox|edg|opr|agent|runtime|assembly|ver|rev|oid"
    rb"|section|chapter|clause|figure|table|upgrade[d]? to|==|>=|<=|~=|\^)[\w.\"'\\]{0,12}[ :=/#v]{0,4}[\\\"']{0,3}\n?$"
)


_BYTE = 255


def _ipv4(text: bytes, start: int, end: int) -> int:
    """Not what every machine has: itself, or no address at all."""
    groups = text[start:end].split(b".")
    if any((len(one) > 1 and one[:1] == b"0") or int(one) > _BYTE for one in groups):
        return REJECTED
    if groups[0] in (b"0", b"127") or groups == [b"255"] * 4:
        return REJECTED
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    is_in_path = before[-1:] == b"/" and before != b"//"  # `Chrome/120.0.0.0`
    if is_in_path or not ends_here(text, end) or (after[:1] == b"-" and after[1:].isalpha()):
        return REJECTED
    return (
        REJECTED if _NAMES_A_VERSION.search(text[max(0, start - _SHORT_CONTEXT) : start]) else end
    )


# The first 16 bits where addresses are given out: global, unique local, link local, multicast.
_IPV6_NETS = ((0x2000, 0x3FFF), (0xFC00, 0xFDFF), (0xFE80, 0xFEBF), (0xFF00, 0xFFFF))


def _ipv6(text: bytes, start: int, end: int) -> int:
    found = text[start:end].rstrip(b":")
    first = int(found[:4], 16)
    if found.count(b":") < 7 and b"::" not in found:
        return REJECTED
    if not any(low <= first <= high for low, high in _IPV6_NETS):
        return REJECTED
    try:
        ipaddress.IPv6Address(found.decode())
    except ValueError:
        return REJECTED
    follows = text[end : end + 1]
    return REJECTED if follows.isalnum() or follows == b"_" else start + len(found)


PEOPLE: tuple[Rule, ...] = (
    Rule(
        "email",
        rb"[\w.%+\-\x80-\xff]@[\w\-.\\\x80-\xff]+\.[A-Za-z]{2}",
        rb"(?:|" + ESCAPE + rb")((?:[A-Za-z0-9._%+\-]|" + _LETTER + rb")+@"
        rb"(?:(?:[A-Za-z0-9\-]|" + _LETTER + rb")+\.)+[A-Za-z]{2,24})",
        _email,
        needs="@",
    ),
    Rule(
        "iban",
        rb"[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){4}",
        LEFT
        + rb"([A-Z]{2}\d{2}(?:(?: ?[A-Z0-9]){11,30}|(?:-[A-Z0-9]{4}){2,7}(?:-[A-Z0-9]{1,4})?))",
        _iban,
        needs="figures",
    ),
    Rule(
        "card",
        # As the networks number them it would take as long as five other rules.
        FIRST_DIGIT
        + rb"(?:[2-689]\d{12,18}(?:[^0-9]|$)|[2-689]\d{3}(?: \d{4} \d{4} |-\d{4}-\d{4}-)\d|3\d{3}[ \-]\d{6}[ \-]\d)",
        LEFT_OF_DIGITS + rb"(" + _CARD + rb")",
        _card,
        needs="figures",
    ),
)

CONTACTS: tuple[Rule, ...] = (
    Rule(
        "phone",
        rb"\+[2-9][\d .\-/()]{7}",  # with a repeated group the whole scan takes twice as long
        LEFT + rb"(" + rb"\+" + _PHONE_ABROAD + rb")",
        _phone_abroad,
    ),
    Rule(
        "phone",
        rb"00(?:[2-9]\d|7)[ .\-/()\d]{7}",
        LEFT_OF_DIGITS + rb"(" + rb"00" + _PHONE_ABROAD + rb")",
        _phone_abroad,
    ),
    Rule(
        "phone",
        rb"(?:\+|00)1[ .\-]?\(?[2-9]\d\d",
        LEFT + rb"(" + _PHONE_AMERICA_ABROAD + rb")",
        _phone_america,
    ),
    Rule(
        "phone",
        rb"\([2-9]\d\d\) ?[2-9]\d\d[ .\-]\d{4}|[2-9]\d\d(?:-[2-9]\d\d-|\.[2-9]\d\d\.)\d{4}",
        LEFT_OF_DIGITS + rb"(" + _PHONE_AMERICA + rb")",
        _phone_america,
        needs="figures",
    ),
    Rule(
        "phone",
        _PHONE_TRUNK,
        LEFT_OF_DIGITS + rb"(" + _PHONE_TRUNK + rb")",
        _phone_trunk,
        needs="figures",
    ),
    Rule(
        "phone",
        _PHONE_WORD + _PHONE_MEANS + rb"[+(]{0,2}\d[\d ().\-/]{4}",
        rb"(?i)" + _PHONE_WORD + _PHONE_MEANS + rb"([+(]{0,2}\d[\d ().\-/]{4,22}\d)",
        _phone_named,
        ignore_case=True,
    ),
    Rule(
        "ip",
        rb"\d\.\d{1,3}\.\d{1,3}\.\d",
        rb"(?:^|[^A-Za-z0-9_.\-]|" + ESCAPE + rb")(\d{1,3}(?:\.\d{1,3}){3})",
        _ipv4,
    ),
    Rule(
        "ip",
        rb"[23Ff][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:",
        rb"(?:^|[^A-Za-z0-9_:.]|"
        + ESCAPE
        + rb")((?:[23][0-9A-Fa-f]{3}|[Ff][CDEFcdef][0-9A-Fa-f]{2}):[0-9A-Fa-f:]{2,34})",
        _ipv6,
    ),
)

"""Numbers that a state gives to people: by their own forms and check digits, or behind a word for one.

Sources: the numbering rules of the US Social Security Administration and, for taxpayers without one, of the IRS; HMRC's
NIM39110 (United Kingdom); Real Decreto 338/1990 and 1065/2007 (Spain); D.M. 23.12.1976 (Italy); INSEE (France); Receita
Federal's CPF (Brazil); UIDAI's Verhoeff check and the PAN of the Income Tax Department (India); GB 11643 (China); DVV
(Finland); NRIC (Singapore); HKID (Hong Kong); SSR (Korea); CURP (Mexico); CUIT/CUIL (Argentina); RUT (Chile); national
register (Belgium); AHV (Switzerland). Where digits alone would do, as in many other countries, a word must say so.
"""

import re
from collections.abc import Callable, Sequence

from clearspan_server.ingest.pattern import (
    FIRST_DIGIT,
    LEFT,
    LEFT_OF_DIGITS,
    REJECTED,
    Rule,
    digits,
    ends_here,
)

Proof = Callable[[str], bool]
"""Whether what is left of a number without its separators proves itself."""


def _weighed(number: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(number, weights, strict=False))


def _figures(text: str) -> list[int]:
    return [int(one) for one in text]


def _spanish(text: str) -> bool:
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


_ITALIAN_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)


def _italian(text: str) -> bool:
    values = [int(one) if one.isdigit() else ord(one) - ord("A") for one in text[:-1]]
    total = sum(_ITALIAN_ODD[value] if at % 2 == 0 else value for at, value in enumerate(values))
    return chr(ord("A") + total % 26) == text[-1]


def _french(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def _brazilian(text: str) -> bool:
    found = _figures(text)
    first = _weighed(found, range(10, 1, -1)) * 10 % 11 % 10
    second = _weighed(found, range(11, 1, -1)) * 10 % 11 % 10
    return found[9:] == [first, second] and len(set(found)) > 1


def _chinese(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighed(_figures(text[:17]), weights) % 11] == text[-1].upper()


def _finnish(text: str) -> bool:
    number = int(text[:6] + text[7:10])
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == text[-1]


def _singaporean(text: str) -> bool:
    total = _weighed(_figures(text[1:8]), (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(
        text[0], 0
    )
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(
        text[0], "XWUTRQPNMLK"
    )
    at = total % 11
    return letters[10 - at if text[0] == "M" else at] == text[-1]


def _of_hong_kong(text: str) -> bool:
    letters, number, check = text[:-7], _figures(text[-7:-1]), text[-1]
    values = (
        [36, *(ord(one) - 55 for one in letters)]
        if len(letters) == 1
        else [ord(one) - 55 for one in letters]
    )
    total = _weighed([*values, *number], range(9, 1, -1))
    return "0123456789A"[(11 - total % 11) % 11] == check


def _argentine(text: str) -> bool:
    found = _figures(text)
    return (11 - _weighed(found[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == found[10]


def _chilean(text: str) -> bool:
    total = _weighed(_figures(text[:-1])[::-1], (2, 3, 4, 5, 6, 7, 2, 3))
    return "0123456789K0"[11 - total % 11] == text[-1].upper()


def _belgian(text: str) -> bool:
    number, check = text[:9], int(text[9:])
    return check in (97 - int(number) % 97, 97 - int("2" + number) % 97)


def _swiss(text: str) -> bool:
    found = _figures(text)
    return (10 - _weighed(found[:12], (1, 3) * 6) % 10) % 10 == found[12]


# Both tables row by row.
_VERHOEFF = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_VERHOEFF_TURNS = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def _indian(text: str) -> bool:
    check = 0
    for at, digit in enumerate(_figures(text)[::-1]):
        check = int(_VERHOEFF[check][int(_VERHOEFF_TURNS[at % 8][digit])])
    return check == 0


def _korean(_text: str) -> bool:
    return True  # its date is in the form; numbers since 2020 have no check digit


_NEVER_BRITISH = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))


def _british(text: str) -> bool:
    return text[:2] not in _NEVER_BRITISH


def _certain(_text: str) -> bool:
    return True


_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12]\\d|3[01])"
_YEAR = "(?:19|20)\\d\\d"
# Of two with the same beginning the longer comes first.
_FORMS: tuple[tuple[str, Proof], ...] = (
    ("(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])(?: ?\\d\\d){3} ?[A-D]", _british),  # United Kingdom
    ("(?:\\d{8}|[XYZ]-?\\d{7})-?[A-HJ-NP-TV-Z]", _spanish),
    ("[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]", _italian),
    (
        f"[12](?: ?\\d\\d) ?{_MONTH} ?(?:\\d\\d|2[AB]) ?\\d{{3}} ?\\d{{3}} ?\\d\\d",
        _french,
    ),
    ("\\d{3}\\.\\d{3}\\.\\d{3}-\\d\\d", _brazilian),
    (f"[1-9]\\d{{5}}{_YEAR}{_MONTH}{_DAY}\\d{{3}}[0-9Xx]", _chinese),
    (f"\\d\\d{_MONTH}{_DAY}-[1-8]\\d{{6}}", _korean),
    (f"{_DAY}{_MONTH}\\d\\d[+\\-A-FU-Y]\\d{{3}}[0-9A-FHJ-NPR-Y]", _finnish),
    ("[STFGM]\\d{7}[A-Z]", _singaporean),
    ("[A-Z]{1,2}\\d{6}\\([0-9A]\\)", _of_hong_kong),
    (
        f"[A-Z][AEIOUX][A-Z]{{2}}\\d\\d{_MONTH}{_DAY}[HMX][A-Z]{{2}}[B-DF-HJ-NP-TV-Z]{{3}}[A-Z0-9]\\d",
        _certain,
    ),  # Mexico
    ("2[0347]-\\d{8}-\\d", _argentine),
    ("\\d{1,2}\\.\\d{3}\\.\\d{3}-[0-9Kk]", _chilean),
    (f"\\d\\d\\.{_MONTH}\\.{_DAY}-\\d{{3}}\\.\\d\\d", _belgian),
    ("756\\.\\d{4}\\.\\d{4}\\.\\d\\d", _swiss),
    ("[2-9]\\d{3}(?: \\d{4}){2}|[2-9]\\d{3}(?:-\\d{4}){2}", _indian),
    ("[A-Z]{3}P[A-Z]\\d{4}[A-Z]", _certain),  # India, of a person
)
_PROOFS = [(re.compile(form), proof) for form, proof in _FORMS]
_SEPARATORS = str.maketrans("", "", " .-()")


def _is_in_a_row(text: bytes, start: int, end: int) -> bool:
    """Groups of digits among others, as in a table or a dump."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    follows = before[1:] == b" " and before[:1].isdigit()
    return (text[start:end].replace(b" ", b"").isdigit() and b" " in text[start:end]) and (
        follows or (after[:1] == b" " and after[1:].isdigit())
    )


def _national(text: bytes, start: int, end: int) -> int:
    if not ends_here(text, end) or _is_in_a_row(text, start, end):
        return REJECTED
    found = text[start:end].decode()
    for form, proof in _PROOFS:
        if form.fullmatch(found):
            # A sign in the middle of a Finnish number tells the century.
            bare = found if proof is _finnish else found.translate(_SEPARATORS)
            if proof(bare):
                return end
    return REJECTED


_TAXPAYER_GROUPS = frozenset((*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)))


def _ssn(text: bytes, start: int, end: int) -> int:
    area, group, serial = text[start:end].split(b"-")
    never_issued = area in (b"000", b"666") or group == b"00" or serial == b"0000"
    if area[:1] == b"9" and int(group) not in _TAXPAYER_GROUPS:
        return REJECTED
    return REJECTED if never_issued or not ends_here(text, end) else end


_WORDS = (
    "ssn|social security|national insurance|nino|national id(?:entity|entification)?|passport|aadhaa?r"
    "|pesel|personnummer|personnr|cpr(?:-nummer)?|f[øo]dselsnummer|bsn|burgerservicenummer|steuer-?id"
    "|steuer(?:identifikations)?nummer|tfn|tax file|tax ?id(?:entification)?|medicare|social insurance|nhs"
    "|my ?number|マイナンバー|dni|nie|nif|cpf|rut|curp|codice fiscale|tckn|t\\.?c\\.? kimlik|id card|identity card"
    "|身份证号?码?|身份證|주민등록번호|driver'?s? licen[sc]e|reisepass|personalausweis|passeport"
    "|num[eé]ro de s[eé]curit[eé] sociale|cnp|снилс|инн|паспорт"
)
_WORDS_MEAN = (
    "[\\\\\"']{0,6}(?:[ _-]?(?:number|no|nr|num|nummer|код|номер)\\.?)?[\\\\\"']{0,6}"
    "(?: {0,3}[:=#：] {0,3}| is | ist | est | es | {1,2}|是|：)[\\\\\"']{0,6}"
).replace("[:=#：]", "[:=#]")
_NAMED_NUMBER = "(?:[A-Z]{1,3}[ \\-]?)?\\d(?:[ .\\-/]?[0-9A-Z]){4,17}"
_FEWEST_NAMED, _MOST_NAMED = 6, 14


def _named(text: bytes, start: int, end: int) -> int:
    count = len(digits(text[start:end]))
    if not _FEWEST_NAMED <= count <= _MOST_NAMED or text[end : end + 1].isalnum():
        return REJECTED
    return end


def _bytes(pattern: str) -> bytes:
    """Without classes of letters beyond ASCII, which take several bytes."""
    return pattern.replace("[eé]", "(?:e|é)").replace("[øo]", "(?:ø|o)").encode()


_FORM = "|".join(form for form, _ in _FORMS).encode()
# Simpler than the forms themselves: as they are written, looking for them would take half the time of looking for
# everything. A figure with an exponent, `1.2345678E+05`, is no number of a person.
_FORM_PREFILTER = b"|".join(
    (
        rb"[A-Z]{2}(?: ?\d\d){3} ?[A-D]",
        rb"\d{7}-?(?:[A-DF-Z]\b|E(?:[^+\-0-9A-Za-z_]|[+\-][^0-9]|$))",
        FIRST_DIGIT + rb"[12] ?\d\d ?" + _MONTH.encode() + rb" ?\d[0-9AB] ?\d{3} ?\d{3}",
        FIRST_DIGIT + rb"[1-9]\d{5}" + _YEAR.encode() + _MONTH.encode() + _DAY.encode(),
        *(
            form.encode()
            for form, proof in _FORMS
            if proof not in (_british, _spanish, _singaporean, _french, _chinese)
        ),
    )
)

NATIONAL: tuple[Rule, ...] = (
    Rule(
        "ssn",
        rb"\d{3}-\d{2}-\d{4}",
        LEFT_OF_DIGITS + rb"(\d{3}-\d{2}-\d{4})",
        _ssn,
        needs="figures",
    ),
    Rule(
        "national_id",
        _FORM_PREFILTER,
        LEFT_OF_DIGITS + rb"(" + _FORM + rb")",
        _national,
        needs="figures",
    ),
    Rule(
        "national_id",
        _bytes(f"(?:{_WORDS}){_WORDS_MEAN}(?:[A-Z]{{1,3}}[ \\-]?)?\\d[ .\\-/]?[0-9A-Z]"),
        rb"(?i)" + LEFT + _bytes(f"(?:{_WORDS}){_WORDS_MEAN}((?-i:{_NAMED_NUMBER}))"),
        _named,
        ignore_case=True,
    ),
)
"""In order of weight."""

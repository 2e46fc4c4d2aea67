"""Made-up numbers of the kind that states give to people, with valid check digits; nobody's real ones."""

from random import Random

from redaction_values import DIGITS, LOWER, UPPER, Maker, filled


def _figures(random: Random, count: int) -> str:
    return "".join(random.choices(DIGITS, k=count))


def _date(random: Random, form: str) -> str:
    year, month, day = random.randint(1930, 2008), random.randint(1, 12), random.randint(1, 28)
    return form.format(Y=year, y=f"{year % 100:02}", m=f"{month:02}", d=f"{day:02}")


def _weighed(text: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True))


def british(random: Random) -> str:
    prefix = random.choice(["AB", "CE", "HN", "JM", "PX", "SR", "WL", "YZ"])
    number, suffix = _figures(random, 6), random.choice("ABCD")
    if random.random() < 0.5:
        return f"{prefix}{number}{suffix}"
    return f"{prefix} {number[:2]} {number[2:4]} {number[4:]} {suffix}"


def spanish(random: Random) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    if random.random() < 0.6:
        number = _figures(random, 8)
        return number + random.choice(["", "-"]) + letters[int(number) % 23]
    first, number = random.choice("XYZ"), _figures(random, 7)
    return f"{first}{number}{letters[int(str('XYZ'.index(first)) + number) % 23]}"


def italian(random: Random) -> str:
    odd = [
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
    ]
    consonants = "BCDFGLMNPRSTVZ"
    body = (
        "".join(random.choices(consonants, k=6))
        + f"{random.randint(30, 99)}"
        + random.choice("ABCDEHLMPRST")
    )
    body += f"{random.randint(1, 28):02}" + random.choice("ABFHL") + f"{random.randint(100, 999)}"
    total = 0
    for at, one in enumerate(body):
        value = int(one) if one.isdigit() else UPPER.index(one)
        total += odd[value] if at % 2 == 0 else value
    return body + UPPER[total % 26]


def french(random: Random) -> str:
    parts = [random.choice("12"), f"{random.randint(30, 99)}", f"{random.randint(1, 12):02}"]
    parts += [
        f"{random.randint(1, 95):02}",
        f"{random.randint(1, 990):03}",
        f"{random.randint(1, 999):03}",
    ]
    key = 97 - int("".join(parts)) % 97
    return (" " if random.random() < 0.6 else "").join([*parts, f"{key:02}"])


def brazilian(random: Random) -> str:
    body = _figures(random, 9)
    for length in (9, 10):
        rest = _weighed(body, list(range(length + 1, 1, -1))) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def chinese(random: Random) -> str:
    body = filled(random, "9#####") + _date(random, "{Y}{m}{d}") + _figures(random, 3)
    weights = [2 ** (17 - at) % 11 for at in range(17)]
    check = (12 - _weighed(body, weights) % 11) % 11
    return body + ("X" if check == 10 else str(check))


def finnish(random: Random) -> str:
    date, number = _date(random, "{d}{m}{y}"), f"{random.randint(2, 899):03}"
    return f"{date}{random.choice('-A')}{number}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(date + number) % 31]}"


def singaporean(random: Random) -> str:
    first, number = random.choice("STFG"), _figures(random, 7)
    total = _weighed(number, [2, 7, 6, 5, 4, 3, 2]) + (4 if first in "TG" else 0)
    return first + number + ("JZIHGFEDCBA" if first in "ST" else "XWUTRQPNMLK")[total % 11]


def of_hong_kong(random: Random) -> str:
    letter, number = random.choice(UPPER), _figures(random, 6)
    total = 36 * 9 + (UPPER.index(letter) + 10) * 8 + _weighed(number, [7, 6, 5, 4, 3, 2])
    check = -total % 11
    return f"{letter}{number}({'A' if check == 10 else check})"


def korean(random: Random) -> str:
    return _date(random, "{y}{m}{d}") + f"-{random.choice('1234')}{_figures(random, 6)}"


def mexican(random: Random) -> str:
    letters = random.choice(["GARC", "LOPM", "HEGG", "PEXL"])
    date = _date(random, "{y}{m}{d}")
    place, last = random.choice(["DF", "JC", "NL"]), _figures(random, 2)
    return f"{letters}{date}{random.choice('HM')}{place}RRL{last}"


def argentine(random: Random) -> str:
    while True:
        body = random.choice(["20", "23", "24", "27"]) + _figures(random, 8)
        check = -_weighed(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        if check < 10:
            return f"{body[:2]}-{body[2:]}-{check}"


def chilean(random: Random) -> str:
    body = str(random.randint(5_000_000, 24_999_999))
    total = sum(int(digit) * (2 + at % 6) for at, digit in enumerate(reversed(body)))
    check = -total % 11
    return f"{int(body):,}".replace(",", ".") + f"-{'K' if check == 10 else check}"


def belgian(random: Random) -> str:
    date, number = _date(random, "{y}.{m}.{d}"), f"{random.randint(1, 997):03}"
    check = 97 - int(date.replace(".", "") + number) % 97
    return f"{date}-{number}.{check:02}"


def swiss(random: Random) -> str:
    body = "756" + _figures(random, 9)
    check = -_weighed(body, [1, 3] * 6) % 10
    return f"{body[:3]}.{body[3:7]}.{body[7:11]}.{body[11]}{check}"


def indian(random: Random) -> str:
    if random.random() < 0.4:
        letters = "".join(random.choices(UPPER, k=3))
        return f"{letters}P{random.choice(UPPER)}{filled(random, '9###')}{random.choice(UPPER)}"
    body = filled(random, "9") + _figures(random, 10)
    body = ("2" if body[0] == "1" else body[0]) + body[1:]
    whole = next(body + digit for digit in DIGITS if _verhoeff(body + digit) == 0)
    return f"{whole[:4]} {whole[4:8]} {whole[8:]}"


def _verhoeff(number: str) -> int:
    """In the dihedral group of order ten, computed and not looked up."""

    def product(one: int, other: int) -> int:
        if one < 5:
            return (one + other) % 5 if other < 5 else (one + other - 5) % 5 + 5
        return (one - 5 - other) % 5 + 5 if other < 5 else (one - other) % 5

    turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit)
        for _ in range(at % 8):
            value = turn[value]
        check = product(check, value)
    return check


FORMS: tuple[Maker, ...] = (
    *(british, spanish, italian, french, brazilian, chinese, finnish, singaporean, of_hong_kong),
    *(korean, mexican, argentine, chilean, belgian, swiss, indian),
)

# What only a word before it tells.
NAMED: tuple[tuple[str, str], ...] = (
    ("SSN: {}", "#########"), ("social security number {}", "9## ## ####"),
    ("Passport no. {}", "C9#X##T##"), ("passport number: {}", "9########"),
    ("PESEL: {}", "9##########"), ("personnummer {}", "9#####-####"), ("BSN: {}", "9########"),
    ("Steuer-ID: {}", "9# ### ### ###"), ("TFN: {}", "9## ### ###"),
    ("NHS number: {}", "9## ### ####"), ("Aadhaar number is {}", "9###########"),
    ("fødselsnummer: {}", "9##### #####"), ("CPF: {}", "9##########"),
    ("マイナンバー: {}", "9###########"), ("driver's license: {}", "D9######"),
    ("social insurance number: {}", "9## ### ###"), ("Personalausweis: {}", "L9#######"),
    ("CPR-nummer: {}", "9#####-####"),
)  # fmt: skip


def national_id(random: Random) -> str:
    return random.choice(FORMS)(random)


def plate(random: Random) -> str:
    """Of a car: no personal number, and much like one."""
    return f"{random.choice(UPPER)}{random.choice(UPPER)} {random.randint(10, 99)} {random.choice(LOWER).upper()}"

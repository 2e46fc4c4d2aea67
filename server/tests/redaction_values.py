"""Made-up secrets and personal data with valid check digits, each kind by a maker of its own; nobody's real data.

Check digits are computed here from the issuers' rules and not by the product's code, so that one tests the other.
"""

import base64
import json
import re
from collections.abc import Callable, Sequence
from random import Random

LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
DIGITS = "0123456789"
HEX = DIGITS + "abcdef"
ALNUM = UPPER + LOWER + DIGITS
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
DASHES = "-" * 5

Maker = Callable[[Random], str]


def some(random: Random, alphabet: str, count: int) -> str:
    """`count` letters; of ten or more some are digits, as chance nearly always has it."""
    found = random.choices(alphabet, k=count)
    if count >= 10 and any(one in DIGITS for one in alphabet):
        for at in random.sample(range(count), count // 8 + 2):
            found[at] = random.choice(DIGITS)
    return "".join(found)


def filled(random: Random, form: str) -> str:
    """A form with `#` as any digit, `9` as one that is not zero, `%` as a nine."""
    alphabets = {"#": DIGITS, "9": DIGITS[1:], "%": "9"}
    return "".join(random.choice(alphabets.get(one, one)) for one in form)


# Persons and hosts.
FIRST = (
    *("ada", "grace", "linus", "ivan", "maria", "jose", "fatima", "chen", "yuki"),
    *("olga", "pierre", "lars", "zoe", "noah", "amara", "tomas", "ines", "raj"),
)
LAST = (
    *("lovelace", "hopper", "garcia", "ivanov", "mueller", "silva", "tanaka"),
    *("wang", "haddad", "novak", "dubois", "larsen", "okafor", "rossi", "kim"),
)
HOSTS = (
    *(
        "gmail.com",
        "outlook.com",
        "web.de",
        "orange.fr",
        "libero.it",
        "wp.pl",
        "naver.com",
        "qq.com",
        "uol.com.br",
    ),
    *(
        "example.org",
        "mail.example.co.uk",
        "corp.example.io",
        "students.uni-wien.ac.at",
        "bücher.example",
        "acme.dev",
    ),
)


def email(random: Random) -> str:
    first, last = random.choice(FIRST), random.choice(LAST)
    name = random.choice(
        [
            f"{first}.{last}",
            f"{first}{last}{random.randint(1, 99)}",
            f"{first[0]}.{last}",
            f"{first}_{last}",
            f"{first}+{random.choice(['news', 'billing', 'test'])}",
            f"{first.upper()}.{last.title()}",
            f"{last}-{first}",
        ]
    )
    return f"{name}@{random.choice(HOSTS)}"


# As people of the country write a number for somebody abroad.
PHONES_ABROAD = (
    *("+1 2##-2##-####", "+1 (2##) 2##-####", "+12##2######", "+1.3##.4##.####", "+1-4##-5##-####"),
    *(
        "+44 20 7### ####",
        "+44 (0)20 7### ####",
        "+44 7### ######",
        "+44 7###-######",
        "+447#########",
    ),
    *(
        "+49 30 ######",
        "+49 (0)30 ######",
        "+49 1## #######",
        "+49 89/######",
        "+49-171-#######",
        "0049 30 ######",
    ),
    *(
        "+33 6 ## ## ## ##",
        "+33 (0)1 ## ## ## ##",
        "+336########",
        "+33.1.##.##.##.##",
        "0033 6 ## ## ## ##",
    ),
    *(
        "+39 06 #### ####",
        "+39 3## #######",
        "+34 6## ### ###",
        "+34 91# ## ## ##",
        "+351 9## ### ###",
    ),
    *(
        "+31 6 ########",
        "+31 20 ### ####",
        "+32 4## ## ## ##",
        "+41 44 ### ## ##",
        "+41 (0)79 ### ## ##",
    ),
    *(
        "+43 1 #######",
        "+43 664 #######",
        "+45 ## ## ## ##",
        "+46 8 ### ### ##",
        "+46 70-### ## ##",
        "+47 ### ## ###",
    ),
    *(
        "+358 40 ### ####",
        "+48 ### ### ###",
        "+420 ### ### ###",
        "+36 1 ### ####",
        "+40 7## ### ###",
        "+30 21# ### ####",
    ),
    *(
        "+%0 5## ### ## ##",
        "+7 (9##) ###-##-##",
        "+7 9## ### ## ##",
        "+380 ## ### ## ##",
        "+%72 5#-###-####",
    ),
    *(
        "+%71 5# ### ####",
        "+%66 5# ### ####",
        "+20 10 #### ####",
        "+27 8# ### ####",
        "+234 80# ### ####",
        "+254 7## ######",
    ),
    *(
        "+%1 9#### #####",
        "+%1-9#########",
        "+%2 3## #######",
        "+880 1###-######",
        "+62 8##-####-####",
        "+60 1#-### ####",
    ),
    *(
        "+65 9### ####",
        "+66 8 #### ####",
        "+63 9## ### ####",
        "+84 9# ### ## ##",
        "+81 3-####-####",
        "+81-90-####-####",
    ),
    *(
        "+82 10-####-####",
        "+82-2-###-####",
        "+86 13# #### ####",
        "+8613#########",
        "+852 9### ####",
        "+886 9## ### ###",
    ),
    *(
        "+61 4## ### ###",
        "+61 (0)2 9### ####",
        "+64 21 ### ####",
        "+55 11 9####-####",
        "+55 (21) 9####-####",
    ),
    *(
        "+52 55 #### ####",
        "+52 1 55 #### ####",
        "+54 9 11 ####-####",
        "+56 9 #### ####",
        "+57 3## ### ####",
        "+51 9## ### ###",
    ),
)
# And at home, where the grouping alone tells it from other numbers.
PHONES_AT_HOME = (
    *(
        "(2##) 2##-####",
        "2##-3##-####",
        "3##.4##.####",
        "1-8##-5##-####",
        "020 7### ####",
        "(020) 7### ####",
    ),
    *(
        "0## #### ####",
        "0171/#######",
        "030/9######",
        "(030) 9######",
        "0761 9#####9",
        "06 ## ## ## ##",
        "01.##.##.##.##",
    ),
    *(
        "03-9###-####",
        "090-9###-####",
        "010-9###-####",
        "0412 ### ###",
        "(02) 9### ####",
        "8 (%##) ###-##-##",
    ),
    *("(11) %####-####", "(21) 3###-####", "138 #### ####", "155-####-####"),
)
# Behind a word for it any grouping will do.
PHONES_NAMED = (
    "9#########",
    "9## ### ###",
    "9#### #####",
    "13#########",
    "0#########",
    "+9##########",
    "9###-####",
)


def phone(random: Random) -> str:
    return filled(
        random, random.choice(PHONES_ABROAD if random.random() < 0.75 else PHONES_AT_HOME)
    ).replace("0## ", "0" + random.choice("2345") + random.choice(DIGITS) + " ")


def phone_named(random: Random) -> str:
    return filled(random, random.choice(PHONES_NAMED))


def _luhn_digit(number: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


# Network → the beginnings and lengths that it gives out most, and how cards print the groups.
CARDS: dict[str, tuple[tuple[str, ...], int, tuple[int, ...]]] = {
    "Visa": (("4539", "4556", "4916", "4024", "4485"), 16, (4, 4, 4, 4)),
    "Mastercard": (("5105", "5234", "5412", "5555", "2221", "2345", "2720"), 16, (4, 4, 4, 4)),
    "American Express": (("3405", "3712", "3782"), 15, (4, 6, 5)),
    "Discover": (("6011", "6445", "6501", "6221"), 16, (4, 4, 4, 4)),
    "Diners Club": (("3012", "3045", "3612", "3812", "3912"), 14, (4, 6, 4)),
    "JCB": (("3528", "3566", "3589"), 16, (4, 4, 4, 4)),
    "UnionPay": (("6200", "6212", "6258"), 16, (4, 4, 4, 4)),
    "Mir": (("2200", "2202", "2204"), 16, (4, 4, 4, 4)),
    "RuPay": (("6070", "6521", "6080"), 16, (4, 4, 4, 4)),
}
# Beginnings that ids share: as cards print them, or behind a word for a card.
RARE_CARDS: dict[str, tuple[tuple[str, ...], int, tuple[int, ...]]] = {
    "Maestro": (("5018", "5020", "5893", "6304", "6759", "6761"), 16, (4, 4, 4, 4)),
    "UnionPay of 19": (("6217", "6222", "6228"), 19, (4, 4, 4, 4, 3)),
    "Troy": (("9792",), 16, (4, 4, 4, 4)),
    "RuPay of 81": (("8171", "8210"), 16, (4, 4, 4, 4)),
}


def _number_of_card(random: Random, begins: Sequence[str], length: int) -> str:
    begin = random.choice(begins)
    body = begin + "".join(random.choices(DIGITS, k=length - len(begin) - 1))
    return body + _luhn_digit(body)


def _in_groups(number: str, sizes: Sequence[int], separator: str) -> str:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return separator.join(groups)


def card(random: Random) -> str:
    begins, length, sizes = random.choice(list(CARDS.values()))
    number = _number_of_card(random, begins, length)
    return _in_groups(number, sizes, random.choice(["", " ", " ", "-"]))


def rare_card(random: Random) -> str:
    begins, length, sizes = random.choice(list(RARE_CARDS.values()))
    return _in_groups(_number_of_card(random, begins, length), sizes, random.choice([" ", "-"]))


# How long an account is in a country, and of what: n digits, a letters, c either.
IBANS = {
    "DE": "n18", "FR": "n10c11n2", "GB": "a4n14", "NL": "a4n10", "ES": "n20", "IT": "a1n10c12",
    "AT": "n16", "BE": "n12", "CH": "n5c12", "PL": "n24", "SE": "n20", "NO": "n11", "DK": "n14",
    "FI": "n14", "PT": "n21", "IE": "a4n14", "CZ": "n20", "GR": "n7c16", "TR": "n5n1c16",
    "AE": "n3n16", "SA": "n2c18", "BR": "n23a1c1", "MT": "a4n5c18", "LU": "n3c13", "RO": "a4c16",
    "HU": "n24", "UA": "n6c19", "LT": "n16",
}  # fmt: skip


def iban(random: Random) -> str:
    country, form = random.choice(list(IBANS.items()))
    letters = {"n": DIGITS, "a": UPPER, "c": UPPER + DIGITS}
    body = "".join(
        "".join(random.choices(letters[one], k=int(count)))
        for one, count in re.findall(r"([nac])(\d+)", form)
    )
    number = int("".join(str(int(letter, 36)) for letter in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02}{body}"
    if random.random() < 0.5:
        return whole
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def ssn(random: Random) -> str:
    area = random.choice([one for one in range(1, 900) if one != 666])
    return f"{area:03}-{random.randint(1, 99):02}-{random.randint(1, 9999):04}"


def ipv4(random: Random) -> str:
    first = random.choice([one for one in range(1, 224) if one not in (0, 127)])
    return ".".join(
        map(str, (first, *(random.randint(0, 255) for _ in range(2)), random.randint(1, 254)))
    )


def ipv6(random: Random) -> str:
    groups = [
        "2" + some(random, HEX, 3),
        *(format(random.randint(0, 65535), "x") for _ in range(7)),
    ]
    short = f"2001:db8:{groups[1]}::{groups[2]}"
    return random.choice(
        [":".join(groups), short, f"fe80::{groups[3]}:{groups[4]}:{groups[5]}:{groups[6]}"]
    )


def ip(random: Random) -> str:
    return ipv4(random) if random.random() < 0.65 else ipv6(random)


# Keys: what begins them, the letters, and how many.
KEYS: tuple[tuple[str, str, int], ...] = (
    ("sk-proj-", URLSAFE, 120), ("sk-svcacct-", URLSAFE, 100), ("sk-admin-", URLSAFE, 100),
    ("sk-", ALNUM, 48), ("sk-ant-api03-", URLSAFE, 95), ("sk-ant-admin01-", URLSAFE, 80),
    ("sk-or-v1-", HEX, 64), ("sk-lf-", HEX, 32), ("sk-", HEX, 32), ("gsk_", ALNUM, 52),
    ("xai-", ALNUM, 80), ("pplx-", ALNUM, 48), ("hf_", ALNUM, 34), ("r8_", ALNUM, 37),
    ("fw_", ALNUM, 24), ("tgp_v1_", URLSAFE, 43), ("nvapi-", URLSAFE, 64),
    ("csk-", LOWER + DIGITS, 48), ("jina_", ALNUM, 60), ("pa-", ALNUM, 43),
    ("tvly-dev-", ALNUM, 32), ("fc-", HEX, 32), ("pcsk_", ALNUM, 70), ("sk_", HEX, 48),
    ("dapi", HEX, 32), ("ABSK", BASE64, 124), ("AKIA", UPPER + "234567", 16),
    ("ASIA", UPPER + "234567", 16), ("AIza", URLSAFE, 35), ("AQ.", URLSAFE, 50),
    ("ya29.", URLSAFE, 120), ("GOCSPX-", URLSAFE, 28), ("dop_v1_", HEX, 64),
    ("hvs.", URLSAFE, 90), ("sbp_", HEX, 40), ("vcp_", ALNUM, 40), ("dp.pt.", ALNUM, 43),
    ("pscale_tkn_", ALNUM, 43), ("ghp_", ALNUM, 36), ("gho_", ALNUM, 36), ("ghs_", ALNUM, 36),
    ("glpat-", URLSAFE, 20), ("npm_", ALNUM, 36), ("pypi-AgEIcHlwaS5vcmcC", URLSAFE, 120),
    ("dckr_pat_", URLSAFE, 27), ("xoxb-123456789012-1234567890123-", ALNUM, 24),
    ("xapp-1-A0123456789-1234567890123-", HEX, 64), ("sk_live_", ALNUM, 24),
    ("rk_test_", ALNUM, 24), ("whsec_", ALNUM, 32), ("SK", HEX, 32), ("shpat_", HEX, 32),
    ("NRAK-", UPPER + DIGITS, 27), ("ntn_", ALNUM, 46), ("secret_", ALNUM, 43),
    ("lin_api_", ALNUM, 40), ("figd_", URLSAFE, 40), ("sntrys_", BASE64, 90),
    ("AGE-SECRET-KEY-1", UPPER + DIGITS, 58),
)  # fmt: skip


def api_key(random: Random) -> str:
    if random.random() < 0.12:
        return random.choice(_ODD_KEYS)(random)
    begin, alphabet, count = random.choice(KEYS)
    return begin + some(random, alphabet, count)


_ODD_KEYS: tuple[Maker, ...] = (
    lambda random: f"github_pat_{some(random, ALNUM, 22)}_{some(random, ALNUM, 59)}",
    lambda random: f"SG.{some(random, URLSAFE, 22)}.{some(random, URLSAFE, 43)}",
    lambda random: f"lsv2_pt_{some(random, HEX, 32)}_{some(random, HEX, 10)}",
    lambda random: f"{some(random, ALNUM, 52)}JQQJ99{some(random, ALNUM, 26)}",
    lambda random: f"{some(random, ALNUM, 3)}8Q~{some(random, ALNUM + '._~-', 34)}",
    lambda random: f"{random.randint(10**9, 10**10 - 1)}:AA{some(random, URLSAFE, 33)}",
    lambda random: (
        f"M{some(random, ALNUM, 25)}.G{some(random, ALNUM, 5)}.{some(random, URLSAFE, 38)}"
    ),
    lambda random: f"glsa_{some(random, ALNUM, 32)}_{some(random, HEX, 8)}",
    lambda random: f"PMAK-{some(random, HEX, 24)}-{some(random, HEX, 34)}",
    lambda random: f"pat{some(random, ALNUM, 14)}.{some(random, HEX, 64)}",
    lambda random: f"cs_{some(random, HEX, 12)}_{some(random, URLSAFE, 32)}",
)


def nameless_key(random: Random) -> str:
    """One that nothing but the name before it tells from other random text."""
    return some(random, random.choice([HEX, ALNUM]), random.choice([32, 40, 64]))


def jwt(random: Random) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {
        "sub": some(random, DIGITS, 10),
        "name": random.choice(FIRST),
        "exp": random.randint(10**9, 2 * 10**9),
    }
    head = {"alg": random.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}
    return f"{part(head)}.{part(claims)}.{some(random, URLSAFE, 43)}"


def private_key(random: Random) -> str:
    name = random.choice(
        [
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ]
    )
    lines = [some(random, BASE64, 64) for _ in range(random.randint(3, 9))]
    return "\n".join(
        [
            f"{DASHES}BEGIN {name}{DASHES}",
            *lines,
            some(random, BASE64, 22) + "==",
            f"{DASHES}END {name}{DASHES}",
        ]
    )


def password(random: Random) -> str:
    word = random.choice(
        ["Sommer", "dragon", "Tr0ub4dor", "letmein", "qwerty", "Monsoon", "korrekt", "zanahoria"]
    )
    return random.choice(
        [
            f"{word}{random.randint(10, 9999)}",
            f"{word}!{random.randint(1, 99)}",
            some(random, ALNUM, 12),
        ]
    )


def url_user(random: Random) -> str:
    """User and password, as they stand in a URL."""
    user = random.choice(["admin", "app_user", "owner", "svc-reports", "", "ada%40example.org"])
    return f"{user}:{random.choice([password(random), some(random, ALNUM, 16), 'p%40ss-' + some(random, DIGITS, 4)])}"


def bearer(random: Random) -> str:
    return some(random, ALNUM + "._-", random.choice([24, 40, 64]))


def basic(random: Random) -> str:
    return base64.b64encode(f"{random.choice(FIRST)}:{password(random)}".encode()).decode()

"""What looks like personal data or a secret and is none: ids, times, versions, prices, hashes, code."""

import base64
from random import Random

import redaction_ids as ids
from redaction_values import ALNUM, BASE64, DIGITS, HEX, LOWER, UPPER, URLSAFE, Maker, filled, some

Form = tuple[str, Maker]


def _uuid(random: Random) -> str:
    digits = "".join(random.choices(HEX, k=32))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _hex(count: int) -> Maker:
    return lambda random: "".join(random.choices(HEX, k=count))


def _text(*choices: str) -> Maker:
    return lambda random: random.choice(choices)


def _like(*forms: str) -> Maker:
    return lambda random: filled(random, random.choice(forms))


def _iso(random: Random) -> str:
    day = f"20{random.randint(10, 29)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    time = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}"
    fraction = random.choice(
        [
            "",
            f".{filled(random, '###')}",
            f".{filled(random, '######')}",
            f".{filled(random, '#########')}",
        ]
    )
    return f"{day}{random.choice('T ')}{time}{fraction}{random.choice(['Z', '+01:00', '', '-08:00', '+0530'])}"


def _epoch(random: Random) -> str:
    return str(random.randint(1_600_000_000, 1_800_000_000)) + filled(
        random, random.choice(["", "###", "######", "#########"])
    )


def _isbn(random: Random) -> str:
    body = "978" + random.choice("0134") + "".join(random.choices(DIGITS, k=8))
    check = -sum(int(one) * (1, 3)[at % 2] for at, one in enumerate(body)) % 10
    whole = f"{body}{check}"
    return random.choice([whole, f"{whole[:3]}-{whole[3]}-{whole[4:8]}-{whole[8:12]}-{whole[12]}"])


def _image(random: Random) -> str:
    data = base64.b64encode(random.randbytes(random.randint(300, 1_500))).decode()
    return random.choice([f"data:image/png;base64,{data}", data])


def _floats(random: Random) -> str:
    return str(
        [
            round(random.uniform(-1, 1), random.choice([4, 8, 16]))
            for _ in range(random.randint(4, 30))
        ]
    )


def _counts(random: Random) -> str:
    return ", ".join(str(random.randint(0, 99_999)) for _ in range(random.randint(3, 12)))


def _price(random: Random) -> str:
    whole = f"{random.randint(1, 9_999_999):,}.{random.randint(0, 99):02}"
    return random.choice(
        [
            f"${whole}",
            f"EUR {whole}",
            whole.replace(",", " ").replace(".", ","),
            f"£{whole}",
            f"{whole} USD",
        ]
    )


def _traceparent(random: Random) -> str:
    return f"00-{_hex(32)(random)}-{_hex(16)(random)}-01"


# Ids and times: each must come out as it went in, also beside a secret.
FIGURES: tuple[Form, ...] = (
    ("trace {}", _hex(32)),
    ("span_id={}", _hex(16)),
    ("request {}", _uuid),
    ("at {}", _iso),
    ("ts={}", _epoch),
    ("commit {}", _hex(40)),
    ("commit {}", _hex(7)),
    ("sha256:{}", _hex(64)),
    ("traceparent: {}", _traceparent),
    (
        "order {}",
        _like("ORD-9####", "#########", "9####-####", "SO-2026-######", "9############", "W9#########"),
    ),
    ("response chatcmpl-{}", lambda random: some(random, ALNUM, 29)),
    ("msg_{}", lambda random: some(random, ALNUM, 24)),
    ("resp_{}", _hex(48)),
    ("call_{}", lambda random: some(random, ALNUM, 24)),
    ("thread_{}", lambda random: some(random, ALNUM, 24)),
    ("session {}", _like("s-9####", "sess-######-######", "conv_#########")),
    ("id {}", _like("1##################", "1#################")),
    (
        "model {}",
        _text("gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929", "gemini-2.5-flash-preview-09-2025", "llama-3.1-70b"),
    ),
)  # fmt: skip

SAYINGS = """\
@app.route('/x')
git@github.com:team/repo.git
logo@2x.png
user@localhost
foo @ bar
a@b
kubectl@v1
password = os.environ['DB_PASSWORD']
api_key=settings.api_key
password: str
token = get_token()
secret: null
url = f'postgres://{user}:{password}@{host}/x'
https://${USER}:${PASS}@example.com
http://localhost:8080/@me
the bearer understands-this-sentence
basic functionality
sk-learn-style-estimators-of-2024
Basic authentication
password is required
The password must have 12 characters
Forgot your password?
pwd: /srv/ada2/src
api key is missing
max_tokens=4096
next_page_token: 12
secret santa is on 2026-12-06
the access key ideas of 2026
total_tokens 123456789
my phone is an iPhone 15
iPhone 15 256 512
phone: yes
call me at 5
phone support 24/7
tel. unknown
00 01 02 03 04 05 06 07
512 256 1024
1 2 3 4 5 6 7 8 9 10 11 12
2 4 8 16 32 64 128 256 512 1024 2048
""".splitlines()

HARMLESS: tuple[Form, ...] = (
    *(("{}", _text(*SAYINGS[at::8])) for at in range(8)),
    *((form + " finished", make) for form, make in FIGURES),
    ("pip install torch=={}", _like("9.#.#", "9.##.#", "1.2.3.9")),
    ("version {}", _like("9.#.#", "1#.#.##.#", "2.#.#-rc9", "120.0.0.0")),
    ("Chrome/{} Safari/537.36", _like("12#.0.0.0", "1##.0.####.9##")),
    ("v{} released", _like("9.#.#.#", "9.##.###")),
    ("listening on {}:4318", _text("127.0.0.1", "::1", "localhost")),
    ("inet {}", _text("::1", "::", "127.0.1.1")),
    ("it costs {} today", _price),
    ("ISBN {}", _isbn),
    ("read {} again", _isbn),
    ("EAN {}", _like("40########9##", "50###########")),
    ("usage: {} tokens", _counts),
    ("embedding = {}", _floats),
    ("image {}", _image),
    ("pi = {}", _text("3.141592653589793", "2.718281828459045")),
    ("invoice INV-{}", _like("2026-000###", "########", "9###/26")),
    ("ticket #{}", _like("9####", "9######")),
    ("page {} of 12", _like("9")),
    (
        "tracking {}",
        _like("1Z999AA1##########", "RR9########DE", "9400 1## ### ### ### ### ## 0"),
    ),
    ("flight {}", _like("LH4##", "UA 9##")),
    ("plate {}", ids.plate),
    ("room {}", _like("9.##", "A-9##", "B9##")),
    ("gate {} opens at 10:30", _like("A9#", "C9")),
    ("the score was {}", _like("9-#", "9#:##", "2#-1#")),
    ("chapter {}", _like("9.#", "9.#.#", "9.#.#.#")),
    ("RFC {} section 4", _like("9###")),
    ("resistor {} ohm", _like("9##", "9.#k")),
    ("ISO {} certified", _like("9001-2015", "27001:2022")),
    ("between {}", _text("2019-2023", "09:00-17:30", "1914-1918")),
    ("screen {} px", _like("1920x1080", "390 x 844")),
    ("lat {}", _like("52.#####, 13.#####", "-33.8####, 151.2####")),
    ("colour #{}", _hex(6)),
    ("mac {}", lambda random: ":".join(_hex(2)(random) for _ in range(6))),
    ("eui {}", lambda random: ":".join(_hex(2)(random) for _ in range(8))),
    ("at 0x{} in main", _hex(12)),
    ("image nginx@sha256:{}", _hex(64)),
    ('etag "{}"', _hex(32)),
    ("md5 {}", _hex(32)),
    ("cache-key-{}", _hex(32)),
    ("pod web-{}", lambda random: f"{_hex(10)(random)}-{some(random, LOWER, 5)}"),
    ("i-0{}", _hex(16)),
    ("arn:aws:iam::{}:role/reader", _like("9###########")),
    ("s3://bucket/{}/part-00001.parquet", _like("year=2026/month=9", "2026/11/2#")),
    ("pk-lf-{}", _uuid),
    ("key_id {}", _uuid),
    ("cs_test_{}", lambda random: some(random, ALNUM, 40)),
    ("import {}", _text("os, sys", "numpy as np", "a.b.c", "@scope/pkg@1.2.3", "lodash@4.17.21")),
    (
        "def f(x): {}",
        _text("return x@y.T", "return a[1:2]", "x = 1e-5", "y = 0x7fff", "s += v * 1.05", "assert f(3) == 9"),
    ),
    ("row {}", _like("0000######", "00000000######", "000###", "00-00-9#")),
    ("diff +{}", _text("2024-01-15 line", "+12,5 @@", "02:00")),
    ("@@ -{} @@", _like("9###,## +9###,##", "1#,# +1#,#")),
    ("+ {}", _like("9##", "9#.##")),
    ("{} steps", _like("1#_###", "9#,###", "9###")),
    ("cron {}", _text("0 5 * * 1", "*/15 0 1,15 * 1-5")),
    ("growth {}", _like("+9.#%", "-9#.##%", "+2###")),
    ("temperature {}", _like("0.#", "1.0")),
    ("boundary=----WebKitFormBoundary{}", lambda random: some(random, ALNUM, 16)),
    ("nonce={}", lambda random: some(random, BASE64, 22)),
    ("etag W/{}", lambda random: some(random, URLSAFE, 27)),
    ("run {}", lambda random: f"{random.choice(['calm', 'odd'])}-otter-{random.randint(1, 900)}"),
    (
        "sku {}",
        lambda random: f"{some(random, UPPER, 3)}-{filled(random, '9###')}-{random.choice(UPPER)}",
    ),
    ("batch {}", _like("2026112#-00#", "2026112#-9###")),
    (
        "cursor={}",
        lambda random: base64.urlsafe_b64encode(some(random, ALNUM, 30).encode()).decode(),
    ),
    ("order_id: {}", _like("4###############", "5###############")),
    ("timestamp {}", _like("2026112#123456", "2026-11-2# 12:34:56.789012345")),
    ("job {}", _like("9#############", "1##################")),
    ("{} lines", _like("9##", "1,0##")),
    ("GET /v1/items/{}", _like("9#########", "1##############")),
    ("span {}", lambda random: str(random.randint(2**60, 2**63))),
)  # fmt: skip

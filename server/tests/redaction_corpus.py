"""A labelled corpus for redaction: texts with secrets whose place is known, and harmless ones that look alike.

`corpus(seed, count)` gives the same texts for the same seed. Its templates and values are its own, not the unit tests'.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import redaction_ids as ids
import redaction_values as values
from redaction_harmless import FIGURES, HARMLESS

Label = tuple[str, str]  # the type that is to be found, what must go


@dataclass(slots=True, frozen=True)
class Sample:
    """One text: what must go out of it, and the ids, times and numbers in it that must stay as they are."""

    text: str
    secrets: tuple[Label, ...] = ()
    kept: tuple[str, ...] = ()


MAKERS: dict[str, values.Maker] = {
    "email": values.email,
    "phone": values.phone,
    "card": values.card,
    "iban": values.iban,
    "api_key": values.api_key,
    "jwt": values.jwt,
    "private_key": values.private_key,
    "ssn": values.ssn,
    "national_id": ids.national_id,
    "ip": values.ip,
}
# Of a thousand secrets about so many are of the type.
_SHARES = {
    "email": 170, "phone": 190, "card": 110, "iban": 90, "api_key": 190, "jwt": 50,
    "private_key": 25, "ssn": 45, "national_id": 80, "ip": 50,
}  # fmt: skip

PROSE: dict[str, tuple[str, ...]] = {
    "email": (
        "Please forward the invoice to {} before Friday.",
        "Bitte senden Sie die Unterlagen an {}, danke!", "Mon adresse est {} si besoin.",
        "Mi correo es {} y espero respuesta.", "私のメールは{}です。", "Пишите на {} в любое время.",
        "Scrivimi a {} quando puoi.", "O contato é {}.", "请发送到{}，谢谢。", "From: Somebody <{}>",
        "mailto:{}?subject=Hello", "user {} signed in", "cc={};bcc=",
        "Can you look up the account of {}?", "[link](mailto:{})",
        "Reply-To: {}\r\nSubject: order", "E-Mail:\t{}", "({})", "'{}',", "assigned to {}:",
    ),
    "phone": (
        "Call me back on {} tonight.", "Sie erreichen mich unter {}.",
        "Mon numéro : {} (le soir).", "Mi número es {}, gracias.", "電話番号は {} です",
        "Телефон для связи: {}.", "Il mio numero è {}", "O meu número é {}.", "tel:{}",
        "WhatsApp {}", "Contact\n{}\nOffice hours 9-17", "Ring {} or come by.", "{} is my mobile",
        "| Ada | {} |", "Number on file: {}; verified: yes", 'text "STOP" to {}',
        "He dialled {} twice.", "phone={}", "<td>{}</td>",
    ),
    "card": (
        "My card {} was charged twice.", "Karte {} gültig bis 04/29",
        "La carte {} a été refusée.", "Tarjeta: {}.", "カード番号 {} を登録", "Номер карты {}", "pan={}",
        "The customer read out {} over the phone", "Card no. {} exp 11/27 cvc ***",
        "charge failed for {}", "carta {} scaduta", "paid with {}.", "Cartão {} bloqueado",
        "{};12/28",
    ),
    "iban": (
        "Transfer it to {} by Monday.", "Bitte überweisen Sie auf {}.", "Mon IBAN : {}.",
        "Mi cuenta es {}", "IBAN {} BIC DEUTDEFF", "Konto: {}", "refund goes to account {}",
        "Rekening {} op naam van", "beneficiary={}", "Il conto {}, grazie",
    ),
    "api_key": (
        "export SERVICE_KEY={}", "curl -H 'x-key: {}' https://api.example.com",
        "I pasted {} by mistake, please rotate it", 'client = Client("{}")', "key: {}",
        "Der Schlüssel ist {}", "clé = {}", "401 Unauthorized: invalid key {}",
        "https://api.example.com/v1?key={}&alt=json", "Authorization: {}",
        "- name: TOKEN\n  value: {}", "set -x KEY '{}'", "密钥：{}",
        "Incorrect API key provided: {}.",
    ),
    "jwt": (
        "cookie: session={}; path=/", "token {} expired", "Authorization: Bearer {}",
        "id_token={}", "The token is {}", 'access_token: "{}"', "GET /me?jwt={} HTTP/1.1",
        "decoded {} ok",
    ),
    "private_key": (
        "Here is the key:\n{}\n", "cat id_rsa\n{}\n$ ", "{}", 'key = """{}"""',
        "My deploy key is\n\n{}\n\nthanks",
    ),
    "ssn": (
        "My social is {}.", "SSN {} on file", "taxpayer {} filed late", "ssn={}",
        "The applicant gave {} as identification.", "Employee 4471, {}, hired 2019",
        "verify {} please", "|{}|",
    ),
    "national_id": (
        "Ausweis {} liegt vor.", "Mon numéro est {}.", "Mi documento: {}",
        "The tenant's id is {}.", "本人番号 {} を確認", "Il codice è {}.",
        "O documento {} está vencido.", "id_number={}", "holder {} verified",
        "Registered under {} since May", "Dowód {}, ważny",
    ),
    "ip": (
        "login from {} failed", "client={} status=403", "Blocked {} after five attempts",
        "Verbindung von {} getrennt.", "peer address {}", "X-Forwarded-For: {}",
        "from {} port 52114 ssh2", "host {} did not answer", "connect to [{}] refused",
        "src={} dst=",
    ),
}  # fmt: skip

Frame = Callable[
    [Random, str, str], str
]  # random, a name for the value, the value → a text with it


def _json(random: Random, name: str, value: str) -> str:
    held = {
        "id": values.some(random, values.HEX, 16),
        name: value,
        "n": random.randint(1, 9999),
        "ok": True,
    }
    return json.dumps(
        held, ensure_ascii=random.random() < 0.5, indent=random.choice([None, None, 2])
    )


def _nested(random: Random, name: str, value: str) -> str:
    inner = json.dumps({name: [value], "page": random.randint(1, 30)})
    return json.dumps({"role": "tool", "content": inner, "ms": random.randint(10, 9000)})


def _messages(random: Random, name: str, value: str) -> str:
    said = random.choice(
        ["Look up {}", "Ist {} richtig?", "{} — is that yours?", "voici: {}", "は {} です"]
    ).format(value)
    held = [{"role": "user", "content": [{"type": "text", "text": f"{name}\n{said}"}]}]
    return json.dumps(held, ensure_ascii=random.random() < 0.5)


def _csv(random: Random, name: str, value: str) -> str:
    return f"id,{name},total\n{random.randint(1, 900)},{value},{random.randint(1, 900)}.50\n"


def _log(random: Random, name: str, value: str) -> str:
    day, minute = (
        f"2026-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        random.randint(10, 59),
    )
    return f"{day}T09:{minute}:07.113Z INFO app {name}={value} took={random.randint(1, 900)}ms"


def _sql(random: Random, name: str, value: str) -> str:
    row = f"({random.randint(1, 99999)}, '{value}')"
    return f"insert into people (id, {name}) values {row} -- {random.randint(1, 9)}"  # noqa: S608 - only a text


def _yaml(random: Random, name: str, value: str) -> str:
    return f"entry:\n  - {name}: {value}\n    retries: {random.randint(1, 9)}\n"


def _xml(_random: Random, name: str, value: str) -> str:
    return f"<row><{name}>{value}</{name}><b/></row>"


FRAMES: tuple[Frame, ...] = (
    _json,
    _json,
    _nested,
    _messages,
    _messages,
    _csv,
    _log,
    _sql,
    _yaml,
    _xml,
)
_NAMES = (
    "value",
    "field_a",
    "contact",
    "input",
    "detail",
    "wert",
    "valeur",
    "entry",
    "data",
    "question",
)

# Whole texts of secrets that stand in a form of their own.
_IN_FORMS: tuple[tuple[str, str, values.Maker], ...] = (
    ("credentials", "postgres://{}@db-{n}.example.com:5432/app", values.url_user),
    ("credentials", "DATABASE_URL=mysql://{}@10x.internal/shop?ssl=1", values.url_user),
    ("credentials", "redis://{}@cache:6379/0 is down", values.url_user),
    ("credentials", "git clone https://{}@git.example.org/team/repo.git", values.url_user),
    ("credentials", '{"broker": "amqps://{}@mq.example.io/vhost", "n": {n}}', values.url_user),
    (
        "credentials",
        "mongodb+srv://{}@cluster{n}.abcde.mongodb.net/?retryWrites=true",
        values.url_user,
    ),
    ("authorization", "Authorization: Bearer {}", values.bearer),
    ("authorization", '{"headers": {"authorization": "Bearer {}"}, "n": {n}}', values.bearer),
    ("authorization", "curl -H 'authorization: bearer {}' https://example.com", values.bearer),
    ("authorization", "Authorization: Basic {}", values.basic),
    ("authorization", "proxy-authorization: basic {}\r\n", values.basic),
    ("password", "password: {}", values.password),
    ("password", '{"user": "ada", "password": "{}", "n": {n}}', values.password),
    ("password", "Mein Passwort ist {} und geht nicht", values.password),
    ("password", "mysql --user=root --password={} -e 'select {n}'", values.password),
    ("password", "密码：{}".replace("：", ": "), values.password),
    ("password", "PGPASSWORD={} psql -h db{n}", values.password),
    ("password", "contraseña: {}", values.password),
    ("api_key", "AZURE_OPENAI_API_KEY={}", values.nameless_key),
    ("api_key", '{"api_key": "{}", "n": {n}}', values.nameless_key),
    ("api_key", "client_secret={}&grant_type=client_credentials", values.nameless_key),
    ("api_key", "x-api-key: {}", values.nameless_key),
    ("api_key", 'secret: "{}"  # rotate', values.nameless_key),
    (
        "api_key",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}==",
        values.nameless_key,
    ),
    ("card", "the printed number is {}, thank you", values.rare_card),
    ("phone", "phone: {}", values.phone_named),
    ("phone", '{"phone": "{}", "n": {n}}', values.phone_named),
    ("phone", "My mobile number is {}", values.phone_named),
    ("phone", "teléfono: {}", values.phone_named),
)


def _kept(random: Random) -> tuple[str, str]:
    """A sentence with an id or a time that must survive, and that itself."""
    form, make = random.choice(FIGURES)
    value = make(random)
    return form.format(value), value


def _positive(random: Random) -> Sample:
    type_ = random.choices(list(_SHARES), list(_SHARES.values()))[0]
    value = MAKERS[type_](random)
    if random.random() < 0.55 or type_ == "private_key":
        text = random.choice(PROSE[type_]).replace("{}", value)
        said, kept = _kept(random)
        if random.random() < 0.5:
            return Sample(f"{said}\n{text}", ((type_, value),), (kept,))
        if random.random() < 0.3:
            other = random.choice([one for one in _SHARES if one != "private_key"])
            second = MAKERS[other](random)
            text = f"{text} {random.choice(PROSE[other]).replace('{}', second)}"
            return Sample(text, ((type_, value), (other, second)))
        return Sample(text, ((type_, value),))
    return Sample(random.choice(FRAMES)(random, random.choice(_NAMES), value), ((type_, value),))


def _in_form(random: Random) -> Sample:
    type_, form, make = random.choice(_IN_FORMS)
    value = make(random)
    return Sample(
        form.replace("{n}", str(random.randint(1, 99))).replace("{}", value), ((type_, value),)
    )


def _named_id(random: Random) -> Sample:
    form, digits = random.choice(ids.NAMED)
    value = values.filled(random, digits)
    return Sample(
        random.choice(["{}", "Note: {}.", "{} (checked)"]).format(form.format(value)),
        (("national_id", value),),
    )


def _harmless(random: Random) -> Sample:
    form, make = random.choice(HARMLESS)
    value = make(random)
    text = form.replace("{}", value)
    if random.random() < 0.3:
        text = random.choice(FRAMES)(random, random.choice(_NAMES), text)
    return Sample(text, (), (value,) if json.dumps(value)[1:-1] == value else ())


_MIX: Sequence[tuple[Callable[[Random], Sample], int]] = (
    (_positive, 52),
    (_in_form, 10),
    (_named_id, 3),
    (_harmless, 35),
)


def corpus(seed: int, count: int = 5_000) -> list[Sample]:
    """`count` texts, the same for the same seed."""
    random = Random(seed)
    makers, shares = zip(*_MIX, strict=True)
    return [make(random) for make in random.choices(makers, shares, k=count)]

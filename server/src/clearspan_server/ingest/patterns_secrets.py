"""Secrets: keys of well-known forms, tokens, private keys, and what stands behind a name such as `password`.

Sources: JWT RFC 7519; Bearer RFC 6750; Basic RFC 7617; private keys RFC 7468; URLs with credentials RFC 3986 §3.2.1;
keys the documentation of those who issue them, and the formats that their secret scanning partners publish; our own
`cs_<id>_<secret>`.
"""

import base64
import binascii
import re

from clearspan_server.ingest.pattern import LEFT, REJECTED, Rule, accept, digits

_PIECES = re.compile(rb"[^A-Za-z0-9]+")
_LONG_PIECE = 8


def _is_random(piece: bytes) -> bool:
    """A random word mixes cases or holds digits; a word of prose does neither."""
    if len(piece) < _LONG_PIECE:
        return False
    return bool(digits(piece)) or piece not in (piece.lower(), piece.upper(), piece.capitalize())


def _looks_random(text: bytes, start: int, end: int) -> int:
    """A key has a long piece that is no word: `sk-learn-style-names-of-2026` has none."""
    pieces = _PIECES.split(text[start:end])
    return end if any(map(_is_random, pieces)) else REJECTED


_KEYS = (
    # Who answers models' questions.
    rb"sk-[A-Za-z0-9_\-]{20,}",  # OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse, LiteLLM
    rb"gsk_[A-Za-z0-9]{30,}",  # Groq
    rb"csk-[a-z0-9]{40,}",  # Cerebras
    rb"xai-[A-Za-z0-9]{40,}",
    rb"pplx-[A-Za-z0-9]{40,}",  # Perplexity
    rb"(?:hf|api_org)_[A-Za-z0-9]{30,}",  # Hugging Face
    rb"r8_[A-Za-z0-9]{37,}",  # Replicate
    rb"fw_[A-Za-z0-9]{20,}",  # Fireworks
    rb"tgp_v1_[A-Za-z0-9_\-]{40,}",  # Together
    rb"nvapi-[A-Za-z0-9_\-]{40,}",
    rb"jina_[A-Za-z0-9]{20}[A-Za-z0-9_\-]{20,}",
    rb"pa-[A-Za-z0-9]{8}[A-Za-z0-9_\-]{32,}",  # Voyage
    rb"tvly-[A-Za-z0-9_\-]{24,}",  # Tavily
    rb"fc-[0-9a-f]{32}",  # Firecrawl
    rb"pcsk_[A-Za-z0-9_]{40,}",  # Pinecone
    rb"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",  # LangSmith
    rb"sk_[0-9a-f]{48}",  # ElevenLabs
    rb"dapi[0-9a-f]{32}",  # Databricks
    rb"(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/]{60,}={0,2}",  # Amazon Bedrock
    # Clouds.
    rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # AWS access key id, lasting, temporary, bearer, context
    rb"AIza[A-Za-z0-9_\-]{35}",  # Google
    rb"AQ\.[A-Za-z0-9_\-]{40,}",  # Google, bound to an account
    rb"ya29\.[A-Za-z0-9_\-]{40,}",  # Google OAuth
    rb"GOCSPX-[A-Za-z0-9_\-]{28}",  # Google OAuth client
    rb"do[opr]_v1_[0-9a-f]{64}",  # DigitalOcean
    rb"hv[sbr]\.[A-Za-z0-9_\-]{24,}",  # HashiCorp Vault
    rb"vc[aciprk]_[A-Za-z0-9]{24,}",  # Vercel
    rb"(?:sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_\-]{20,})",  # Supabase
    rb"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-.]{30,}",  # PlanetScale
    rb"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,}",  # Doppler
    # Where code and its packages live.
    rb"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub: personal, OAuth, user, server, refresh
    rb"github_pat_[A-Za-z0-9_]{22,}",
    rb"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[A-Za-z0-9_\-]{20,}",  # GitLab
    rb"npm_[A-Za-z0-9]{36}",
    rb"pypi-AgE[A-Za-z0-9_\-]{50,}",
    rb"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}",  # Docker
    rb"ATATT3[A-Za-z0-9_\-=]{60,}",  # Atlassian
    # Services that programs call.
    rb"xox[abeoprs]-[A-Za-z0-9\-]{10,}",  # Slack
    rb"xapp-\d-[A-Za-z0-9\-]{20,}",  # Slack, of an app
    rb"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe: secret and restricted
    rb"whsec_[A-Za-z0-9+/]{24,}={0,2}",  # signatures of webhooks
    rb"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",  # SendGrid
    rb"SK[0-9a-f]{32}",  # Twilio
    rb"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}",  # Shopify
    rb"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}",  # Grafana
    rb"NRAK-[A-Z0-9]{27}",  # New Relic
    rb"sntry[su]_[A-Za-z0-9+/=_\-]{30,}",  # Sentry
    rb"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",  # Postman
    rb"(?:ntn|secret)_[A-Za-z0-9]{40,}",  # Notion
    rb"lin_(?:api|oauth)_[A-Za-z0-9]{32,}",  # Linear
    rb"fig[dor]_[A-Za-z0-9_\-]{36,}",  # Figma
    rb"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",  # Airtable
    rb"AGE-SECRET-KEY-1[0-9A-Z]{58}",
    rb"cs_[A-Za-z0-9]{6,32}_[A-Za-z0-9_\-]{16,}",  # Clearspan; Stripe's cs_test_… is a session id
)
# Without upper bounds a prefilter may stop at the shortest hit.
_KEYS_PREFILTER = b"|".join(key.replace(b",}", b"}") for key in _KEYS)

# What tells these stands in their middle.
_ODD_KEYS = (
    rb"[A-Za-z0-9]{52}JQQJ9[A-Z0-9][A-Za-z0-9]{20,32}",  # Azure AI
    rb"[A-Za-z0-9_~.\-]{3}[78]Q~[A-Za-z0-9_~.\-]{31,34}",  # Microsoft Entra
    rb"\d{8,10}:AA[A-Za-z0-9_\-]{32,33}",  # Telegram
    rb"[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,38}",  # Discord
    rb"T[A-Z0-9]{8,12}(?:\\*/)B[A-Z0-9]{8,12}(?:\\*/)[A-Za-z0-9]{24}",  # Slack's addresses for messages
)
# Of the last but one only the end: its begin would take a tenth of the time of looking for everything.
_ODD_PREFILTER = (
    rb"JQQJ9[A-Z0-9][A-Za-z0-9]{20}|[78]Q~[A-Za-z0-9_~.\-]{31}|\d:AA[A-Za-z0-9_\-]{32}"
    rb"|[A-Za-z0-9]{4}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27}"
    rb"|/B[A-Z0-9]{8,12}\\{0,4}/[A-Za-z0-9]{24}"
)

_TOKEN = rb"(?:[A-Za-z0-9._~+\-]|\\*/)"
_BASE64 = rb"(?:[A-Za-z0-9+]|\\*/)"
_AWS_SECRET_NAME = rb"secret[_ ]?(?:access[_ ]?)?key[\\\"'\s:=]{1,8}"

# Between a name and its value, as code, JSON, headers, YAML and prose write it.
_MEANS = rb"[\\\"']{0,6}(?: {0,3}(?::|=>?) {0,3}| is | ist | est | es )[\\\"']{0,6}"
_SECRET_NAME = (
    rb"(?:(?:api|access|auth|private|account|subscription|encryption|signing|master|service|shared|secret|app|bot"
    rb"|consumer|client|webhook|refresh|session|bearer|id)[_\- ]?(?:access[_\- ]?)?(?:key|token|secret)"
    rb"|secret|credential)"
)
_PASSWORD_NAME = (
    rb"(?:passwor[dt]|passwd|passphrase|passcode|pwd|mot de passe|contrase(?:n|"
    + "ñ".encode()
    + rb"|\\+u00f1)a|senha|wachtwoord|"
    + "hasło|пароль|密码|密碼|パスワード|비밀번호".encode()
    + rb")"
)
_PASSWORD = rb"[^\s\"'\\,;<>(){}\[\]&]"
_VALUE = rb"(?:[A-Za-z0-9_\-.~+=%]|\\*/)"

_PEM_NAME = rb"[A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----"
# No two dashes in a row: a search that could run over the next BEGIN would take quadratic time.
_PEM_BODY = rb"(?:[A-Za-z0-9+/= \t\r\n,:.]|-[A-Za-z0-9]|\\+[nrt/])*?"
_PEM_BREAK = rb"(?:[ \t\r\n]|\\+[nrt])*"
# When the end was cut off: headers of an encrypted key, then lines of base64.
_PEM_LINES = (
    rb"(?:" + _PEM_BREAK + rb"[A-Z][A-Za-z\-]{2,20}: [A-Za-z0-9,\-]{1,64})*"
    rb"(?:" + _PEM_BREAK + rb"(?:[A-Za-z0-9+=]|\\*/){16,})*"
)

_SHORTEST_TOKEN = 16


def _bearer(text: bytes, start: int, end: int) -> int:
    """Prose says "bearer authentication-scheme"; a token holds a digit."""
    if end - start < _SHORTEST_TOKEN or not digits(text[start:end]):
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


# `settings.api_key_2`, `os.environ`, `%(password)s`: code that names where a secret is, and no secret.
_CODE = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|%\(.*")
_OPENS = (b"(", b"[", b"{", b"<")
_FEWEST_DIGITS = 2
_NO_PASSWORD = b"$*<%{/~."  # how a template, a mask or a path begins
_SHORTEST_PASSWORD = 4
_SIGN_AMONG_LETTERS = re.compile(rb"[A-Za-z][!@#$%^*?+~]|[!@#$%^*?+~][A-Za-z]")


def _named_secret(text: bytes, start: int, end: int) -> int:
    found = text[start:end]
    if text[end : end + 1] in _OPENS or _CODE.fullmatch(found):
        return REJECTED
    if len(digits(found)) < _FEWEST_DIGITS:
        return REJECTED
    return _looks_random(text, start, end)


def _password(text: bytes, start: int, end: int) -> int:
    """Something that is no word: a digit or a sign among letters, or digits alone."""
    found = text[start:end]
    if text[end : end + 1] in _OPENS or _CODE.fullmatch(found) or found[:1] in _NO_PASSWORD:
        return REJECTED
    stripped = found.rstrip(b".:")
    if not digits(stripped) and not _SIGN_AMONG_LETTERS.search(stripped):
        return REJECTED
    return start + len(stripped) if len(stripped) >= _SHORTEST_PASSWORD else REJECTED


def _url_credentials(text: bytes, start: int, end: int) -> int:
    """Not what a template or a manual puts there: `${USER}:${PASSWORD}`, `***`."""
    password = text[start:end].partition(b":")[2]
    is_blank = not password.strip(b"*x.")
    return REJECTED if password[:1] in (b"$", b"{", b"%(") or is_blank else end


SECRETS: tuple[Rule, ...] = (
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
        accept,
    ),
    Rule(
        "api_key",
        _KEYS_PREFILTER,
        LEFT + rb"(" + b"|".join(_KEYS) + rb")",
        _looks_random,
    ),
    Rule(
        "api_key",
        _ODD_PREFILTER,
        LEFT + rb"(" + b"|".join(_ODD_KEYS) + rb")",
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
        LEFT + rb"(eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]{4,}){1,3})",
        accept,
    ),
    Rule(
        "authorization",
        rb"bearer +[A-Za-z0-9._~+/\\\-]{16}",
        rb"(?i)" + LEFT + rb"bearer +(" + _TOKEN + rb"+=*)",
        _bearer,
        ignore_case=True,
    ),
    Rule(
        "authorization",
        # Words of prose have no capital letter, digit or sign in their middle.
        rb"(?i:basic) +(?:[a-z]{0,8}[A-Z0-9+/\\][A-Za-z0-9+/\\]{7}|[A-Za-z0-9+/\\]{8}[A-Za-z]{0,64}[A-Z0-9+/\\=])",
        rb"(?i)" + LEFT + rb"basic +(" + _BASE64 + rb"{8,}={0,2})",
        _basic,
    ),
    Rule(
        "credentials",
        rb":\\{0,8}/\\{0,8}/[^\s/?#\"'<>\\:@]{0,128}:[^\s/?#\"'<>\\]{1,256}@",
        rb"[A-Za-z][A-Za-z0-9+.\-]{1,30}:\\*/\\*/([^\s/?#\"'<>\\:@]{0,128}:[^\s/?#\"'<>\\]{1,256})@",
        _url_credentials,
        needs="@",
    ),
    Rule(
        "api_key",
        _SECRET_NAME + rb"[\\\"']{0,6}(?: {0,3}[:=]| is | ist | est | es )",
        rb"(?i)" + _SECRET_NAME + _MEANS + rb"(" + _VALUE + rb"{16,512})",
        _named_secret,
        ignore_case=True,
    ),
    Rule(
        "password",
        _PASSWORD_NAME
        + rb"[\\\"']{0,6}(?: {0,3}[:=]| is | ist | est | es )[>\\\"' ]{0,10}"
        + _PASSWORD
        + rb"{4}",
        rb"(?i)" + _PASSWORD_NAME + _MEANS + rb"(" + _PASSWORD + rb"{4,128})",
        _password,
        ignore_case=True,
    ),
)
"""In order of weight."""

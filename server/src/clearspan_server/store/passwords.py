"""Passwords: what may be one, how it is kept, and whether a given one is right."""

import base64
import hashlib
import hmac
import secrets
import unicodedata

from clearspan_server.errors import BadInput

MIN_CHARS = 10  # length is what makes a password hard to guess; no rule about kinds of letters does
MAX_CHARS = 200

# OWASP's password storage cheat sheet gives n = 2^15, r = 8, p = 3 as one of its equal choices for scrypt: 32 MiB and
# a good tenth of a second, for us and for whoever guesses.
_N, _R, _P = 2**15, 8, 3
_MAX_MEMORY_BYTES = 64 * 1024 * 1024
_SALT_BYTES, _HASH_BYTES = 16, 32


def checked_password(password: str, name: str) -> str:
    """The password, if an account of this name may have it.

    Raises:
        BadInput: it is too short, too long or the name itself. The message does not hold it.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise BadInput(
            f"a password has {MIN_CHARS} to {MAX_CHARS} characters, not {len(password)}",
            field="password",
        )
    if password.casefold() == name.casefold():
        raise BadInput("the password must not be the name", field="password")
    return password


def hash_password(password: str) -> str:
    """What is kept of a password: the parameters, the salt and the hash, so that parameters can grow."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return _told(_N, _R, _P, salt, _scrypt(password, salt, _N, _R, _P))


def is_password(given: str, kept: str) -> bool:
    """Whether the given password is the one that was kept; takes as long for every wrong one."""
    _, n, r, p, salt, right = kept.split("$")
    found = _scrypt(given, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(right))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # Keyboards compose the same letter in different ways.
    plain = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        plain, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY_BYTES, dklen=_HASH_BYTES
    )


def _told(n: int, r: int, p: int, salt: bytes, found: bytes) -> str:
    return (
        f"scrypt${n}${r}${p}${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"
    )


# What an unknown name is compared with: the same work, and no password fits.
NOBODYS = _told(_N, _R, _P, bytes(_SALT_BYTES), bytes(_HASH_BYTES))

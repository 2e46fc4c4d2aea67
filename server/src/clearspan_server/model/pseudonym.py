"""The name under which somebody is known whose own is personal data."""

import hashlib
import hmac


def pseudonym(name: str, key: bytes) -> str:
    """A hash of the name, keyed so that nobody can find the person by hashing a list of addresses."""
    return f"redacted-{hmac.new(key, name.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:12]}"


def spellings(name: str, key: bytes) -> tuple[str, str]:
    """Both under which the rows of a user, customer or session may stand: as it was sent, and hashed."""
    return name, pseudonym(name, key)

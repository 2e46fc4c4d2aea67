"""What must be read again and by nobody else: texts sealed with a key that lies in a file beside the databases.

The file `secrets.key` in the data folder (mode 0600) is made with the first secret and is in no backup, so that neither
a database file nor a backup tells anything. Source of the form: AES-GCM with 256 bits, NIST SP 800-38D.
"""

import base64
import binascii
import os
import threading
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clearspan_server.errors import Unavailable

KEY_FILE = "secrets.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_MOST_FILE_BYTES = 1000


class UnreadableError(Exception):
    """A sealed text cannot be opened: the key file is lost or another, or the text was sealed for something else."""


class Secrets:
    """Seals and opens texts with the key of one data folder; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / KEY_FILE
        self._lock = threading.Lock()

    def seal(self, text: str, bound_to: str) -> str:
        """The text as nobody can read it without the key file; it opens for the same `bound_to` alone.

        Raises:
            Unavailable: the key file holds no key, or cannot be written.
        """
        nonce = os.urandom(_NONCE_BYTES)
        with self._lock:
            key = self._key() or self._made()
        sealed = AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, bound_to: str) -> str:
        """What was sealed.

        Raises:
            UnreadableError: it cannot be opened.
        """
        try:
            with self._lock:
                key = self._key()
            held = base64.b64decode(sealed, validate=True)
            if key is None:
                raise UnreadableError(f"{self._file} is not there")
            text = AESGCM(key).decrypt(held[:_NONCE_BYTES], held[_NONCE_BYTES:], bound_to.encode())
            return text.decode()
        except (InvalidTag, Unavailable, ValueError, binascii.Error) as error:
            # Without what it came from: that may quote the text.
            raise UnreadableError(
                f"it was sealed with another key ({type(error).__name__})"
            ) from None

    def _key(self) -> bytes | None:
        try:
            with self._file.open("rb") as file:
                held = file.read(_MOST_FILE_BYTES)
            key = base64.b64decode(held.strip(), validate=True)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"{self._file} cannot be read as a key: {type(error).__name__}"
            ) from None
        if len(key) != _KEY_BYTES:
            raise Unavailable(
                f"{self._file} holds no key; put the right one there, or move it away for a new one"
            )
        return key

    def _made(self) -> bytes:
        """A new key, on disk before anything is sealed with it."""
        key = os.urandom(_KEY_BYTES)
        partial = self._file.with_name(f"{KEY_FILE}.new")
        try:
            partial.unlink(missing_ok=True)
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(key) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._file)
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise Unavailable(f"{self._file} cannot be written: {error}") from error
        return key

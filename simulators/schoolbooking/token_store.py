"""Keeping tokens unreadable at rest, and log-ins unguessable."""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken


class TokenCipher:
    """Encrypts with a key made from the client secret: whoever has that needs no token."""

    def __init__(self, client_secret: str) -> None:
        key = hashlib.sha256(b"schoolbooking-tokens " + client_secret.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def lock(self, token: str) -> str:
        """The token, encrypted; an empty one stays so."""
        return self._fernet.encrypt(token.encode()).decode() if token else ""

    def unlock(self, locked: str) -> str:
        """The token again; "" when there is none that this secret locked."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            return ""


def new_word() -> str:
    """A word nobody can guess: 256 bits, fit for addresses and as a PKCE verifier."""
    return secrets.token_urlsafe(32)


def hash_of(word: str) -> str:
    """What is kept of a word by which a browser is known again."""
    return hashlib.sha256(word.encode()).hexdigest()

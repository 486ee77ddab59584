"""Keeping school secrets unreadable at rest."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from assembly_ui.connector.errors import SecretUnreadable


class Cipher:
    """Encrypts with the first key, decrypts with any, so keys can be rotated."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, secret: str) -> str:
        """The secret, encrypted."""
        return self._fernet.encrypt(secret.encode()).decode()

    def unlock(self, locked: str) -> str:
        """The secret again.

        Raises:
            SecretUnreadable: no configured key opens it.
        """
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable from None

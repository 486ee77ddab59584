"""Secrets are unreadable at rest, and keys can be changed."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRET = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


@given(secret=st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_was_locked_comes_out_as_it_went_in(secret: str) -> None:
    cipher = Cipher([OLD])
    assert cipher.unlock(cipher.lock(secret)) == secret


def test_a_locked_secret_shows_nothing_and_fits_its_column() -> None:
    locked = Cipher([OLD]).lock(SECRET)
    assert SECRET not in locked
    assert locked != Cipher([OLD]).lock(SECRET)
    assert len(Cipher([OLD]).lock("x" * 200)) <= 500


def test_a_new_first_key_still_reads_what_the_old_one_locked() -> None:
    locked = Cipher([OLD]).lock(SECRET)
    assert Cipher([NEW, OLD]).unlock(locked) == SECRET
    assert Cipher([NEW]).unlock(Cipher([NEW, OLD]).lock(SECRET)) == SECRET


@pytest.mark.parametrize("locked", [Cipher([OLD]).lock(SECRET), "", "rubbish", "gAAAAA" + "x" * 80])
def test_what_no_key_opens_is_unreadable(locked: str) -> None:
    with pytest.raises(SecretUnreadable):
        Cipher([NEW]).unlock(locked)

"""What an app asks for, understood or refused. No client, no redirect: nobody is sent anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assembly_ui.apps.asking import LONGEST_STATE, Ask, understood
from assembly_ui.apps.errors import AskedTooMuch, AskedWrongly, ClientUnknown, RedirectMismatch
from assembly_ui.apps.models import App, ClientType
from assembly_ui.apps.pkce import s256

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REDIRECT = "https://rooms.example/callback"
CHALLENGE = s256("v" * 43)


def _app(**different: Any) -> App:
    given = {
        "id": 7,
        "client_id": "app_1",
        "name": "Rooms",
        "slug": "rooms",
        "redirect_uris": [REDIRECT],
        "created_at": NOW,
        "updated_at": NOW,
    }
    return App(**{**given, **different})


def _ask(**different: Any) -> Ask:
    given = {
        "client_id": "app_1",
        "redirect_uri": REDIRECT,
        "scope": "school",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return Ask(**{**given, **different})


def test_required_scopes_bring_what_they_depend_on() -> None:
    wanted = understood(_ask(scope="students.sen_needs contacts.emails:optional"), _app())
    assert wanted.required == ("school", "students.basic", "students.sen_needs")
    assert wanted.optional == ("contacts.emails",)


def test_what_is_required_already_is_not_offered_as_optional() -> None:
    wanted = understood(_ask(scope="students.upn students.basic:optional"), _app())
    assert wanted.optional == ()


@pytest.mark.parametrize(
    "scope",
    ["students teaching_groups", "students+teaching_groups", "students%2Bteaching_groups"],
)
def test_scopes_come_in_every_known_spelling(scope: str) -> None:
    wanted = understood(_ask(scope=scope), _app())
    assert wanted.required == ("school", "students.basic", "teaching_groups")


def test_without_scopes_those_registered_are_meant() -> None:
    app = _app(required_scopes=["timetables"], optional_scopes=["contacts.basic"])
    wanted = understood(_ask(scope=" "), app)
    assert wanted.required == ("school", "timetables")
    assert wanted.optional == ("contacts.basic",)


def test_an_app_registered_for_some_scopes_cannot_ask_for_others() -> None:
    app = _app(required_scopes=["students.upn"], optional_scopes=["contacts.basic"])
    assert understood(_ask(scope="contacts.basic students.basic"), app)
    for scope in ("timetables", "timetables:optional", "students.sen_needs"):
        _refused(_ask(scope=scope), app, "invalid_scope")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "school:always"}, "invalid_scope"),
        ({"scope": 'school <script>"\\\n\u202e'}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"repeated": ("scope",)}, "invalid_request"),
        ({"urn": "1" * 21}, "invalid_request"),
        ({"urn": "12\x0034"}, "invalid_request"),
        ({"urn": "١٢٣"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "v" * 43, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_known_app_that_asks_wrongly_hears_it_at_its_own_address(
    asked: dict[str, Any], error: str
) -> None:
    _refused(_ask(**asked), _app(), error)


def test_a_state_of_two_thousand_characters_is_fine() -> None:
    assert understood(_ask(state=b"x" * LONGEST_STATE), _app())


@pytest.mark.parametrize(
    "asked",
    [
        {"state": b"x" * (LONGEST_STATE + 1)},
        {"state": b"\xff" * (LONGEST_STATE // 3 + 1)},
        {"scope": "school " * 600},
    ],
)
def test_more_than_we_keep_is_not_sent_back_either(asked: dict[str, Any]) -> None:
    with pytest.raises(AskedTooMuch):
        understood(_ask(**asked), _app())


@pytest.mark.parametrize("client_type", list(ClientType))
def test_every_app_proves_itself_by_pkce(client_type: ClientType) -> None:
    app = _app(client_type=client_type)
    _refused(_ask(code_challenge="", code_challenge_method=""), app, "invalid_request")
    _refused(_ask(code_challenge_method=""), app, "invalid_request")
    wanted = understood(_ask(), app)
    assert (wanted.code_challenge, wanted.code_challenge_method) == (CHALLENGE, "S256")


def test_only_an_app_registered_before_goes_without_and_never_a_public_one() -> None:
    without = _ask(code_challenge="", code_challenge_method="")
    assert understood(without, _app(requires_pkce=False)).code_challenge == ""
    public = _app(requires_pkce=False, client_type=ClientType.PUBLIC)
    _refused(without, public, "invalid_request")


def test_an_app_that_may_not_ask_schools_is_told_so() -> None:
    _refused(_ask(), _app(grant_types=["client_credentials"]), "unauthorized_client")


def test_an_app_that_insists_on_the_school_must_name_it() -> None:
    app = _app(force_urn_check=True)
    _refused(_ask(urn=""), app, "invalid_request")
    assert understood(_ask(urn="123456"), app).urn == "123456"


@pytest.mark.parametrize(
    "app", [None, _app(disabled_at=NOW)], ids=["nobody registered it", "it is switched off"]
)
def test_an_unknown_app_is_sent_nowhere(app: App | None) -> None:
    with pytest.raises(ClientUnknown):
        understood(_ask(), app)


def test_a_client_id_that_came_twice_is_nobodys() -> None:
    with pytest.raises(ClientUnknown):
        understood(_ask(repeated=("client_id",)), _app())


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "https://evil.example/",
        REDIRECT + "/",
        REDIRECT + "?",
        REDIRECT + "/../other",
        REDIRECT.upper(),
        REDIRECT.replace("https", "http"),
        REDIRECT.replace("rooms.example", "rooms.example.evil.example"),
        REDIRECT.replace("rooms.example", "rooms.example:443"),
        REDIRECT.replace("rooms.example", "rooms.example@evil.example"),
        REDIRECT + "#fragment",
        " " + REDIRECT,
    ],
)
def test_any_other_address_than_a_registered_one_is_no_address(redirect_uri: str) -> None:
    with pytest.raises(RedirectMismatch):
        understood(_ask(redirect_uri=redirect_uri), _app())


def test_an_address_that_came_twice_is_none() -> None:
    with pytest.raises(RedirectMismatch):
        understood(_ask(repeated=("redirect_uri",)), _app())


def _refused(ask: Ask, app: App, error: str) -> None:
    with pytest.raises(AskedWrongly) as caught:
        understood(ask, app)
    assert (caught.value.error, caught.value.redirect_uri) == (error, REDIRECT)
    # What RFC 6749, 4.1.2.1 allows in a description.
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in caught.value.description)

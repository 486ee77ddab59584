"""`app`: the apps that may ask schools for data."""

from __future__ import annotations

import json

import click

from assembly_ui.apps import catalogue
from assembly_ui.apps.errors import (
    AddressUnusable,
    AppUnknown,
    GrantUnusable,
    NameTaken,
    NameUnusable,
    PkceNeeded,
    RedirectMissing,
    RegistrationProblem,
    RotationNeeded,
    ScopeUnusable,
)
from assembly_ui.apps.models import App, ClientType, GrantType
from assembly_ui.apps.registration import NewApp, Registered
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database
from assembly_ui.settings import Settings

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("app")
def app() -> None:
    """Apps that may ask schools for data: register, list, refresh, rotate-secret, disable."""


@app.command("register")
@click.option("--name", required=True, help="What schools know it by.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    help="Where answers may go, letter by letter; repeat it for several. "
    "https, or http on this machine.",
)
@click.option("--install-uri", default="", help="Where Authorise Now sends people.")
@click.option(
    "--scopes",
    default="",
    help='What it may ask for, e.g. "school timetables contacts.emails:optional". '
    "Without: anything.",
)
@click.option(
    "--client-type",
    type=click.Choice([kind.value for kind in ClientType]),
    default=ClientType.CONFIDENTIAL.value,
    show_default=True,
    help="Whether it can keep a secret.",
)
@click.option("--public", is_flag=True, help="The same as --client-type public.")
@click.option(
    "--grant",
    "grant_types",
    multiple=True,
    type=click.Choice([grant.value for grant in GrantType]),
    help="A grant that it may use; repeat it for several. Without: all that its type allows.",
)
@click.option(
    "--no-pkce",
    is_flag=True,
    help="It was written before PKCE and sends no code_challenge. Never for a new app.",
)
@click.option("--summary", default="", help="One line for the list of apps.")
@click.option("--description", default="", help="What it is, for its page.")
@click.option("--purpose", default="", help="Why it needs the data, for the Data Access Request.")
@click.option("--website-uri", default="", help="Its website.")
@click.option("--support", default="", help="An email address or a page where it gives help.")
@click.option("--privacy-policy-uri", default="", help="Its privacy policy.")
@click.option(
    "--keeps-refresh-token",
    "--old-client",
    "keeps_refresh_token",
    is_flag=True,
    help="It keeps the first refresh token for good, as the published Ruby and .NET clients "
    "do. Otherwise every refresh brings a new one, and the one before is worth nothing.",
)
@click.option("--unlisted", is_flag=True, help="Schools find it only by its own link.")
@click.option("--force-urn-check", is_flag=True, help="Only the school it names may authorise it.")
@AS_JSON
def register_app(
    name: str,
    redirect_uris: tuple[str, ...],
    client_type: str,
    public: bool,
    grant_types: tuple[str, ...],
    no_pkce: bool,
    keeps_refresh_token: bool,
    unlisted: bool,
    as_json: bool,
    **described: str,
) -> None:
    """Register an app and print its client_id and client_secret.

    The secret is shown this once and kept nowhere.
    """
    grants = [GrantType(grant) for grant in grant_types]
    new = NewApp(
        name=name,
        redirect_uris=redirect_uris,
        client_type=ClientType.PUBLIC if public else ClientType(client_type),
        requires_pkce=not no_pkce,
        grant_types=grants,
        listed=not unlisted,
        is_old_client=keeps_refresh_token,
        **described,  # type: ignore[arg-type]
    )

    async def work(_: Settings, database: Database) -> Registered:
        return await catalogue.register_app(database, new, now=system_clock())

    try:
        registered = on_database(work)
    except RegistrationProblem as problem:
        raise CommandFailed(_why(problem, name)) from None
    _print_credentials(registered, as_json)
    if GrantType.REFRESH_TOKEN in (grants or list(GrantType)) and not keeps_refresh_token:
        # Beside the answer, so that what reads it as JSON is not disturbed.
        click.echo(_how_it_refreshes(registered, can_keep=bool(registered.client_secret)), err=True)


@app.command("refresh")
@click.argument("client")
@click.option(
    "--keep/--rotate",
    "keeps",
    required=True,
    help="Keep one refresh token for good, or bring a new one with every refresh.",
)
def change_refresh(client: str, keeps: bool) -> None:
    """Say how the app CLIENT (its client_id or short name) refreshes its tokens.

    Its tokens go on; schools need do nothing.
    """

    async def work(_: Settings, database: Database) -> App:
        return await catalogue.keep_refresh_token(
            database, client=client, keeps=keeps, now=system_clock()
        )

    try:
        changed = on_database(work)
    except AppUnknown:
        raise CommandFailed(
            f"There is no app {client} that refreshes tokens; app list shows them."
        ) from None
    except RotationNeeded:
        raise CommandFailed(
            "A public app cannot keep one refresh token for good: nobody would notice a thief."
        ) from None
    now_known = "keeps its refresh token" if keeps else "is given a new refresh token each time"
    click.echo(f"{changed.name} {now_known}.")


@app.command("list")
@AS_JSON
def list_apps(as_json: bool) -> None:
    """List every app; secrets are not kept, so none is shown."""

    async def work(_: Settings, database: Database) -> list[App]:
        return await catalogue.all_apps(database)

    apps = on_database(work)
    if as_json:
        click.echo(json.dumps([_described(found) for found in apps]))
        return
    for found in apps:
        click.echo(f"{found.slug:24} {found.client_id:30} {_state(found):14} {found.name}")
    if not apps:
        click.echo("There is no app yet; app register adds one.")


@app.command("rotate-secret")
@click.argument("client")
@AS_JSON
def rotate_secret(client: str, as_json: bool) -> None:
    """Give the app CLIENT (its client_id or short name) a new secret.

    The old one is worth nothing from now on, and app tokens end. Schools need do nothing.
    """

    async def work(_: Settings, database: Database) -> Registered:
        return await catalogue.rotate_secret(database, client=client, now=system_clock())

    try:
        registered = on_database(work)
    except AppUnknown:
        raise CommandFailed(
            f"There is no app {client} that has a secret; app list shows them."
        ) from None
    _print_credentials(registered, as_json)


@app.command("disable")
@click.argument("client")
def disable(client: str) -> None:
    """Switch the app CLIENT (its client_id or short name) off.

    Its tokens end at once and it can ask for nothing more. What schools allowed it stays
    in their records.
    """

    async def work(_: Settings, database: Database) -> App:
        return await catalogue.disable(database, client=client, now=system_clock())

    try:
        disabled = on_database(work)
    except AppUnknown:
        raise CommandFailed(f"There is no app {client}; app list shows them.") from None
    click.echo(f"Disabled {disabled.name}. Its tokens have ended.")


def _why(problem: RegistrationProblem, name: str) -> str:
    match problem:
        case NameTaken(client_id=client_id):
            return f"An app of the name {name} exists already ({client_id}); app list shows it."
        case NameUnusable():
            return (
                "The name must be plain text of 1 to 120 characters with a letter or digit; "
                "summary, description and purpose at most 200, 2,000 and 1,000 characters long."
            )
        case AddressUnusable(uri=uri):
            return (
                f"{uri} cannot be used: it must be https (or http on this machine), without #. "
                "For --support one email address does as well."
            )
        case RedirectMissing():
            return "An app needs at least one --redirect-uri."
        case RotationNeeded():
            return (
                "A public app cannot keep one refresh token for good: "
                "leave --keeps-refresh-token out."
            )
        case PkceNeeded():
            return "A public app proves itself by PKCE and nothing else: leave --no-pkce out."
        case GrantUnusable(grant=GrantType.CLIENT_CREDENTIALS):
            return "A public app has no secret, so client_credentials would be anybody's."
        case GrantUnusable(grant=grant):
            return f"{grant} is of no use without --grant authorization_code."
        case ScopeUnusable(scope=scope):
            return f"{scope} is not a scope."
    raise AssertionError(problem)


def _print_credentials(registered: Registered, as_json: bool) -> None:
    secret = registered.client_secret or None
    if as_json:
        told = {
            "name": registered.name,
            "slug": registered.slug,
            "client_id": registered.client_id,
            "client_secret": secret,
        }
        click.echo(json.dumps(told))
        return
    click.echo(f"client_id      {registered.client_id}")
    click.echo(f"client_secret  {secret or '(none: it is public)'}")


def _how_it_refreshes(registered: Registered, *, can_keep: bool) -> str:
    told = "Every refresh brings a new refresh token, and the app must keep the newest."
    if not can_keep:
        return told
    return (
        f"{told}\nIf its client keeps the first one, as the published Ruby and .NET clients do, "
        f"its second refresh fails. Then run: app refresh {registered.slug} --keep"
    )


def _described(found: App) -> dict[str, object]:
    return {
        "name": found.name,
        "slug": found.slug,
        "client_id": found.client_id,
        "client_type": found.client_type.value,
        "requires_pkce": found.requires_pkce,
        "grant_types": found.grant_types,
        "redirect_uris": found.redirect_uris,
        "install_uri": found.install_uri,
        "required_scopes": found.required_scopes,
        "optional_scopes": found.optional_scopes,
        "listed": found.listed,
        "old_client": found.is_old_client,
        "created_at": found.created_at.isoformat(),
        "disabled_at": found.disabled_at.isoformat() if found.disabled_at else None,
    }


def _state(found: App) -> str:
    if found.disabled_at:
        return "Disabled."
    return "Listed." if found.listed else "Unlisted."

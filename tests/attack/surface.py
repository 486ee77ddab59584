"""What can be reached from outside, read from the running registries rather than from lists."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reflex as rx
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext

ROOT_STATE = "reflex___state____state"
ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "assembly_ui"
SIMULATORS = ROOT / "simulators"
_PARAMETER = re.compile(r"{([^}]+)}")
_READ = re.compile(r"""(?:asked\((?:\w+, )?|query_param\w*\.get\()"(\w+)\"""")


@dataclass(frozen=True)
class Handler:
    """An event handler. `access` is empty for those that declare none: the framework's."""

    name: str
    access: str
    arguments: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        """Whether a State of the product has it, not Reflex itself."""
        return "assembly_ui" in self.name

    @property
    def state(self) -> str:
        """The full name of its State."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Route:
    """An HTTP route with one of its methods."""

    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """The names of the parts of the path that may be different."""
        return [name.partition(":")[0] for name in _PARAMETER.findall(self.path)]

    def filled(self, **values: str) -> str:
        """The path with its parameters filled in; `1` unless given."""
        return _PARAMETER.sub(lambda hit: values.get(hit[1].partition(":")[0], "1"), self.path)


def handlers() -> dict[str, Handler]:
    """Every handler that the socket can reach, by its full name. Needs the `app` fixture."""
    return {
        name: Handler(
            name,
            getattr(entry.handler.fn, "__access__", ""),
            tuple(inspect.signature(entry.handler.fn).parameters)[1:],
        )
        for name, entry in RegistrationContext.get().event_handlers.items()
    }


def state_vars() -> dict[str, list[str]]:
    """Every var of every State, those of the server (`_…`) included, by the State's name."""
    return {
        name: [*state.base_vars, *(state._backend_vars or {}), *state.computed_vars]
        for name, state in RegistrationContext.get().base_states.items()
    }


def pages(app: rx.App) -> list[str]:
    """The paths of all pages."""
    names = [name for name in app._unevaluated_pages if name != "404"]
    return ["/" if name == "index" else f"/{name}" for name in names]


def http_routes(http: FastAPI) -> list[Route]:
    """Every route and method of the HTTP part.

    HEAD comes with GET and is left out, and so are second spellings that begin with two slashes.
    """
    found = {
        Route(method, path)
        for path, methods in _walk(http.routes, "")
        for method in methods - {"HEAD"}
        if not path.startswith("//")
    }
    return sorted(found, key=lambda route: (route.path, route.method))


def _walk(routes: list[Any], prefix: str) -> Iterator[tuple[str, set[str]]]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from _walk(inner.routes, prefix + route.include_context.prefix)
        else:
            yield prefix + route.path, set(route.methods or {"GET"})


def declared_parameters(http: FastAPI) -> set[str]:
    """The names that routes declare to read behind the question mark."""
    return {
        parameter.alias
        for route in _all_routes(http.routes)
        if hasattr(route, "dependant")
        for parameter in route.dependant.query_params
    }


def _all_routes(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from _all_routes(inner.routes)
        else:
            yield route


def query_parameters() -> set[str]:
    """The names that pages and routes read behind the question mark, from the code itself."""
    found: set[str] = set()
    for file in (*PRODUCT.rglob("*.py"), *SIMULATORS.rglob("*.py")):
        found.update(_READ.findall(file.read_text()))
    return found

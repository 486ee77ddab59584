"""Conditions on what is inside a record, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, Text, cast, false, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from assembly_ui.sync.models import Record

DAY_LETTERS = 10
"""A moment begins with its day: 2026-09-01T08:30:00Z."""


def text_at(*path: str | int, of: type[Record] = Record) -> ColumnElement[str]:
    """The words at a path of the data; NULL where there are none."""
    return col(of.data)[path if len(path) > 1 else path[0]].as_string()


def number_at(*path: str) -> ColumnElement[int]:
    """The whole number at a path of the data."""
    return col(Record.data)[path if len(path) > 1 else path[0]].as_integer()


def is_so(*path: str, of: type[Record] = Record) -> ColumnElement[bool]:
    """Whether the truth value at a path of the data is true; what is not known is not."""
    found = col(of.data)[path if len(path) > 1 else path[0]].as_boolean()
    return func.coalesce(found, false())


def day_at(*path: str, of: type[Record] = Record) -> ColumnElement[str]:
    """The day, as letters that compare as days do."""
    return func.substr(text_at(*path, of=of), 1, DAY_LETTERS)


class lists_object(FunctionElement[bool]):
    """Whether the list `at` of the data holds an object whose `key` is `number`."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, at: str, key: str, number: ColumnElement[int]) -> None:
        # PostgreSQL has to be told what kind of parameter it is given.
        super().__init__(cast(literal(at), Text), cast(literal(key), Text), number)


@compiles(lists_object, "sqlite")
def _on_sqlite(element: lists_object, compiler: SQLCompiler, **options: Any) -> str:
    at, key, number = (compiler.process(part, **options) for part in element.clauses)
    each = f"json_each(records.data, '$.' || {at}) AS listed"
    found = f"json_extract(listed.value, '$.' || {key}) = {number}"
    return f"EXISTS (SELECT 1 FROM {each} WHERE {found})"  # noqa: S608


@compiles(lists_object, "postgresql")
def _on_postgresql(element: lists_object, compiler: SQLCompiler, **options: Any) -> str:
    at, key, number = (compiler.process(part, **options) for part in element.clauses)
    return (
        f"CAST(records.data -> {at} AS JSONB)"
        f" @> jsonb_build_array(jsonb_build_object({key}, CAST({number} AS INTEGER)))"
    )


class lists_one_of(FunctionElement[bool]):
    """Whether the list of numbers `at` holds one of those that a query gives."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, at: str, numbers: Select[Any]) -> None:
        super().__init__(cast(literal(at), Text), numbers.scalar_subquery())


@compiles(lists_one_of, "sqlite")
def _one_on_sqlite(element: lists_one_of, compiler: SQLCompiler, **options: Any) -> str:
    at, numbers = (compiler.process(part, **options) for part in element.clauses)
    each = f"json_each(records.data, '$.' || {at}) AS listed"
    return f"EXISTS (SELECT 1 FROM {each} WHERE listed.value IN {numbers})"  # noqa: S608


@compiles(lists_one_of, "postgresql")
def _one_on_postgresql(element: lists_one_of, compiler: SQLCompiler, **options: Any) -> str:
    at, numbers = (compiler.process(part, **options) for part in element.clauses)
    # Of what is no list, PostgreSQL refuses to give the elements.
    every = f"CASE WHEN json_typeof(records.data -> {at}) = 'array' THEN records.data -> {at} END"
    each = f"json_array_elements_text({every}) AS listed"
    found = f"CAST(listed AS INTEGER) IN {numbers}"
    return f"EXISTS (SELECT 1 FROM {each} WHERE {found})"  # noqa: S608

"""Tables of the API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field

from assembly_ui.db.database import Row


class PageCursor(Row, table=True):
    """Where the pages of a list begin for an app that reads it page by page.

    `id` is a hash of who reads which list, `boundaries` the last record id of every page but
    the last, and `last_change` what `Last-Modified` was derived from when the first page was
    read, at `started_at`. Written by `api.page_cursors`.
    """

    __tablename__ = "page_cursors"

    id: str = Field(primary_key=True, max_length=32)
    reader: str = Field(max_length=40, index=True)
    started_at: datetime = Field(index=True)
    last_change: datetime | None = None
    total: int
    boundaries: list[int] = Field(sa_column=Column(JSON, nullable=False))

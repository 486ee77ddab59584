"""What a school's MIS holds: whole, page by page, or only what changed."""

from __future__ import annotations

from typing import Any

from assembly_ui.xporter import wire
from assembly_ui.xporter.calls import Calls
from assembly_ui.xporter.endpoints import ENDPOINTS
from assembly_ui.xporter.envelope import open_envelope
from assembly_ui.xporter.errors import NoDataYet, WrongShape
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.reading import Ask, Read, Reading
from assembly_ui.xporter.records import Key, SchoolInfo
from assembly_ui.xporter.rows.school import CountRow, MetaRow, SchoolInfoRow


class SchoolData(Calls):
    """The data calls."""

    async def read(self, estab: str, key: Key, query: Query) -> Read:
        """All rows of a query, in memory."""
        return await self.pages(estab, key, query).collect()

    def pages(self, estab: str, key: Key, query: Query, *, page_size: int | None = None) -> Reading:
        """All rows of a query, a page at a time."""
        return Reading(
            self._asking(estab, key, query),
            query,
            estab=estab,
            page_size=page_size or self._page_size,
            dialect=self._dialect,
        )

    def changes(
        self,
        estab: str,
        key: Key,
        query: Query,
        since: Marker | None = None,
        *,
        page_size: int | None = None,
    ) -> Reading:
        """What changed since a marker, a page at a time; everything without one.

        Everything, too, when the service does not know the marker any more or it
        belongs to another query: `summary.is_full` tells.
        """
        return Reading(
            self._asking(estab, key, query),
            query,
            estab=estab,
            page_size=page_size or self._page_size,
            dialect=self._dialect,
            is_tracked=True,
            since=since,
        )

    async def database_status(self, estab: str, key: Key, query: Query) -> list[dict[str, Any]]:
        """How fresh the service's copy of these data is, without reading them.

        As it comes: all that is known of it is that "OK" is good (facts file, section 5).
        """
        params = query.params | {"onlygetDBStatus": "true"}
        answer = await self._of_school(estab, key, query.tail, params)
        found = wire.rows(answer, "__dbStatus__")
        if not found:
            raise WrongShape
        return found

    async def school_info(self, estab: str, key: Key) -> SchoolInfo:
        """The school as its MIS describes it.

        Raises:
            NoDataYet: nothing has been collected from the MIS so far.
        """
        rows, meta = await self._small(estab, key, "SchoolInfo")
        return self._school_info(SchoolInfoRow.read(rows[0]), meta)

    async def counts(self, estab: str, key: Key) -> dict[str, int]:
        """How many rows the service holds, by area; numbers only.

        Raises:
            NoDataYet: nothing has been collected from the MIS so far.
        """
        read = map(CountRow.read, (await self._small(estab, key, "Counts"))[0])
        return {row.area: row.count for row in read if row.area and row.count is not None}

    def _asking(self, estab: str, key: Key, query: Query) -> Ask:
        is_live = query.endpoint.live

        async def ask(params: dict[str, str]) -> dict[str, Any]:
            return await self._of_school(estab, key, query.tail, params, is_live=is_live)

        return ask

    async def _small(self, estab: str, key: Key, name: str) -> tuple[list[dict[str, Any]], MetaRow]:
        """The rows of an endpoint's main table, from one call, and where they came from."""
        answer = await self._of_school(estab, key, name)
        found = open_envelope(answer, ENDPOINTS[name], self._dialect)
        rows = found.tables.get(ENDPOINTS[name].tables[0])
        if not rows:
            raise NoDataYet
        return rows, found.meta

    def _school_info(self, row: SchoolInfoRow, meta: MetaRow) -> SchoolInfo:
        return SchoolInfo(
            estab=row.estab_id,
            name=row.name,
            mis=meta.mis,
            mis_version=meta.version,
            collected_at=self._time(meta.date_time),
            head=row.head,
            phase=row.phase,
            governance=row.governance,
            telephone=row.telephone,
            email=row.email,
            web=row.web,
            address=row.address,
            academic_year=row.current_academic_year,
            last_updated=self._time(row.last_updated),
        )

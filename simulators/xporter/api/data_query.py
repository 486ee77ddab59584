"""What a data call asks, apart from how the answer is paged, tracked or delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulators.school_data import Window
from simulators.xporter import errors
from simulators.xporter.api.call import Call
from simulators.xporter.api.endpoints import BY_NAME, Days, Endpoint

NOT_ASKED = {
    "page",
    "pagesize",
    "changedrows",
    "httpstatuscodes",
    "callbackurl",
    "onlygetdbstatus",
    "options",
    "select",
    "id",
}
DEFAULT_BACK, DEFAULT_AHEAD = timedelta(weeks=1), timedelta(weeks=2)


@dataclass(frozen=True)
class DataQuery:
    """An endpoint with everything that decides which rows and columns it gives.

    Names and options are lower-case, `params` in order of their names.
    """

    endpoint: str
    id: str
    params: tuple[tuple[str, str], ...]
    options: frozenset[str]
    select: frozenset[str]

    @property
    def about(self) -> Endpoint:
        """The endpoint."""
        return BY_NAME[self.endpoint]

    def param(self, name: str) -> str:
        """A parameter by its name in any case; "" when it was not sent."""
        return dict(self.params).get(name.casefold(), "")

    def words(self, name: str) -> list[str]:
        """The parts of a comma-separated parameter."""
        return [word.strip() for word in self.param(name).split(",") if word.strip()]

    def plain(self) -> dict[str, object]:
        """The same as JSON."""
        return {
            "endpoint": self.endpoint,
            "id": self.id,
            "params": [list(pair) for pair in self.params],
            "options": sorted(self.options),
            "select": sorted(self.select),
        }


def parse_data_query(call: Call) -> DataQuery:
    """Read a call.

    Raises:
        EndpointUnknown
        ParameterMissing: what the endpoint cannot do without.
        ParameterUnreadable: a date or number that is none.
    """
    if call.endpoint not in BY_NAME:
        raise errors.EndpointUnknown
    asked = DataQuery(
        endpoint=call.endpoint,
        id=(call.found.get("id") or call.param("id")).strip("/"),
        params=tuple(sorted((k, v) for k, v in call.params.items() if k not in NOT_ASKED and v)),
        options=_names(call.param("options")),
        select=_names(call.param("select")),
    )
    _check(asked)
    return asked


def from_plain(kept: dict[str, object]) -> DataQuery:
    """A question that was kept as JSON."""
    return DataQuery(
        endpoint=str(kept["endpoint"]),
        id=str(kept["id"]),
        params=tuple((name, value) for name, value in kept["params"]),  # type: ignore[attr-defined]
        options=frozenset(kept["options"]),  # type: ignore[call-overload]
        select=frozenset(kept["select"]),  # type: ignore[call-overload]
    )


def window_of(asked: DataQuery, today: date) -> Window | None:
    """The days an answer is about; None when the endpoint knows no days."""
    about = asked.about.days
    if about is Days.NONE:
        return None
    if about is Days.TODAY:
        day = day_of(asked, "date") or today
        return Window(day, day)
    first, last = _default_days(about, today)
    return Window(day_of(asked, "DateFrom") or first, day_of(asked, "DateTo") or last)


def day_of(asked: DataQuery, name: str) -> date | None:
    """A parameter that is a date; None when it was not sent.

    Raises:
        ParameterUnreadable
    """
    moment = moment_of(asked, name)
    return moment.date() if moment else None


def moment_of(asked: DataQuery, name: str) -> datetime | None:
    """A parameter that is a date or a time; None when it was not sent.

    Raises:
        ParameterUnreadable
    """
    if not (value := asked.param(name)):
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        raise errors.ParameterUnreadable(name) from None


def _default_days(about: Days, today: date) -> tuple[date, date]:
    if about is Days.YEAR:
        year = today.year if today.month >= 9 else today.year - 1
        return date(year, 9, 1), date(year + 1, 8, 31)
    return today - DEFAULT_BACK, today + DEFAULT_AHEAD


def _check(asked: DataQuery) -> None:
    if not asked.about.id_columns and not asked.id:
        raise errors.ParameterMissing("id")
    needed = ("DateFrom", "DateTo") if asked.about.days is Days.ASKED else ()
    for name in needed:
        if not asked.param(name):
            raise errors.ParameterMissing(name)
    if (one_of := asked.about.one_of) and not any(asked.param(name) for name in one_of):
        raise errors.ParameterMissing(" or ".join(one_of))
    for name in ("DateFrom", "DateTo", "date", "updatedSince", "ResultDateFrom", "ResultDateTo"):
        moment_of(asked, name)


def _names(listed: str) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in listed.split(",") if name.strip())

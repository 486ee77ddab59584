"""The school itself: who it is, how much there is of everything, its calendar."""

from __future__ import annotations

from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.wire import Day, Text, Whole, Wire


class SchoolInfoRow(Row):
    """The one row of SchoolInfo."""

    table = "SchoolInfo"

    estab_id: Text = ""
    name: Text = ""
    head: Text = ""
    main_contact: Text = ""
    phase: Text = ""
    governance: Text = ""
    telephone: Text = ""
    email: Text = ""
    web: Text = ""
    address: Text = ""
    deni_no: Text = ""
    exam_centre: Text = ""
    current_academic_year: Text = ""
    school_logo_url: Text = ""


class MetaRow(Wire):
    """The row of meta in every answer: where the data came from, and when."""

    mis: Text = ""
    version: Text = ""
    date_time: Text = ""


class CountRow(Row):
    """How many rows there are of an area."""

    table = "Counts"

    area: Text = ""
    count: Whole = None


class CalendarEvent(Row):
    """Something in the school's calendar. Times are hh:mm."""

    table = "Calendar"

    start_date: Day = None
    start_time: Text = ""
    end_date: Day = None
    end_time: Text = ""
    category: Text = ""
    description: Text = ""
    type: Text = ""

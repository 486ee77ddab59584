"""Lessons on their dates, the model they follow, and the days they fall on."""

from __future__ import annotations

from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.wire import Day, Names, Text, WallTime, Whole


class Lesson(Row):
    """A lesson of a class on one date. Staff and rooms are codes."""

    table = "Lessons"

    period_id: Text = ""
    class_id: Text = ""
    joined_id: Text = ""
    class_name: Text = ""
    period: Text = ""
    start_date_time: WallTime = None
    end_date_time: WallTime = None
    staff_codes: Names = ()
    room_codes: Names = ()
    subject_code: Text = ""
    subject_name: Text = ""


class LessonStaff(Row):
    """Who teaches: with `lesson_id` in Timetable, `timetable_lesson_id` in TimetableModel.

    The model calls the member of staff `staff`, the timetable `staff_id`.
    """

    table = "LessonStaff"

    lesson_id: Text = ""
    timetable_lesson_id: Text = ""
    staff_id: Text = ""
    staff: Text = ""
    staff_code: Text = ""


class LessonRoom(Row):
    """Where it is taught: `code` in Timetable, `room_code` in TimetableModel."""

    table = "LessonRooms"

    lesson_id: Text = ""
    timetable_lesson_id: Text = ""
    room_id: Text = ""
    code: Text = ""
    room_code: Text = ""
    room_name: Text = ""


class Timetable(Row):
    """A timetable of the academic year."""

    table = "Timetables"

    description: Text = ""
    start_date: Day = None
    end_date: Day = None
    days_per_cycle: Whole = None
    periods_per_cycle: Whole = None
    teaching_periods_per_cycle: Whole = None


class TimetableDay(Row):
    """A day of the cycle."""

    table = "TimetableDays"

    timetable_id: Text = ""
    day_name: Text = ""
    sequence: Whole = None


class TimetablePeriod(Row):
    """A period of a day of the cycle. Times are hh:mm."""

    table = "TimetablePeriods"

    timetable_day_id: Text = ""
    period_name: Text = ""
    start_time: Text = ""
    end_time: Text = ""
    period_sequence: Whole = None


class TimetableLesson(Row):
    """A lesson of the cycle."""

    table = "TimetableLessons"

    timetable_period_id: Text = ""


class LessonClass(Row):
    """The class, and the subject, of a lesson of the cycle."""

    table = "LessonClasses"

    timetable_lesson_id: Text = ""
    group_id: Text = ""
    group_name: Text = ""
    subject_id: Text = ""
    subject_name: Text = ""


class TimetableDayInstance(Row):
    """The date on which a day of the cycle falls."""

    table = "TimetableDayInstances"

    timetable_day_id: Text = ""
    date: Day = None


class _Event(Row):
    event_id: Text = ""
    event_description: Text = ""
    start_date_time: WallTime = None
    end_date_time: WallTime = None


class Weekday(_Event):
    """A school day."""

    table = "TTDays"


class Session(_Event):
    """A morning or an afternoon."""

    table = "TTSessions"

    day_id: Text = ""
    session: Text = ""


class Period(_Event):
    """A period of a school day; lessons refer to it."""

    table = "TTPeriods"

    day_id: Text = ""
    session_id: Text = ""
    session: Text = ""


class Subject(Row):
    """A subject of the timetable."""

    table = "TTSubjects"

    code: Text = ""
    name: Text = ""


class Room(Row):
    """A room of the timetable."""

    table = "TTRooms"

    code: Text = ""
    name: Text = ""

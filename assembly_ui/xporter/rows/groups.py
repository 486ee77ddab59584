"""Year groups, houses, registration groups, teaching groups, and who is in them."""

from __future__ import annotations

from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.wire import Day, Names, Text, Whole


class Group(Row):
    """A group with at least one member. `staff` are codes; subjects come with an option."""

    table = "Group"

    xid: Text = ""
    external_id: Text = ""
    idaas_id: Text = ""
    type_id: Text = ""
    type: Text = ""
    code: Text = ""
    name: Text = ""
    primary_staff_id: Text = ""
    staff: Names = ()
    num_students: Whole = None
    student_ids: Names = ()
    staff_ids: Names = ()
    student_idaas_ids: Names = ()
    staff_idaas_ids: Names = ()
    subject_local_id: Text = ""
    subject_code: Text = ""
    subject_name: Text = ""


class StaffMember(Row):
    """A member of staff in a group."""

    table = "StaffMembers"

    group_id: Text = ""
    staff_id: Text = ""
    staff_role: Text = ""
    group_external_id: Text = ""
    staff_external_id: Text = ""
    group_idaas_id: Text = ""
    staff_idaas_id: Text = ""


class StudentMember(Row):
    """A pupil in a group."""

    table = "StudentMembers"

    group_id: Text = ""
    student_id: Text = ""
    group_external_id: Text = ""
    student_external_id: Text = ""
    group_idaas_id: Text = ""
    student_idaas_id: Text = ""
    start_date: Day = None
    end_date: Day = None


class GroupType(Row):
    """A kind of group."""

    table = "GroupTypes"

    type_code: Text = ""
    type_description: Text = ""
    parent_group_type_id: Text = ""

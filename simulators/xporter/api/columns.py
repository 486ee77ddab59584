"""Which columns need a scope or an option of their own, by table.

Facts known of Xporter on Demand, section 7.3 ("scope split"); where they name only
the scope, which columns belong to it is our reading. Columns not listed come with
their endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulators.xporter.api.endpoints import allows

_ADDRESS = (
    "AddressBlock HouseNo HouseName Apartment Street District TownOrCity County PostCode Country"
)

_CONDUCT = ("Conducts", "Achievements", "Behaviour")

_SCOPES: Mapping[str, Mapping[str, str]] = {
    "Students": {
        "Student": "KeyStage NCYear StandardYearGroupCode StandardYearGroupName BoardingHouse "
        "PartTime OnReport Disabled AdmissionNo EnrolmentStatus Boarder YearTaughtIn CandidateNo "
        "ParentIdaasIds ParentXIDs LeavingYearGroup LeavingRegGroup PreAdmissionYearGroup "
        "PreAdmissionRegGroup",
        "StudentExtended": "DateofBirth DateOfBirth UniqueLearnerNumber MiddleName LegalForename "
        "LegalSurname PreviousLegalSurname EntryDate LeavingDate Destination "
        "DestinationStartDate ReasonForLeaving",
        "UPN": "UPN FormerUPN",
        "SEN, SENTypes": "SENProvision",
        "StudentFunding": "FSMEligible FsmStartDate FsmEndDate UniformAllowance PupilPremium "
        "YSSA EAL FSMEver6",
        "StudentDemographic": "Gifted ServiceChild ServiceChildSource HomeLanguage "
        "HomeLanguageCode FirstLanguage FirstLanguageCode FirstLanguageSource "
        "EnglishProficiencyLevel EnglishProficiencyLevelCode NationalIdentity "
        "Nationality CountryOfBirth CountryOfBirthCode ModeOfTravel IsTraveller "
        "TravellerSource AsylumStatus",
        "StudentFamily": "InLeaCare LeaCareAuthority EverInCare IsYoungCarer ParentalSalutation "
        "StudentSiblingIds",
        "StudentReligion": "ReligionCode Religion",
        "StudentEthnicity": "EthnicityCode Ethnicity EthnicitySource",
        "StudentFreeText": "QuickNote",
        "Address": _ADDRESS,
        "School": "GroupIds GroupIdaasIds GroupXIDs",
        "Attendance": "AttStatsStartDate AttStatsEndDate NumPossMarks NumPresMarks NumAEAMarks "
        "NumAuthAbsMarks NumUnauthAbsMarks NumMissMarks NumLateMarks NumLateBeforeRegMarks "
        "AttMarksStartDate AttMarksEndDate Marks",
    },
    "Staff": {
        "Staff": "Title Suffix Roles RoleCodes WorkPhone IsTeacher IsSupport IsSupply",
        "StaffExtended": "MiddleName LegalForename LegalSurname DateOfBirth",
        "StaffEmployment": "NINumber TeacherNumber EmploymentStart EmploymentEnd PayrollNumber "
        "TeacherCategory",
        "StaffEthnicity": "EthnicityCode Ethnicity",
        "StaffPersonalContact": "HomeEmail HomePhone MobilePhone",
        "StaffAddress": _ADDRESS,
        "School": "GroupIds GroupIdaasIds GroupXIDs",
    },
    "Group": {
        "Student, StudentLite": "StudentIds StudentIdaasIds StudentXIDs",
        "Staff, StaffLite": "StaffIds StaffIdaasIds StaffXIDs",
    },
    **{table: {"ConductComments": "Description"} for table in _CONDUCT},
    "Contacts": {
        "Address": _ADDRESS,
        "Student, StudentLite": "ChildIds ChildIdaasIds ChildXIDs",
    },
}

_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "Students": {
        "includeGroupIds": "GroupIds",
        "includeGroupIdaasIds": "GroupIdaasIds",
        "includeGroupXIDs": "GroupXIDs",
        "includeParentIdaasIds": "ParentIdaasIds",
        "includeParentXIDs": "ParentXIDs",
        "includeAttStats": "AttStatsStartDate AttStatsEndDate NumPossMarks NumPresMarks "
        "NumAEAMarks NumAuthAbsMarks NumUnauthAbsMarks NumMissMarks NumLateMarks "
        "NumLateBeforeRegMarks",
        "includeAttMarkString": "AttMarksStartDate AttMarksEndDate Marks",
        "includeSiblingsList": "StudentSiblingIds",
        "includeLeavers": "LeavingYearGroup LeavingRegGroup",
        "includePreAdmissions": "PreAdmissionYearGroup PreAdmissionRegGroup",
    },
    "Staff": {
        "includeGroupIds": "GroupIds",
        "includeGroupIdaasIds": "GroupIdaasIds",
        "includeGroupXIDs": "GroupXIDs",
    },
    "Group": {
        "includeMembersIds": "StudentIds StaffIds",
        "includeMembersIdaasIds": "StudentIdaasIds StaffIdaasIds",
        "includeMembersXIDs": "StudentXIDs StaffXIDs",
        "includeSubjects": "SubjectLocalId SubjectCode SubjectName",
        "includeGroupTypes": "TypeId",
    },
    **{
        table: {"includeStudentIds": "StudentIds", "includeStaffIds": "StaffIds"}
        for table in _CONDUCT
    },
    "Contacts": {
        "includeChildIdaasIds": "ChildIdaasIds",
        "includeChildXIDs": "ChildXIDs",
    },
    "StudentContacts": {"includeExternalIds": "StudentExternalId ContactExternalId"},
    "AttendMarks": {"includeExternalId": "StudentExternalId"},
}


@dataclass(frozen=True)
class Column:
    """What a column needs; "" for nothing."""

    scope: str = ""
    option: str = ""


def needs_of(table: str) -> dict[str, Column]:
    """What the columns of a table need, by name; columns that need nothing are not there."""
    scopes, options = _inverse(_SCOPES.get(table, {})), _inverse(_OPTIONS.get(table, {}))
    return {
        name: Column(scopes.get(name, ""), options.get(name, ""))
        for name in scopes.keys() | options.keys()
    }


def left_out(
    table: str, columns: Iterable[str], granted: frozenset[str], options: frozenset[str]
) -> frozenset[str]:
    """The columns of a table that are absent under these scopes and lower-case options."""
    needs = needs_of(table)
    return frozenset(
        name
        for name in columns
        if (need := needs.get(name))
        and not (
            (not need.scope or allows(need.scope, granted))
            and (not need.option or need.option.casefold() in options)
        )
    )


def _inverse(columns_by: Mapping[str, str]) -> dict[str, str]:
    return {name: need for need, names in columns_by.items() for name in names.split()}

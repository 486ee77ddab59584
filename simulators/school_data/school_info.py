"""SchoolInfo: who the school is."""

from __future__ import annotations

from simulators.school_data.academic_year import AcademicYearData, last_of
from simulators.school_data.addresses import COUNTY, an_address, home_phone, school_domain
from simulators.school_data.identifiers import draws
from simulators.school_data.identity import Row, Stamp
from simulators.school_data.posts import holder_at, posts_of
from simulators.school_data.staff_members import member_of


def info_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table SchoolInfo: one row."""
    identity, shape = core.identity, core.shape
    holder = holder_at(identity, posts_of(identity)[0], at)
    head = member_of(identity, holder)
    name = f"{head.title} {head.forename[0]} {head.surname_at(at)}"
    domain = school_domain(identity)
    place = an_address(draws(identity, "school-address"), 0)
    postcode = place.postcode if identity.postcode is None else identity.postcode
    address = (identity.name, place.street, place.town, COUNTY, postcode)
    renamed = [head.renamed[0]] if head.renamed else []
    return [
        {
            "Id": "1",
            "Name": identity.name,
            "Head": name,
            "MainContact": name,
            "Telephone": identity.phone or home_phone(0),
            "Web": f"https://www.{domain}",
            "Email": f"office@{domain}",
            "DeniNo": None,
            "Governance": "Independent",
            "Phase": _phase(shape.lowest, shape.highest),
            "ExamCentre": f"{int(identity.estab[-5:] or 0) % 100_000:05}"
            if identity.estab.isdigit()
            else None,
            "Address": "\n".join(filter(None, address)),
            "EstabId": identity.estab,
            "CurrentAcademicYear": str(core.year),
            "SchoolLogoUrl": None,
            "SchoolLogoAlternateUrl": None,
            "LastUpdated": last_of(renamed, at, max(core.first, holder.starts)),
        }
    ]


def _phase(lowest: int, highest: int) -> str:
    if highest <= 8:
        return "Primary"
    return "All-through" if lowest < 7 else "Secondary"

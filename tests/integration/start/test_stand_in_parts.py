"""What the running demo gives its stand-in."""

from __future__ import annotations

from assembly_ui.demo.register_lookup import edubase_of
from assembly_ui.schools.register import Register, RegisterSchool
from simulators.xporter.simulator import EdubaseQuery

SCHOOL = RegisterSchool(
    urn="103585",
    la_code="330",
    establishment_number="2005",
    name="King's School",
    local_authority="Birmingham",
    postcode="B1 1AA",
    town="Birmingham",
    phase="Secondary",
    type="Other independent school",
    status="Open",
    website="",
    telephone="01214960000",
)


def test_schools_are_looked_up_in_the_register() -> None:
    find = edubase_of(Register([SCHOOL]))
    (row,) = find(EdubaseQuery(words="king"))
    assert (row["Estab"], row["EstablishmentName"]) == ("3302005", "King's School")
    assert find(EdubaseQuery(words="king", la_code="999")) == []
    assert find(EdubaseQuery(words="king", telephone="0121 496")) == [row]
    assert find(EdubaseQuery(postcode="b1 1aa")) == [row]
    assert find(EdubaseQuery()) == []

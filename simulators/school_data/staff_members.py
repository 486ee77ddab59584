"""People who work at the school: details, codes and the Staff table.

Staff holds those who work here (Current), who will (Future) and who did until
this or the previous academic year (Previous); `StaffStatus` tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulators.school_data.addresses import (
    PARENTS_DOMAIN,
    an_address,
    home_phone,
    mailbox,
    mobile_phone,
    school_domain,
)
from simulators.school_data.households import BACKGROUNDS, count_until
from simulators.school_data.identifiers import draws, identifiers, ni_number, teacher_number
from simulators.school_data.identity import Identity, Row, Stamp, dice
from simulators.school_data.name_parts import BOYS, GIRLS, SURNAMES
from simulators.school_data.posts import Holder
from simulators.school_data.terms import office_moment, start_of, the_year

MOVES_A_YEAR = 0.08
RENAMED_IN_A_LIFE = 0.05


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a post. `moves` change the address and home phone."""

    holder: Holder
    male: bool
    title: str
    forename: str
    middle: str | None
    surname: str
    renamed: tuple[Stamp, str] | None
    born: str
    moves: tuple[Stamp, ...]

    @property
    def number(self) -> int:
        """The person's number, which is the Id."""
        return self.holder.number

    @property
    def teaches(self) -> bool:
        """Whether this is a teacher."""
        return self.holder.post.department is not None

    @property
    def forgotten(self) -> Stamp:
        """Until when the MIS shows somebody who left."""
        ends = self.holder.ends
        year = int(ends[:4]) - (ends[5:7] < "09")
        return start_of((year - 1 if ends == start_of(year) else year) + 2)

    def surname_at(self, at: Stamp) -> str:
        """The surname at `at`."""
        return self.renamed[1] if self.renamed and self.renamed[0] <= at else self.surname

    def changes(self) -> list[Stamp]:
        """When details change."""
        return [*self.moves, *([self.renamed[0]] if self.renamed else [])]


@lru_cache(maxsize=4000)
def member_of(identity: Identity, holder: Holder) -> Member:
    """Who holds the post."""
    rng = dice(identity.key, "staff", holder.number)
    male = rng.random() < 0.42
    forename, middle = rng.sample(BOYS if male else GIRLS, 2)
    surname = rng.choice(SURNAMES)
    first, last = int(holder.starts[:4]), int(holder.ends[:4])
    moments = [
        office_moment(rng, the_year(year))
        for year in range(first, last)
        if rng.random() < MOVES_A_YEAR
    ]
    renamed = office_moment(rng, the_year(rng.randint(first, max(first, last - 1))))
    other = SURNAMES[(SURNAMES.index(surname) + rng.randrange(1, len(SURNAMES))) % len(SURNAMES)]
    is_renamed = rng.random() < RENAMED_IN_A_LIFE and holder.starts < renamed < holder.ends
    return Member(
        holder,
        male,
        "Mr" if male else rng.choice(("Mrs", "Ms", "Miss", "Dr")),
        forename,
        middle if rng.random() < 0.5 else None,
        surname,
        (renamed, other) if is_renamed else None,
        f"{first - rng.randint(23, 55)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        tuple(moment for moment in moments if holder.starts < moment < holder.ends),
    )


def staff_code(member: Member) -> str:
    """Three letters, and a digit in the largest schools; unique and for life."""
    return _letters(member.number)


def status_at(member: Member, at: Stamp) -> str | None:
    """Future, Current or Previous; None when the MIS does not know the person at `at`."""
    holder = member.holder
    if not holder.known <= at < member.forgotten:
        return None
    if at < holder.starts:
        return "Future"
    return "Current" if at < holder.ends else "Previous"


def staff_row(identity: Identity, member: Member, *, at: Stamp, status: str, placed: Row) -> Row:
    """A row of Staff but for LastUpdated; `placed` is what the year's timetable says."""
    holder = member.holder
    until = min(at, holder.ends)
    surname, moves = member.surname_at(until), count_until(member.moves, until)
    domain = school_domain(identity)
    post = holder.post
    return {
        **identifiers(identity, "PWT", member.number),
        "Title": member.title,
        "Suffix": None,
        "StaffCode": staff_code(member),
        "StaffStatus": status,
        "Forename": member.forename,
        "Surname": surname,
        "DisplayName": f"{member.title} {member.forename[0]} {surname}",
        "WorkEmail": work_email(member, domain),
        "IdaasEmail": None,
        "WorkPhone": home_phone(0),
        "Gender": "M" if member.male else "F",
        "MiddleName": member.middle,
        "LegalForename": member.forename,
        "LegalSurname": surname,
        **_ethnicity(member),
        "DateOfBirth": member.born,
        "NINumber": ni_number(member.number),
        "TeacherNumber": teacher_number(member.number) if member.teaches else None,
        "PayrollNumber": f"{member.number:06}",
        "EmploymentStart": holder.starts[:10],
        "EmploymentEnd": holder.ends[:10] if status == "Previous" else None,
        "Roles": post.role,
        "RoleCodes": f"R{post.index}",
        "TeacherCategory": "Qualified" if member.teaches else None,
        "HomeEmail": home_email(member),
        "HomePhone": home_phone(member.number + 37 * moves),
        "MobilePhone": mobile_phone(member.number * 7),
        "IsTeacher": int(member.teaches),
        "IsSupport": int(not member.teaches),
        "IsSupply": 0,
        **placed,
        **an_address(draws(identity, "staff-address", member.number, moves), moves).columns(),
    }


def _ethnicity(member: Member) -> Row:
    code, name = BACKGROUNDS[member.number * 7 % len(BACKGROUNDS)][:2]
    return {"EthnicityCode": code, "Ethnicity": name}


def home_email(member: Member) -> str:
    """A private address."""
    return f"{mailbox(member.forename, member.surname)}{member.number}@{PARENTS_DOMAIN}"


def work_email(member: Member, domain: str) -> str:
    """The address at the school, kept when the surname changes."""
    return f"{mailbox(member.forename, member.surname)}.{member.number}@{domain}"


@lru_cache(maxsize=4000)
def _letters(number: int) -> str:
    # 17,576 codes; multiplying by a number prime to 26 keeps them apart and looks less counted.
    more, number = divmod(number, 17_576)
    number = number * 5_041 % 17_576
    letters = "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))
    return f"{letters}{more or ''}"

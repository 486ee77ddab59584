"""Which people stand behind a year's groups at a moment."""

from __future__ import annotations

from itertools import pairwise

from simulators.school_data.academic_year import (
    BOARDING,
    FORMS,
    FORMS_A_YEAR,
    HOUSES,
    YEAR_GROUPS,
    AcademicYearData,
)
from simulators.school_data.identity import Identity, Stamp
from simulators.school_data.posts import Post, holder_at, posts_of, teaching_posts
from simulators.school_data.school_profile import profile_of
from simulators.school_data.teaching_groups import TeachingGroup
from simulators.school_data.timetable import cover_at


def leading_posts(identity: Identity) -> dict[int, Post]:
    """The post that leads each year group, house, boarding house and form; the same for ever."""
    shape, posts = profile_of(identity), teaching_posts(identity)
    numbers = [
        FORMS + year * FORMS_A_YEAR + form for year in shape.years for form in range(shape.forms)
    ]
    numbers += [YEAR_GROUPS + year for year in shape.years]
    numbers += [HOUSES + house for house in range(len(shape.houses))]
    numbers += [BOARDING + house for house in range(len(shape.boarding))]
    return {number: posts[turn * 7 % len(posts)] for turn, number in enumerate(numbers)}


class Staffing:
    """Who teaches and leads what at the moment `at` of a year."""

    def __init__(self, core: AcademicYearData, at: Stamp) -> None:
        self.core, self.at = core, at
        self.posts = posts_of(core.identity)
        self.holders = {post.index: holder_at(core.identity, post, at) for post in self.posts}
        self.leaders = leading_posts(core.identity)

    def of_class(self, group: TeachingGroup) -> list[tuple[int, Stamp]]:
        """People of a class, first the one who has most of it, each with since when."""
        since, cover = cover_at(group.staff, self.at)
        return [
            (holder.number, max(since, holder.starts))
            for holder in (self.holders[index] for index, _ in cover)
        ]

    def of_leader(self, number: int) -> tuple[int, Stamp]:
        """Who leads a year group, house or form, and since when."""
        holder = self.holders[self.leaders[number].index]
        return holder.number, holder.starts

    def groups_of(self) -> dict[int, list[int]]:
        """Numbers of the groups each person teaches or leads, by person."""
        found: dict[int, list[int]] = {}
        for number in self.leaders:
            found.setdefault(self.of_leader(number)[0], []).append(number)
        for group in self.core.classes:
            for person, _ in self.of_class(group):
                found.setdefault(person, []).append(group.number)
        return found

    def changes(self) -> dict[int, Stamp]:
        """When the classes of a post last changed, by index of the post."""
        found: dict[int, Stamp] = {}
        for group in self.core.classes:
            timeline = [entry for entry in group.staff if entry[0] <= self.at]
            for since, cover in timeline:
                for index, _ in cover:
                    found[index] = max(found.get(index, ""), since)
            for (_, before), (until, _) in pairwise(timeline):
                for index, _ in before:
                    found[index] = max(found.get(index, ""), until)
        return found

"""School search: the server's answer, for what people type, typos and postcodes among it."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence

from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.schools.register_file import SHIPPED, read_register
from tools.bench.rows import Row, at_most, percentile

AREA = "School search"
ROUNDS = 7
SCHOOLS = 40
WHY = "Long misspelt names take the longest: every word is looked for with slips in three fields."


def measure() -> list[Row]:
    """Time the register's search in this process, one query after the other."""
    schools = list(read_register(SHIPPED))
    register = Register(schools)
    queries = what_people_type(schools)
    rounds = [[_seconds(register, query) * 1000 for query in queries] for _ in range(ROUNDS)]
    # The middle time of each query: what another program took of one round is left out.
    times = [statistics.median(of_one) for of_one in zip(*rounds, strict=True)]
    half, most = percentile(times, 0.5), percentile(times, 0.99)
    what = f"server, {len(queries)} queries over {len(register):,} schools"
    return [
        at_most(
            AREA,
            f"{what}, p99",
            most,
            5,
            "ms",
            shown=f"{most:.1f} ms (p50 {half:.1f})",
            why=WHY,
        )
    ]


def what_people_type(schools: Sequence[RegisterSchool]) -> list[str]:
    """The same queries in every run: names letter by letter, typos, places, postcodes, numbers."""
    chance = random.Random(2026)  # noqa: S311
    every = [school for school in schools if school.is_open and school.postcode]
    chosen = chance.sample(every, SCHOOLS)
    typed = [query for school in chosen for query in _about(school, chance)]
    letter_by_letter = [school.name[:letters] for school in chosen[:8] for letters in range(1, 13)]
    return [query for query in typed + letter_by_letter if query.strip()]


def _about(school: RegisterSchool, chance: random.Random) -> list[str]:
    return [
        school.name.lower(),
        school.name[: chance.randint(4, 9)],
        _misspelt(school.name, chance),
        f"{school.name} {school.town}",
        school.postcode,
        school.postcode.replace(" ", "").lower(),
        school.postcode.partition(" ")[0],
        school.local_authority,
        school.urn,
        school.dfe_number,
    ]


def _misspelt(name: str, chance: random.Random) -> str:
    """Two letters swapped, as quick fingers do."""
    at = chance.randrange(1, max(2, min(len(name), 10) - 1))
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def _seconds(register: Register, query: str) -> float:
    started = time.perf_counter()
    register.search(query)
    return time.perf_counter() - started

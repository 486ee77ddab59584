"""Assembly's own catalogue: subjects, assessments with their grades, points and facets.

It is the same for every school; what the MIS calls things is mapped onto it. Codes and
keys are for ever: mappings and ids hang on them. Shapes: facts file, section 2.7. Pure data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

INTERNAL, EXAMINATIONS, NATIONAL = (
    "assessments.internal",
    "assessments.examinations",
    "assessments.national",
)
"""The scopes by which results of an assessment are shared."""

FACETS = ("achieved", "target", "prediction", "baseline")
"""What a result says; in the order of the facts file."""


@dataclass(frozen=True)
class Subject:
    """A subject, the same at every school."""

    code: str
    name: str


@dataclass(frozen=True)
class Assessment:
    """What is assessed, on which grades from the lowest to the highest.

    `scope` is the one its results are shared by. `year_codes` are the year groups it is
    meant for; none means any.
    """

    key: str
    name: str
    family_id: int
    family_name: str
    scope: str
    grades: tuple[str, ...]
    year_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssessmentPoint:
    """A time at which pupils of a year group are assessed, in the order of `rank`."""

    rank: int
    name: str
    type: str
    year_code: str


_SUBJECTS = """
    ACC Accounting; ANH Ancient History; ARA Arabic; ART Art and Design; APS Applied Science;
    BEN Bengali; BIO Biology; BUS Business; CAR Careers; CHD Child Development; CHE Chemistry;
    CIT Citizenship; CLC Classical Civilisation; COM Computer Science; COR Core Mathematics;
    CRI Criminology; CRT Critical Thinking; DAN Dance; DRA Drama; DTE Design and Technology;
    ECO Economics; ELE Electronics; ENG English; ENL English Literature; ENR Engineering;
    ENV Environmental Science; EPQ Extended Project; FIL Film Studies;
    FOO Food Preparation and Nutrition; FRE French; FUR Further Mathematics; GEN General Studies;
    GEO Geography; GER German; GLG Geology; GRA Graphics; GRK Greek; HEB Modern Hebrew;
    HIS History; HSC Health and Social Care; ICT Information and Communication Technology;
    IRI Irish; ITA Italian; JAP Japanese; LAT Latin; LAW Law; LIB Library; MAN Mandarin;
    MAT Mathematics; MED Media Studies; MFL Modern Foreign Languages; MUS Music;
    MUT Music Technology; PED Physical Education; PER Performing Arts; PHI Philosophy;
    PHO Photography; PHY Physics; POL Politics; POR Portuguese; PLS Polish; PSY Psychology;
    PSH Personal Social Health and Economic Education; REL Religious Studies; RUS Russian;
    SCI Science; SOC Sociology; SPA Spanish; STA Statistics; TEX Textiles;
    TOU Travel and Tourism; TUR Turkish; TUT Tutor; URD Urdu; WEL Welsh
"""

SUBJECTS: tuple[Subject, ...] = tuple(
    Subject(code, name)
    for code, name in (
        " ".join(one.split()).split(" ", 1) for one in _SUBJECTS.split(";") if one.strip()
    )
)
"""By code."""

_NINE = tuple(str(grade) for grade in range(1, 10))
_LETTERS = ("U", "E", "D", "C", "B", "A", "A*")
_PERCENT = tuple(str(mark) for mark in range(101))
_STANDARD = ("BLW", "WTS", "EXS", "GDS")
_SCALED = tuple(str(score) for score in range(80, 121))
_ABILITY = tuple(str(score) for score in range(59, 142))
_BTEC = ("U", "P", "M", "D", "D*")
_PRIMARY = tuple("R123456")
_SECONDARY = ("7", "8", "9", "10", "11")
_SIXTH_FORM = ("12", "13")

ASSESSMENTS: tuple[Assessment, ...] = (
    Assessment("working_at", "Working at", 1, "Teacher assessment", INTERNAL, _STANDARD, _PRIMARY),
    Assessment("percentage", "Exam percentage", 2, "School examinations", INTERNAL, _PERCENT),
    Assessment(
        "gcse_working", "GCSE grade (9 to 1)", 3, "GCSE", INTERNAL, ("U", *_NINE), _SECONDARY
    ),
    Assessment("a_level_working", "A level grade", 4, "A level", INTERNAL, _LETTERS, _SIXTH_FORM),
    Assessment("btec_working", "BTEC grade", 5, "BTEC", INTERNAL, _BTEC),
    Assessment("effort", "Effort", 6, "Attitude to learning", INTERNAL, ("1", "2", "3", "4", "5")),
    Assessment("reading_age", "Reading age (years)", 7, "Reading", INTERNAL, _PERCENT[4:20]),
    Assessment("ability_verbal", "Ability test: verbal", 8, "Ability tests", INTERNAL, _ABILITY),
    Assessment(
        "ability_quantitative", "Ability test: quantitative", 8, "Ability tests", INTERNAL, _ABILITY
    ),
    Assessment(
        "ability_non_verbal", "Ability test: non-verbal", 8, "Ability tests", INTERNAL, _ABILITY
    ),
    Assessment("ability_spatial", "Ability test: spatial", 8, "Ability tests", INTERNAL, _ABILITY),
    Assessment("ability_mean", "Ability test: mean", 8, "Ability tests", INTERNAL, _ABILITY),
    Assessment(
        "gcse_examination", "GCSE examination", 3, "GCSE", EXAMINATIONS, ("U", *_NINE), ("10", "11")
    ),
    Assessment(
        "a_level_examination",
        "A level examination",
        4,
        "A level",
        EXAMINATIONS,
        _LETTERS,
        _SIXTH_FORM,
    ),
    Assessment("btec_examination", "BTEC award", 5, "BTEC", EXAMINATIONS, _BTEC),
    Assessment(
        "eyfs_goals",
        "Early learning goals",
        9,
        "National assessments",
        NATIONAL,
        ("1", "2"),
        ("R",),
    ),
    Assessment(
        "phonics",
        "Phonics screening check",
        9,
        "National assessments",
        NATIONAL,
        _PERCENT[:41],
        ("1", "2"),
    ),
    Assessment(
        "ks1_assessment",
        "Key stage 1 teacher assessment",
        9,
        "National assessments",
        NATIONAL,
        _STANDARD,
        ("2",),
    ),
    Assessment(
        "times_tables",
        "Multiplication tables check",
        9,
        "National assessments",
        NATIONAL,
        _PERCENT[:26],
        ("4",),
    ),
    Assessment(
        "ks2_scaled",
        "Key stage 2 scaled score",
        9,
        "National assessments",
        NATIONAL,
        _SCALED,
        ("6",),
    ),
    Assessment(
        "ks2_assessment",
        "Key stage 2 teacher assessment",
        9,
        "National assessments",
        NATIONAL,
        _STANDARD,
        ("6",),
    ),
)
"""In the order in which people look for them."""

YEAR_CODES = ("R", *(str(year) for year in range(1, 14)))
KEY_STAGES = {"2": 1, "6": 2, "9": 3, "11": 4, "13": 5}
"""Which key stage ends with which year group."""

POINTS_A_YEAR = 12
"""How far the ranks of a year group are from those of the next."""

TERMS = ("Autumn", "Spring", "Summer")
_WITHIN = (*((half, term) for term in range(3) for half in range(2)),)


def _points() -> Iterator[AssessmentPoint]:
    for place, code in enumerate(YEAR_CODES):
        year = "Reception" if code == "R" else f"Year {code}"
        first = place * POINTS_A_YEAR + 1
        for half, term in _WITHIN:
            rank = first + 3 * term + half
            yield AssessmentPoint(rank, f"{year} {TERMS[term]} {half + 1}", "half-term", code)
            if half:
                yield AssessmentPoint(rank + 1, f"{year} {TERMS[term]}", "term", code)
        yield AssessmentPoint(first + 9, year, "year", code)
        if code in KEY_STAGES:
            name = f"End of key stage {KEY_STAGES[code]}"
            yield AssessmentPoint(first + 10, name, "key stage", code)


ASSESSMENT_POINTS: tuple[AssessmentPoint, ...] = tuple(_points())
"""In order of rank. The rank is the same at every school."""


def rank_of_term(year_code: str, term: int) -> int | None:
    """The rank of a year group's term (0 is autumn); None for a year group without points."""
    if year_code not in YEAR_CODES:
        return None
    return YEAR_CODES.index(year_code) * POINTS_A_YEAR + 1 + 3 * term + 2

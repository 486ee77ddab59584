"""What a subject of the MIS most likely is, from how the school wrote it. Pure.

Schools write "Maths", "MA", "Y10 Mathmatics" or "Maths (Set 1)". Names say more than
codes, and the longest thing recognised wins: "Further Maths" is not Mathematics.
Nothing at all is better than a wrong guess: what is not recognised stays unmapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from assembly_ui.sync.mapping.catalogue import SUBJECTS

_SYNONYMS = """
    mathematics, maths, math, ma, mat, mth
    further mathematics, further maths, fmaths, further math, fm
    statistics, stats
    core mathematics, core maths
    english, english language, eng, en, english lang
    english literature, english lit, eng lit, el, literature
    science, sciences, general science, sc, sci, combined science, double science, trilogy science
    biology, bio, bi, human biology
    chemistry, chem, ch
    physics, phys, ph, phy
    applied science
    history, hist, hi, his
    geography, geog, gg, ge, geo
    religious studies, religious education, re, rs, rel studies, religion, theology,
        religion philosophy and ethics, rpe, philosophy and ethics, divinity
    philosophy, phil
    french, fr, fre
    german, gm, de, ger, deutsch
    spanish, sp, spa, es, espanol
    italian, it, ital
    russian, russ
    mandarin, chinese, mandarin chinese, chinese mandarin
    arabic
    japanese
    portuguese
    polish
    urdu
    turkish
    bengali
    modern hebrew, hebrew
    welsh, cymraeg, welsh language
    irish, gaeilge
    modern foreign languages, modern languages, mfl, languages
    latin, la, lat
    greek, ancient greek, classical greek
    classical civilisation, classics, class civ, classical studies, classical civilization
    ancient history
    art and design, art, ar, art design, fine art
    photography, photo
    textiles, art textiles, textile design
    graphics, graphic design, graphic communication, graphic products
    design and technology, design technology, dt, d and t, tech, technology, resistant materials,
        product design
    food preparation and nutrition, food, food technology, food tech, cooking, food and nutrition,
        catering, hospitality and catering
    engineering
    electronics
    music, mu, mus
    music technology, music tech
    performing arts
    dance
    drama, dr, dra, drama and theatre, drama and theatre studies, theatre studies
    media studies, media
    film studies, film
    physical education, pe, games, sport, sports, sport science, sports studies, ga, p e, gym,
        sports science, swimming
    computer science, computing, cs, co, comp sci, computer studies
    information and communication technology, ict, information technology, it skills
    business, business studies, bs, bus, bus studies, business and economics, enterprise
    economics, econ, ec, eco
    accounting
    law
    politics, government and politics, pol, govt and politics
    psychology, psych, ps, psy
    sociology, soc
    criminology
    citizenship, cit
    health and social care, hsc, h and s care, health and social
    child development
    travel and tourism, tourism, leisure and tourism
    personal social health and economic education, pshe, pshce, psche, personal development,
        pshee, life skills
    extended project, epq, ep, extended project qualification
    geology
    environmental science, environmental studies
    general studies
    critical thinking
    careers
    library
    tutor, tutorial, tutor time, form time, registration, form
"""

_NOISE = re.compile(
    r"\b(?:gcse|igcse|a ?levels?|as levels?|a2|btec|ocr|aqa|edexcel|pearson|eduqas|wjec|ib|hl|sl|"
    r"ks ?[1-5]|key stage [1-5]|(?:y|yr|year) ?\d{1,2}|sets? ?\d{0,2}|group ?\d{0,2}|class|"
    r"lower|upper|higher|foundation tier|level [1-3]|l[1-3]|lessons?|subject|dept|department|"
    r"single|double|triple|option [a-e]|\d+)\b"
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_WORDS = {"it", "re"}
"""Codes that are words as well."""

_LONGEST_CODE = 3

_SHORTEST_TYPO = 5
"""Shorter words are one letter from too many others."""


def plain(text: str) -> str:
    """Text as it is compared: small letters and words, "&" as "and", "R.E." as "re"."""
    text = text.lower().replace("&", " and ").replace("ñ", "n").replace("'", "")
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    return re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", words)


def suggest_subject(name: str, code: str = "") -> str:
    """The code of the Assembly subject that a subject of the MIS is, or an empty string."""
    for heard in _readings(name):
        if found := _known().get(heard) or _inside(heard):
            return found
    # A code says nothing against a name: "Enrichment" is not English, though it be "En".
    is_named = any(len(word) > _LONGEST_CODE for word in _quiet(name).split())
    return _mistyped(name) if is_named else _known().get(plain(code), "")


def subject_in(text: str) -> str:
    """The code of the Assembly subject that is named somewhere in a text, or an empty string.

    A code counts at the beginning alone: "Ma target" is about Mathematics.
    """
    readings = list(_readings(text))
    named = next((found for heard in readings if (found := _inside(heard))), "")
    first = readings[-1].split()[0] if readings else ""
    return named or ("" if first in _WORDS else _known().get(first, ""))


def _readings(name: str) -> Iterator[str]:
    """A name with less and less around what matters."""
    whole = plain(name)
    bare = plain(_BRACKETS.sub(" ", name))
    yield from dict.fromkeys(reading for reading in (whole, bare, _quiet(name)) if reading)


def _quiet(name: str) -> str:
    """A name without years, sets, levels and examination boards."""
    return " ".join(_NOISE.sub(" ", plain(_BRACKETS.sub(" ", name))).split())


def _inside(heard: str) -> str:
    """The longest run of words that is a subject; short codes count for whole names only.

    Two of the same length that differ ("History and Geography") are none.
    """
    words = heard.split()
    for length in range(len(words), 0, -1):
        runs = [" ".join(words[start : start + length]) for start in range(len(words) - length + 1)]
        found = {_known()[run] for run in runs if len(run) > 2 and run in _known()}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _mistyped(name: str) -> str:
    near = {
        code
        for heard in _readings(name)
        for known, code in _known().items()
        if min(len(heard), len(known)) >= _SHORTEST_TYPO and is_typo(heard, known)
    }
    return near.pop() if len(near) == 1 else ""


def is_typo(one: str, other: str) -> bool:
    """Whether one slip of the fingers, or two in a long word, lies between two texts."""
    allowed = 2 if min(len(one), len(other)) >= 9 else 1
    if abs(len(one) - len(other)) > allowed:
        return False
    return _slips(one, other) <= allowed


def _slips(one: str, other: str) -> int:
    """Letters added, left out, mistaken or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


@cache
def _known() -> dict[str, str]:
    """Every way of writing a subject of the catalogue, with its code."""
    ours = {plain(subject.name): subject.code for subject in SUBJECTS}
    found: dict[str, str] = {}
    for names in _synonyms():
        code = next((ours[name] for name in names if name in ours), "")
        if code:
            found |= dict.fromkeys(names, code)
    return found | ours


def _synonyms() -> Iterable[list[str]]:
    lines = re.sub(r",\n\s+", ", ", _SYNONYMS.strip()).splitlines()
    return [[plain(name) for name in line.split(",")] for line in lines]

"""One school in two registers is one school."""

from __future__ import annotations

from assembly_ui.schools.register_file import COLUMNS, RegisterSchool, school_from
from assembly_ui.schools.register_merge import merge_wales


def a_record(**values: str) -> RegisterSchool:
    return school_from(dict.fromkeys(COLUMNS, "") | {"la_code": "660", "name": "Ysgol"} | values)


def test_a_school_in_both_keeps_its_urn_and_takes_the_newer_contact_data() -> None:
    english = a_record(
        urn="400041", establishment_number="2130", postcode="LL68 9AA", town="Amlwch"
    )
    welsh = a_record(
        urn="W-6602130",
        establishment_number="2130",
        postcode="LL68 9DU",
        telephone="01407830414",
        name="YSGOL",
    )
    (merged,) = merge_wales([english], [welsh])
    assert (merged.urn, merged.name, merged.town) == ("400041", "Ysgol", "Amlwch")
    assert (merged.postcode, merged.telephone) == ("LL68 9DU", "01407830414")


def test_a_school_without_a_number_is_recognised_by_its_name() -> None:
    english = a_record(urn="401816", name="Ysgol Llanhari")
    welsh = a_record(urn="W-6604060", establishment_number="4060", name="YSGOL LLANHARI")
    (merged,) = merge_wales([english], [welsh])
    assert (merged.urn, merged.dfe_number) == ("401816", "6604060")


def test_a_name_that_two_schools_share_recognises_neither() -> None:
    english = [a_record(urn="1", name="Ysgol Y"), a_record(urn="2", name="Ysgol Y")]
    welsh = a_record(urn="W-6604060", establishment_number="4060", name="Ysgol Y")
    assert len(merge_wales(english, [welsh])) == 3


def test_a_welsh_school_the_other_register_does_not_know_is_kept() -> None:
    welsh = a_record(urn="W-6602131", establishment_number="2131")
    assert merge_wales([], [welsh]) == [welsh]


def test_undecoded_punctuation_and_double_spaces_are_put_right() -> None:
    assert a_record(urn="1", name="St Stephen\x92s  International\xa0School").name == (
        "St Stephen’s International School"
    )

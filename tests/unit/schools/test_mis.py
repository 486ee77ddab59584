"""The list of management information systems."""

from __future__ import annotations

from assembly_ui.schools.mis import CATALOGUE, connector_title, find_mis, is_via_xporter, label_of


def test_isams_via_xporter_on_demand_heads_the_list() -> None:
    assert CATALOGUE[0].key == "isams-xod"
    assert label_of("isams-xod") == "iSAMS (via Xporter on Demand)"


def test_only_those_via_xporter_on_demand_are_available() -> None:
    available = [mis.name for mis in CATALOGUE if mis.is_available]
    assert available == ["iSAMS", "Arbor", "CMIS", "Pupil Asset", "SIMS"]
    assert not is_via_xporter("arbor")
    assert is_via_xporter("arbor-xod")


def test_the_name_of_the_mis_leads_the_title_of_the_connector() -> None:
    assert connector_title("isams-xod") == "iSAMS XoD Connector"
    assert connector_title("bromcom") == "Bromcom Connector"


def test_keys_and_labels_are_each_there_once() -> None:
    assert len({mis.key for mis in CATALOGUE}) == len(CATALOGUE)
    assert len({mis.label for mis in CATALOGUE}) == len(CATALOGUE)
    assert all(len(mis.key) <= 40 for mis in CATALOGUE)


def test_a_key_nobody_knows_does_no_harm() -> None:
    assert find_mis("\x00") is None
    assert label_of("gone") == "gone"
    assert connector_title("gone") == "Connector"
    assert not is_via_xporter("gone")

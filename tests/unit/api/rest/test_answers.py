"""Lists in the form of each version."""

from __future__ import annotations

import json

import pytest

from assembly_ui.api.rest.answers import a_list, shown, to_json
from assembly_ui.api.rest.question import Paging
from assembly_ui.api.rest.version import Version

ROWS = [b'{"id":1}', b'{"id":2}']


@pytest.mark.parametrize(
    ("page", "total", "pages", "after", "before"),
    [
        (1, 0, 0, "", ""),
        (1, 2, 1, "", ""),
        (1, 5, 3, "2", ""),
        (2, 5, 3, "3", "1"),
        (3, 5, 3, "", "2"),
        (9, 5, 3, "", "3"),
    ],
)
def test_the_headers_lead_from_page_to_page(
    page: int, total: int, pages: int, after: str, before: str
) -> None:
    answer = a_list(Version.V1_1, ROWS, Paging(page, 2), total, pages)
    assert json.loads(answer.body) == [{"id": 1}, {"id": 2}]
    assert answer.headers == {
        "Page": str(page),
        "Per-Page": "2",
        "Total": str(total),
        "Total-Pages": str(pages),
        "Next-Page": after,
        "Prev-Page": before,
    }


def test_version_1_says_the_same_in_an_envelope() -> None:
    answer = a_list(Version.V1, ROWS, Paging(2, 2), 5, 3)
    assert answer.headers == {}
    assert json.loads(answer.body) == {
        "object": "list",
        "total_count": 5,
        "total_pages": 3,
        "current_page": 2,
        "prev_page": 1,
        "next_page": 3,
        "data": [{"id": 1}, {"id": 2}],
    }


@pytest.mark.parametrize("many", [1, 3000])
async def test_what_may_not_be_seen_is_left_out(many: int) -> None:
    texts = [json.dumps({"id": number, "name": "x" * 40}) for number in range(2 * many)]
    rows = await shown(texts, lambda data: data if data["id"] % 2 else None)
    assert [json.loads(row)["id"] for row in rows] == list(range(1, 2 * many, 2))


def test_half_a_character_has_a_form_too() -> None:
    assert json.loads(to_json({"name": "Zoë \ud800"})) == {"name": "Zoë \ud800"}

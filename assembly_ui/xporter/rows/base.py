"""What every row has, and what the addresses of people look like."""

from __future__ import annotations

from typing import ClassVar

from assembly_ui.xporter.wire import Text, Wire


class Row(Wire):
    """A row. `table` is the name its table has in answers; `last_updated` as sent, without zone."""

    table: ClassVar[str]

    id: Text = ""
    row_hash: Text = ""
    last_updated: Text = ""


class Address(Wire):
    """Where somebody lives; `address_block` is all of it, with line breaks."""

    address_block: Text = ""
    house_no: Text = ""
    house_name: Text = ""
    apartment: Text = ""
    street: Text = ""
    district: Text = ""
    town_or_city: Text = ""
    county: Text = ""
    post_code: Text = ""
    country: Text = ""

"""Every table of the product, in one import, for migrations and tests."""

from __future__ import annotations

from assembly_ui.accounts import models as accounts
from assembly_ui.audit import models as audit
from assembly_ui.connector import models as connector
from assembly_ui.database import Row
from assembly_ui.mail import models as mail
from assembly_ui.schools import models as schools
from assembly_ui.simulator import models as simulator

METADATA = Row.metadata

__all__ = ["METADATA", "accounts", "audit", "connector", "mail", "schools", "simulator"]

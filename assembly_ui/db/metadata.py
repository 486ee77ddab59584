"""Every table of the product, in one import, for migrations and tests."""

from __future__ import annotations

from assembly_ui.accounts import models as accounts
from assembly_ui.api import models as platform_api
from assembly_ui.apps import models as apps
from assembly_ui.audit import models as audit
from assembly_ui.connector import models as connector
from assembly_ui.db.database import Row
from assembly_ui.mail import models as mail
from assembly_ui.schools import models as schools
from assembly_ui.sync import models as sync
from simulators.schoolbooking import models as schoolbooking
from simulators.xporter import models as simulator

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "accounts",
    "apps",
    "audit",
    "connector",
    "mail",
    "platform_api",
    "schoolbooking",
    "schools",
    "simulator",
    "sync",
]

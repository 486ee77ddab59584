"""Whether a domain takes mail, asked of DNS within a time that a person waits for.

An answer is remembered for a while. No answer in time counts as unknown, and an address of such a
domain is accepted: the message that goes there will tell.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import structlog
from dns.exception import DNSException
from dns.resolver import Resolver
from email_validator import EmailUndeliverableError
from email_validator.deliverability import validate_email_deliverability

from assembly_ui.accounts.busy import in_pool
from assembly_ui.accounts.errors import TooBusy
from assembly_ui.jobs.worker_pools import DNS, WorkerPool

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds a person waits for an answer. One that comes later is remembered."""
QUERY_SECONDS = 1.5
"""Of each of the up to four queries about a domain."""
MOST_DOMAINS = 2000
KNOWN_SECONDS = 3600.0
UNKNOWN_SECONDS = 60.0

Ask = Callable[[str], bool | None]


class MailDomains:
    """What DNS said of domains lately: at most `MOST_DOMAINS`, the ones used last."""

    def __init__(self, ask: Ask | None = None, pool: WorkerPool = DNS) -> None:
        self._ask = ask or _ask_dns
        self._pool = pool
        self._answers: OrderedDict[str, tuple[float, bool | None]] = OrderedDict()
        self._lock = threading.Lock()

    async def takes_mail(self, domain: str) -> bool | None:
        """Whether mail can be sent there; None if that is not known."""
        with self._lock:
            until, answer = self._answers.get(domain, (0.0, None))
            if time.monotonic() < until:
                self._answers.move_to_end(domain)
                return answer
        try:
            async with asyncio.timeout(PATIENCE):
                return await in_pool(self._pool, self._look_up, domain, subject=domain)
        except (TimeoutError, TooBusy):
            return None

    def _look_up(self, domain: str) -> bool | None:
        answer = self._ask(domain)
        lasts = UNKNOWN_SECONDS if answer is None else KNOWN_SECONDS
        with self._lock:
            self._answers[domain] = time.monotonic() + lasts, answer
            self._answers.move_to_end(domain)
            while len(self._answers) > MOST_DOMAINS:
                self._answers.popitem(last=False)
        return answer


def _ask_dns(domain: str) -> bool | None:
    try:
        # A resolver for each question: one that is shared would wait its turn.
        resolver = Resolver()
        resolver.lifetime = QUERY_SECONDS
        found = validate_email_deliverability(domain, domain, dns_resolver=resolver)
    except EmailUndeliverableError as error:
        # An answer that could not be read is reported in the same way, with its cause.
        return None if isinstance(error.__cause__, OSError) else False
    except (DNSException, OSError) as error:
        log.warning("mail_domains.unknown", error=type(error).__name__)
        return None
    return None if "unknown-deliverability" in found else True


MAIL_DOMAINS = MailDomains()
"""Of this process."""

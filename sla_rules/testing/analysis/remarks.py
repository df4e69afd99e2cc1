"""What an analysis has to say: one remark each, with the values that show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sla_rules.errors import quoted
from sla_rules.instants import FIRST, LAST, moment

What = Literal[
    "gap",
    "overlap",
    "unreachable",
    "never holds",
    "always holds",
    "dead exemption",
    "duplicate exemption",
    "empty promise",
    "cut off",
]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in an agreement that its author should look at.

    Attributes:
        policy: the id of the policy concerned; of several, those ids joined by a comma.
        what: `gap` (values that nothing covers), `overlap` (values that two rows or policies cover), `unreachable`
            (a row, an event or a warning that can never come into play), `never holds` and `always holds` (of a
            condition), `dead exemption`, `duplicate exemption`, `empty promise` (that cannot be broken, or not be
            kept) or `cut off` (there were too many combinations to try them all).
        message: one sentence.
        counterexample: the values that show it, as a file writes them, None for one that is missing; empty where the
            remark needs none.
    """

    policy: str
    what: What
    message: str
    counterexample: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """`policy: what: message: counterexample`."""
        shown = f" ({said(self.counterexample)})" if self.counterexample else ""
        return f"{self.policy}: {self.what}: {self.message}{shown}"


def said(values: Mapping[str, Any]) -> str:
    """Return values as a person reads them: `severity: SL1, channel missing`."""
    return ", ".join(
        f"{name} missing" if value is None else f"{name}: {_text(value)}" for name, value in values.items()
    )


def named(value: object) -> str:
    """Return a value of a condition or table in backticks."""
    return quoted(_text(value))


def plain(value: Any, kind: str) -> Any:
    """Return a value as a file writes it; `kind` is that of its field."""
    if kind == "instant" and type(value) is int:
        return moment(min(max(value, FIRST), LAST)).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [{name: plain(part, "") for name, part in item.items()} for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

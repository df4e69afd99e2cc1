"""What the sentences of all languages are made of: instants, shares and values, as they stand in each."""

from datetime import datetime
from typing import TYPE_CHECKING

from sla_rules.instants import moment
from sla_rules.language.policies import Never
from sla_rules.language.selectors import types_of

if TYPE_CHECKING:
    from fractions import Fraction
    from zoneinfo import ZoneInfo

    from sla_rules.verdict import Verdict

MOST_NAMED = 6
"""How many missing fields a sentence names."""


def local(at: int, verdict: "Verdict") -> str:
    """An instant in the agreement's time zone, with microseconds only where there are any."""
    return in_zone(at, verdict.terms.zone)


def in_zone(at: int, zone: "ZoneInfo") -> str:
    """An instant in a time zone, with microseconds only where there are any; the same in every language."""
    try:
        shown: datetime = moment(at).astimezone(zone)
    except OverflowError:  # a zone can lead out of the years 1 to 9999
        shown = moment(at)
    fraction = f".{shown.microsecond:06d}" if shown.microsecond else ""
    return f"{shown:%Y-%m-%d %H:%M:%S}{fraction} {shown.tzname()}"


def begins_it(verdict: "Verdict", policy: Never) -> bool:
    """Say whether what is forbidden comes with what the prohibition is for, so that it cannot be said to come after it.

    It does at the same instant where both can be one event, and always where both are of the same types.
    """
    beginning, forbidden = set(types_of(policy.for_each)), set(types_of(policy.violated_by))
    if verdict.stop_at is None:
        return beginning == forbidden
    return verdict.stop_at == verdict.start_at and bool(beginning & forbidden)


def in_percent(share: "Fraction") -> tuple[str, bool]:
    """A share as digits with at most four decimals, and whether there would be more."""
    scaled = share * 100
    whole, rest = divmod(scaled.numerator * 10_000 // scaled.denominator, 10_000)
    decimals = f".{rest:04d}".rstrip("0").rstrip(".")
    return f"{whole}{decimals}", (scaled * 10_000).denominator != 1


def written(value: object) -> str:
    """A value as an agreement file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)

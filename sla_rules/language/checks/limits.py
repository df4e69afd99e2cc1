"""That tables of limits are total, tiers cover every number of days once, and deferrals lead to what is published."""

from typing import Any

from sla_rules.language.base import written
from sla_rules.language.checks.conditions import check_selectors
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.declarations import KEY_KINDS
from sla_rules.language.limits import Deferral, Each, LeadDays, Table, Tier, Until


def check_limit(names: Names, path: Path, limit: Any) -> None:
    """Check a limit of any form."""
    if isinstance(limit, Table):
        _table(names, path, limit)
    elif isinstance(limit, LeadDays):
        for role, name in (("from", limit.lead_days.from_), ("to", limit.lead_days.to)):
            if name is not None:
                names.field((*path, "lead_days", role), name, ("instant",))
        _tiers(names, (*path, "tiers"), limit.tiers)
        for index, tier in enumerate(limit.tiers):
            check_limit(names, (*path, "tiers", index, "limit"), tier.limit)
    elif isinstance(limit, Each):
        names.field((*path, "times"), limit.times, ("integer",))
    elif isinstance(limit, Until):
        names.field((*path, "until"), limit.until, ("instant",))


def _table(names: Names, path: Path, limit: Table) -> None:
    """A table has as many levels as fields, and a row for each value that they may have."""
    declared = [names.field((*path, "by"), name, KEY_KINDS) for name in limit.by]
    if not all(declared):
        return
    for values, row in limit.rows.items():
        at = (*path, "table", *values)
        if len(values) != len(limit.by):
            names.problem(at, f"{len(values)} values deep, `by` has {len(limit.by)} fields")
            continue
        for name, value in zip(limit.by, values, strict=True):
            names.possible(at, name, value)
        check_limit(names, at, row)
    _total(names, path, limit)


def _total(names: Names, path: Path, limit: Table) -> None:
    domains = [names.domain(name) for name in limit.by]
    if any(domain is None for domain in domains):
        return
    combinations: list[tuple[object, ...]] = [()]
    for domain in domains:
        combinations = [(*before, value) for before in combinations for value in domain or ()][:10_000]
    missing = [values for values in combinations if values not in limit.rows]
    if missing:
        rows = ", ".join(" ".join(str(written(value)) for value in values) for values in missing[:5])
        names.problem((*path, "table"), f"no row for {rows}{' and others' if len(missing) > 5 else ''}")


def _tiers(names: Names, path: Path, tiers: tuple[Tier, ...]) -> None:
    """Tiers cover every number of days once."""
    covered: int | None = 0
    before: Tier | None = None
    for index, tier in sorted(enumerate(tiers), key=lambda each: each[1].from_):
        at = (*path, index)
        if tier.to is not None and tier.to < tier.from_:
            names.problem(at, f"tier from {tier.from_} to {tier.to} covers nothing")
        if covered is None or tier.from_ < covered:
            names.problem(at, f"tier {_span(tier)} overlaps tier {_span(before or tier)}")
        elif tier.from_ > covered:
            names.problem(at, f"no tier for {_days(covered, tier.from_ - 1)}")
        covered = None if tier.to is None else tier.to + 1
        before = tier
    if covered is not None:
        names.problem(path, f"no tier for {covered} days and more; leave out the last `to`")


def _span(tier: Tier) -> str:
    return f"{tier.from_} and more" if tier.to is None else f"{tier.from_} to {tier.to}"


def _days(first: int, last: int) -> str:
    return f"{first} days" if first == last else f"{first} to {last} days"


def check_deferral(names: Names, path: Path, deferral: Deferral) -> None:
    """Check what a case may be deferred to, and the publications that it then waits for."""
    check_selectors(names, (*path, "event"), deferral.event)
    check_selectors(names, (*path, "until"), deferral.until)
    names.own_field((*path, "field"), deferral.field, deferral.event, ("text",))
    names.own_field((*path, "kind"), deferral.kind, deferral.until, ("text",))
    if names.field((*path, "by"), deferral.by, KEY_KINDS):
        for value, kinds in deferral.table.items():
            names.possible((*path, "table", value), deferral.by, value)
            for index, kind in enumerate(kinds):
                names.possible((*path, "table", value, index), deferral.field, kind, deferral.event)
    for kind, carried in deferral.carries.items():
        for value in (kind, *carried):
            names.possible((*path, "carries", kind), deferral.kind, value, deferral.until)

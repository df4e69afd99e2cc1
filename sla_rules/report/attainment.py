"""How many instances of each policy and period were met, by any attribute, and whether that is what was promised."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.instants import DAY
from sla_rules.judged import INSTANT, IS_PERIOD, Judged, schema
from sla_rules.language.policies import AnyPolicy
from sla_rules.periods import Period
from sla_rules.report.files import ISO
from sla_rules.report.local_periods import Labels
from sla_rules.report.summary import Line, of_lines
from sla_rules.verdict import Outcome

OUTCOMES = tuple(str(outcome) for outcome in Outcome)
_NUMBERS = dict.fromkeys(OUTCOMES, pl.Int64())
COLUMNS = ("policy", "version", "period", "counted", *OUTCOMES, "share", "attained", "promised", "kept")
"""All columns but those of the fields that the counts are divided by."""


class Plan(NamedTuple):
    """How the instances of some policies are divided.

    Attributes:
        zone: of the version of the agreement.
        per: the length of the periods.
        own: whether the instances say themselves in which period they count.
        places: for each field divided by, its place in the key; None where the key does not have it.
    """

    zone: ZoneInfo
    per: Period
    own: bool
    places: tuple[int | None, ...]


def attainment(judged: Judged, lines: Iterable[Line], per: Period | None, by: tuple[str, ...]) -> pl.DataFrame:
    """Return the counts of all instances, as `Report.attainment` describes them."""
    _check(judged.agreement, per, by)
    several = len(judged.agreement.versions) > 1
    plans: dict[Plan, list[Line]] = {}
    for line in lines:
        if not line.unmapped:
            plans.setdefault(_plan(judged.agreement, line, per, by), []).append(line)
    attributes = _attributes(judged, by, plans)
    counted = [
        _counted(judged.verdicts.filter(of_lines(some), ~IS_PERIOD), plan, by, attributes)
        for plan, some in plans.items()
    ]
    texts = dict.fromkeys(("version", "period", *_columns(by)), pl.String())
    nothing = pl.DataFrame(schema={"policy": schema(judged.agreement)["policy"], **texts, **_NUMBERS})
    groups = ["policy", *(["version"] if several else []), "period", *_columns(by)]
    table = pl.concat([nothing, *counted]).group_by(groups).agg(pl.col(OUTCOMES).sum()).sort(groups)
    known = {(line.policy.id, line.version): line for some in plans.values() for line in some}
    told = _told(table.select(*groups, *OUTCOMES), several, known)
    return told.rename(dict(zip(_columns(by), by, strict=True)))


def _check(agreement: Agreement, per: str | None, by: tuple[str, ...]) -> None:
    lengths = get_args(Period)
    if per is not None and per not in lengths:
        raise InputError(f"unknown period {quoted(per)}{did_you_mean(per, lengths)}; there are {', '.join(lengths)}")
    fields = {name for version in agreement.versions for event in version.events.values() for name in event.fields}
    for name in by:
        if name not in {"subject", *fields}:
            raise InputError(f"no event has a field {quoted(name)}{did_you_mean(name, {'subject', *fields})}")
        if name in COLUMNS or by.count(name) > 1:
            raise InputError(f"the table has a column {quoted(name)} already")


def _columns(by: tuple[str, ...]) -> list[str]:
    """Name the columns of the fields divided by so that they cannot be taken for others while counting."""
    return [f"by {number}" for number in range(len(by))]


def _plan(agreement: Agreement, line: Line, per: Period | None, by: tuple[str, ...]) -> Plan:
    policy: AnyPolicy = line.policy
    version = next(each for each in agreement.versions if line.version in (None, each.version))
    promised = None if policy.objective is None else policy.objective.per
    chosen: Period = per or promised or "month"
    places = tuple(policy.match.index(name) if name in policy.match else None for name in by)
    return Plan(version.zone, chosen, chosen == promised, places)


def _attributes(judged: Judged, by: tuple[str, ...], plans: Iterable[Plan]) -> dict[str, pl.LazyFrame]:
    """Return the last known values of the fields that some key does not have, by field."""
    found = {}
    for place, name in enumerate(by):
        if name != "subject" and any(plan.places[place] is None for plan in plans):
            value = _said(judged.agreement, name).alias(_columns(by)[place])
            found[name] = judged.attributes(name).lazy().select("subject", value)
    return found


def _said(agreement: Agreement, name: str) -> pl.Expr:
    """Return the known values of a field as text; instants, which are known as microseconds, as ISO 8601."""
    events = [each for version in agreement.versions for each in version.events.values()]
    value = pl.col("value").cast(pl.String)
    if {each.fields[name].kind for each in events if name in each.fields} != {"instant"}:
        return value
    return value.cast(pl.Int64).cast(INSTANT).dt.to_string(ISO)


def _counted(
    instances: pl.LazyFrame, plan: Plan, by: tuple[str, ...], attributes: Mapping[str, pl.LazyFrame]
) -> pl.DataFrame:
    """Return how many instances there are of each outcome, by policy, version, period and the fields of `by`."""
    columns = [pl.col("policy", "version", "subject", "outcome"), _period(instances, plan).alias("period")]
    for name, place, column in zip(by, plan.places, _columns(by), strict=True):
        if name == "subject" or place is not None:
            value = pl.col("subject") if place is None else pl.col("key").list.get(place)
            columns.append(value.alias(column))
    divided = instances.select(columns)
    for name, place in zip(by, plan.places, strict=True):
        if name != "subject" and place is None:
            divided = divided.join(attributes[name], on="subject", how="left")
    groups = divided.group_by("policy", "version", "period", *_columns(by))
    counts = [(pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in OUTCOMES]
    return groups.agg(counts).collect(engine="streaming")


def _period(instances: pl.LazyFrame, plan: Plan) -> pl.Expr:
    """Return the label of the period of each instance: what it says itself, or that of its start."""
    if plan.own:
        return pl.col("period")
    if plan.per == "whole":
        return pl.lit("whole")
    start = pl.col("start").cast(pl.Int64)
    days = instances.select((start // DAY).unique()).collect(engine="streaming").to_series()
    labels = Labels(days, plan.per, plan.zone)
    return start.map_batches(labels.of, return_dtype=pl.String, is_elementwise=True)


def _told(table: pl.DataFrame, several: bool, lines: Mapping[tuple[str, str | None], Line]) -> pl.DataFrame:
    """Add to the counts the shares, what was promised, and whether that was kept."""
    shares: list[Fraction | None] = []
    promised: list[str] = []
    kept: list[bool | None] = []
    for row in table.iter_rows(named=True):
        met, breached = row["met"], row["breached"]
        line = lines[row["policy"], row["version"] if several else None]
        objective = line.policy.objective
        counted = met + breached
        shares.append(Fraction(met, counted) if counted else None)
        promised.append(line.promise)
        binds = objective is not None and counted and row["period"] is not None
        kept.append(objective.kept(met, breached) if objective is not None and binds else None)
    aside = pl.col("pending", "exempt", "void", "undetermined")
    return table.select(
        pl.exclude(OUTCOMES),
        "met",
        "breached",
        (pl.col("met") + pl.col("breached")).alias("counted"),
        aside,
        pl.Series("share", [None if share is None else str(share) for share in shares], dtype=pl.String),
        pl.Series("attained", [None if share is None else float(share) for share in shares], dtype=pl.Float64),
        pl.Series("promised", promised, dtype=pl.String),
        pl.Series("kept", kept, dtype=pl.Boolean),
    )

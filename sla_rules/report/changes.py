"""Which verdicts differ between two reports of one agreement, and why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.instants import FIRST, moment
from sla_rules.judged import IS_PERIOD
from sla_rules.trace import OUTAGE

if TYPE_CHECKING:
    from sla_rules.report.report import Report

WHY = {
    "other version": "the agreement, or the version of it that judges the case, is another",
    "late event": "an event that had happened by the earlier `as_of` was not known then",
    "no longer there": "its start is not in the later data, or no longer counts",
    "later event": "something came in that, as far as the verdict tells, happened after the earlier `as_of`",
    "new case": "it started after the earlier `as_of`",
    "time passed": "nothing new happened, only `as_of` moved on",
}
"""Why a verdict differs, the strongest reason first."""

ENDS = ("stop", "cancelled")
COUNTS = ("counted", "met", "pending", "exempt", "void", "undetermined")
COMPARED = ("outcome", "due", *ENDS, "limit", "period", "exempted_by", *COUNTS, "measured", "down", "version")
"""The fields of which one differs where a verdict differs."""
IDENTITY = ("policy", "subject", "joined", "start", "judged_period", "nth")
"""By what a verdict of one report is known again in the other."""


def changes(later: "Report", earlier: "Report") -> pl.DataFrame:
    """Return the differences, as `Report.changes_since` describes them."""
    if later.agreement.id != earlier.agreement.id:
        raise InputError(f"the earlier report is of {quoted(earlier.agreement.id)}, not {quoted(later.agreement.id)}")
    if earlier.as_of is not None and (later.as_of is None or earlier.as_of > later.as_of):
        raise InputError(f"the earlier report is as of a later instant, {moment(earlier.as_of).isoformat()}")
    both = _rows(later).join(_rows(earlier), on=IDENTITY, how="full", coalesce=True, nulls_equal=True, suffix="_before")
    different = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in ("there", *COMPARED))
    policies = pl.Enum(list(dict.fromkeys([*later.agreement.policies, *earlier.agreement.policies])))
    found = (
        both.filter(different)
        .with_columns(pl.col("policy").cast(policies), *_either("key", "period"))
        .sort("policy", "judged_period", "start", "joined", "nth", nulls_last=False)
        .collect(engine="streaming")
    )
    return found.select(
        "policy",
        "subject",
        pl.col("either_key").alias("key"),
        pl.col("either_period").alias("period"),
        pl.col("outcome_before").alias("before"),
        pl.col("outcome").alias("after"),
        "due_before",
        pl.col("due").alias("due_after"),
        "stop_before",
        pl.col("stop").alias("stop_after"),
        pl.Series("why", _reasons(found, later, earlier), dtype=pl.Enum(list(WHY))),
    )


def _either(*names: str) -> list[pl.Expr]:
    return [pl.coalesce(name, f"{name}_before").alias(f"either_{name}") for name in names]


def _rows(report: "Report") -> pl.LazyFrame:
    """Return the verdicts of a report by what they are known again by."""
    texts = [pl.col("policy").cast(pl.String), pl.col("outcome").cast(pl.String)]
    listed = [pl.col("key").list.join("\0").alias("joined"), pl.col("exempted_by").list.join("\0")]
    plain = [name for name in COMPARED if name not in ("outcome", "exempted_by")]
    rows = report.lazy.select(
        *texts,
        *listed,
        pl.when(IS_PERIOD).then("period").alias("judged_period"),
        pl.lit(True).alias("there"),
        _outages().alias("outages"),
        *("subject", "key", "start", "evidence", *plain),
    )
    # Several records of a subject at one instant are told apart by their place among them.
    same, order = IDENTITY[:-1], ("version", pl.col("evidence").list.join("\0"))
    return rows.with_columns(pl.int_range(pl.len()).over(same, order_by=order).alias("nth"))


def _outages() -> pl.Expr:
    """Return when the outages of an availability began."""
    window = pl.element().struct
    began = pl.when(window.field("kind") == OUTAGE).then(window.field("start"))
    return pl.col("standing_still").list.eval(began).list.drop_nulls()


def _reasons(found: pl.DataFrame, later: "Report", earlier: "Report") -> list[str]:
    """Return why each verdict differs; a period for the strongest reason of the instances that it counts."""
    amended, known = later.agreement.hash != earlier.agreement.hash, earlier.as_of
    unmoved = later.as_of == known
    in_micros = found.with_columns(
        pl.col(pl.Datetime).cast(pl.Int64), pl.col("outages", "outages_before").cast(pl.List(pl.Int64))
    )
    why: list[str] = [""] * len(found)
    behind: dict[tuple[str, str | None], set[str]] = {}
    periods: list[tuple[int, dict[str, Any]]] = []
    for place, row in enumerate(in_micros.iter_rows(named=True)):
        if row["judged_period"] is not None:
            periods.append((place, row))
            continue
        why[place] = _why(row, amended, unmoved, FIRST - 1 if known is None else known)
        for period in (row["period"], row["period_before"]):
            behind.setdefault((row["policy"], period), set()).add(why[place])
    for place, row in periods:
        reasons = behind.get((row["policy"], row["judged_period"]), set())
        if amended or _other_version(row):
            reasons = {"other version"}
        why[place] = next((reason for reason in WHY if reason in reasons), "late event" if unmoved else "time passed")
    return why


def _why(row: Mapping[str, Any], amended: bool, unmoved: bool, known: int) -> str:
    """Return why an instance differs, by what was known before."""
    new = not row["there_before"]
    if new and row["start"] > known:
        return "new case"
    if amended or _other_version(row):
        return "other version"
    if not row["there"]:
        return "no longer there"
    if new or unmoved or _late(row, known):
        return "late event"
    told = set(row["evidence"]) - set(row["evidence_before"])
    # What a month measures changes as windows go on; what is due does not change by itself.
    same = row["measured"] is not None or all(row[name] == row[f"{name}_before"] for name in (*ENDS, "due", "limit"))
    return "time passed" if same and not told else "later event"


def _other_version(row: Mapping[str, Any]) -> bool:
    return bool(row["there"] and row["there_before"] and row["version"] != row["version_before"])


def _late(row: Mapping[str, Any], known: int) -> bool:
    """Say whether the verdict rests on a stop, a cancel or an outage that had happened and was not known."""
    ends = {row[name] for name in ENDS} - {row[f"{name}_before"] for name in ENDS} - {None}
    began = set(row["outages"]) - set(row["outages_before"])
    return any(at <= known for at in ends | began)

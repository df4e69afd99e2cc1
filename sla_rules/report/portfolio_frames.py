"""The frames of the reports of a portfolio as one, with the name of the agreement first."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.periods import Period

if TYPE_CHECKING:
    from sla_rules.report.report import Report

Reports = Mapping[str, "Report"]
"""The report of each agreement, by its name in the portfolio."""


def together(
    reports: Reports, part: Callable[["Report"], pl.LazyFrame], how: Literal["vertical", "diagonal"] = "vertical"
) -> pl.LazyFrame:
    """Return a part of each report, one after the other; `how` says whether all have the same columns."""
    names = pl.Enum(list(reports))
    policies = pl.Enum(list(dict.fromkeys(id for report in reports.values() for id in report.agreement.policies)))
    frames = [
        part(report)
        .select(pl.lit(name, names).alias("agreement"), pl.all())
        .with_columns(pl.col("policy").cast(pl.String).cast(policies))
        for name, report in reports.items()
    ]
    return pl.concat(frames, how=how)


def attainment(reports: Reports, per: Period | None, by: tuple[str, ...]) -> pl.DataFrame:
    """Return how many instances were met, as `PortfolioReport.attainment` describes it."""
    known = {"subject"}.union(*(_fields(report.agreement) for report in reports.values()))
    for name in by:
        if name == "agreement":
            raise InputError("the table has a column `agreement` already")
        if name not in known:
            raise InputError(f"no event has a field {quoted(name)}{did_you_mean(name, known)}")

    def attained(report: "Report") -> pl.LazyFrame:
        own = [name for name in by if name in ("subject", *_fields(report.agreement))]
        lacking = [pl.lit(None, pl.String).alias(name) for name in by if name not in own]
        return report.attainment(per, own).with_columns(lacking).lazy()

    table = together(reports, attained, "diagonal").collect()
    first = [name for name in ("agreement", "policy", "version", "period") if name in table.columns]
    return table.select(list(dict.fromkeys((*first, *by, *table.columns))))


def _fields(agreement: Agreement) -> frozenset[str]:
    return frozenset(
        name for version in agreement.versions for declared in version.events.values() for name in declared.fields
    )

"""The verdicts that rulings may be on: found among all of them, and known again."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from sla_rules.judged import IS_PERIOD, Judged
from sla_rules.rulings import Ruling
from sla_rules.verdict import Outcome

Identity = tuple[str, str | None, str, tuple[str, ...], int | None, str | None, bool]
"""Policy, version, subject, key, start, period and whether it is the verdict of a period: by what one is known."""


class Row(NamedTuple):
    """What matters of a verdict that may be ruled on; instants in microseconds, counts of a period only."""

    policy: str
    version: str | None
    subject: str
    key: tuple[str, ...]
    start: int | None
    period: str | None
    is_period: bool
    is_month: bool
    outcome: Outcome
    due: int | None
    met: int
    breached: int
    pending: int

    @property
    def identity(self) -> Identity:
        """By what the verdict is known."""
        return self[:7]


def rows_of(judged: Judged, rulings: Sequence[Ruling]) -> list[Row]:
    """Return the verdicts that may be ruled on, and all periods, which are few, of the policies concerned."""
    policies = sorted({ruling.policy for ruling in rulings} & set(judged.agreement.policies))
    if not policies:
        return []
    is_month = pl.col("measured").is_not_null()
    subjects = sorted({ruling.subject for ruling in rulings if ruling.subject})
    wanted = IS_PERIOD | is_month | pl.col("subject").is_in(subjects)
    if keys := sorted({"\0".join(ruling.key) for ruling in rulings if ruling.key is not None and not ruling.subject}):
        wanted |= pl.col("key").list.join("\0").is_in(keys)
    found = judged.verdicts.filter(pl.col("policy").is_in(policies), wanted).select(
        "policy",
        *("version", "subject", "key", pl.col("start").cast(pl.Int64), "period", IS_PERIOD.alias("is_period")),
        is_month.alias("is_month"),
        *("outcome", pl.col("due").cast(pl.Int64), "met", "breached", "pending"),
    )
    return [_row(values) for values in found.collect(engine="streaming").iter_rows()]


def _row(values: tuple[object, ...]) -> Row:
    row = Row(*values)  # type: ignore[arg-type]  # the columns are those of a frame of verdicts
    return row._replace(key=tuple(row.key), outcome=Outcome(row.outcome))


def _by_place(rows: Iterable[Row]) -> dict[tuple[str, str, object], list[Row]]:
    """Return the verdicts by what a ruling may name them by, besides the policy."""
    places: dict[tuple[str, str, object], list[Row]] = {}
    for row in rows:
        if row.is_period or row.is_month:
            places.setdefault((row.policy, "period", row.period), []).append(row)
        places.setdefault((row.policy, "subject", row.subject), []).append(row)
        places.setdefault((row.policy, "key", row.key), []).append(row)
    return places


def _place(ruling: Ruling) -> tuple[str, str, object]:
    if ruling.subject:
        return ruling.policy, "subject", ruling.subject
    return (ruling.policy, "period", ruling.period) if ruling.key is None else (ruling.policy, "key", ruling.key)


def fitting(rows: Iterable[Row], rulings: Sequence[Ruling]) -> list[tuple[list[Row], list[Row]]]:
    """Return for each ruling the verdicts that it names, and those that it would name without key, start or period."""
    places = _by_place(rows)
    near = [places.get(_place(ruling), []) for ruling in rulings]
    return [([row for row in some if _fits(ruling, row)], some) for ruling, some in zip(rulings, near, strict=True)]


def _fits(ruling: Ruling, row: Row) -> bool:
    """Say whether a ruling is about a verdict: whether all that it names is so."""
    return (
        ruling.key in (None, row.key) and ruling.start_at in (None, row.start) and ruling.period in (None, row.period)
    )

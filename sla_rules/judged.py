"""Judged histories: verdicts as a Polars frame, one row a verdict, the same whichever evaluator gave them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, SlaError, did_you_mean, quoted
from sla_rules.events import Finding, Window
from sla_rules.language.base import written
from sla_rules.verdict import Outcome, Tally, Terms, Uptime, Verdict, Verdicts

TermsByPolicy = Mapping[tuple[str, str | None], Terms]
"""What all verdicts of a policy, by one version of the agreement, have in common."""

TEXT = pl.String()
TEXTS = pl.List(TEXT)
NUMBER = pl.Int64()
INSTANT = pl.Datetime("us", "UTC")
SPAN = pl.Duration("us")
OUTCOMES = pl.Enum([str(outcome) for outcome in Outcome])
BASIS = pl.List(pl.Struct({"name": TEXT, "value": TEXT}))
IS_PERIOD = pl.col("counted").is_not_null()
"""Tells the verdicts of periods from those of instances."""
_WINDOW: dict[str, pl.DataType] = {"kind": TEXT, "start": INSTANT, "end": INSTANT, "scope": TEXT, "id": TEXT}
STANDING_STILL = pl.List(pl.Struct(_WINDOW))
_STANDING_STILL_IN_MICROS = pl.List(pl.Struct(_WINDOW | {"start": NUMBER, "end": NUMBER}))

_FIXED: dict[str, pl.DataType] = {
    "subject": TEXT,
    "key": TEXTS,
    "outcome": OUTCOMES,
    **dict.fromkeys(("start", "due", "stop"), INSTANT),
    **dict.fromkeys(("limit", "elapsed", "margin"), SPAN),
    "period": TEXT,
    **dict.fromkeys(("clauses", "exempted_by", "evidence"), TEXTS),
    "version": TEXT,
    **dict.fromkeys(("counted", "met", "breached"), NUMBER),
    "share": TEXT,
    **dict.fromkeys(("measured", "excluded", "down"), SPAN),
    "cancelled": INSTANT,
    "cause": TEXT,
    "basis": BASIS,
    "detail": TEXTS,
    "calendar": TEXT,
    "standing_still": STANDING_STILL,
    **dict.fromkeys(("pending", "exempt", "void", "undetermined"), NUMBER),
}
"""The columns that are of one type whatever the agreement: all but `policy`."""


def schema(agreement: Agreement) -> dict[str, pl.DataType]:
    """Return the columns of a frame of verdicts and their types, in order.

    The first fifteen are the fields of a verdict without its `reason`, `counted` to `down` what periods and months
    carry, null for all others. The rest is what sentence and story need besides, under the names that `Verdict` gives
    it; the values of `basis` are text.
    """
    return {"policy": pl.Enum(list(agreement.policies)), **_FIXED}


def frame_of(verdicts: Verdicts) -> pl.DataFrame:
    """Return verdicts as a frame of the columns of `schema`.

    Half a character (a lone surrogate), which no frame can hold, is written as its escape.
    """
    return pl.DataFrame(
        [
            _column(name, [_CELLS[name](verdict) for verdict in verdicts], dtype)
            for name, dtype in schema(verdicts.agreement).items()
        ]
    )


def _column(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """Return a column; instants and spans come as microseconds."""
    given = _in_micros(dtype)
    try:
        return _series(name, values, given).cast(dtype)
    except UnicodeEncodeError:
        return _series(name, _whole(values), given).cast(dtype)


def _series(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """Return a series; lists are cut out of one long list, ten times as fast as taking them in one by one."""
    if not isinstance(dtype, pl.List) or not values:
        return pl.Series(name, values, dtype)
    whole = pl.Series([each for some in values for each in some], dtype=dtype.inner)
    length = pl.col("length")
    rows = pl.DataFrame({"length": [len(some) for some in values]}, schema={"length": pl.Int64})
    cut = pl.lit(whole).implode().list.slice(length.cum_sum() - length, length)
    return rows.select(cut.alias(name)).to_series()


def _in_micros(dtype: pl.DataType) -> pl.DataType:
    if dtype in (INSTANT, SPAN):
        return NUMBER
    return _STANDING_STILL_IN_MICROS if dtype == STANDING_STILL else dtype


def _whole(value: Any) -> Any:
    """Return a value with every half of a character escaped."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


def _basis(verdict: Verdict) -> list[dict[str, str | None]]:
    # As the sentence shows it: that of a booking shows the resource as it is, the others `true` for True.
    lowers = verdict.terms.policy.kind != "no_overlap"
    return [{"name": name, "value": None if value is None else _shown(value, lowers)} for name, value in verdict.basis]


def _shown(value: object, lowers: bool) -> str:
    return str(value).lower() if lowers and isinstance(value, bool) else str(value)


def _standing_still(verdict: Verdict) -> list[dict[str, str | int | None]]:
    return [
        {"kind": each.kind, "start": each.start_at, "end": each.end_at, "scope": each.scope, "id": each.id}
        for each in verdict.standing_still
    ]


def _listed(name: str) -> Callable[[Verdict], list[Any]]:
    return lambda verdict: list(getattr(verdict, name))


def _of_tally(name: str) -> Callable[[Verdict], int | None]:
    return lambda verdict: None if verdict.tally is None else getattr(verdict.tally, name)


def _of_uptime(name: str) -> Callable[[Verdict], int | None]:
    return lambda verdict: None if verdict.uptime is None else getattr(verdict.uptime, name)


_CELLS: dict[str, Callable[[Verdict], Any]] = {
    **{name: attrgetter(name) for name in ("policy", "subject", "period", "version", "counted", "cause", "calendar")},
    **{name: attrgetter(f"{name}_at") for name in ("start", "due", "stop", "cancelled")},
    **{name: attrgetter(f"{name}_micros") for name in ("limit", "elapsed", "margin")},
    **{name: _listed(name) for name in ("key", "clauses", "exempted_by", "evidence", "detail")},
    **{name: _of_tally(name) for name in ("met", "breached", "pending", "exempt", "void", "undetermined")},
    **{name: _of_uptime(name) for name in ("measured", "excluded", "down")},
    "outcome": lambda verdict: str(verdict.outcome),
    "share": lambda verdict: None if verdict.share is None else str(verdict.share),
    "basis": _basis,
    "standing_still": _standing_still,
}
"""What stands in each column: instants and spans as microseconds."""


def terms_of(agreement: Agreement, as_of: int | None) -> TermsByPolicy:
    """Return the terms of every policy of every version of an agreement, judged as of an instant in microseconds."""
    return {
        (id, version.version): Terms(
            policy, version.clause_of(policy), version.zone, version.version, version.calendars, as_of
        )
        for version in agreement.versions
        for id, policy in version.policies.items()
    }


def verdicts_of(frame: pl.DataFrame, terms: TermsByPolicy) -> list[Verdict]:
    """Return the verdicts that the rows of a frame state.

    Args:
        frame: rows with at least the columns of `schema`.
        terms: those of the agreement by which they were judged.

    Raises:
        SlaError: `frame` is no Polars frame.
        InputError: a column is missing or of another type, or a row is of a policy that the agreement does not have.
    """
    if not isinstance(frame, pl.DataFrame):
        raise SlaError(f"a verdict is made of a row of `verdicts`, a Polars frame; found {quoted(frame)}")
    there = frame.schema
    for name, dtype in {"policy": TEXT, **_FIXED}.items():
        if name not in there:
            raise InputError(
                f"no column {quoted(name)}{did_you_mean(name, there)}; a verdict needs a whole row of `verdicts`"
            )
        if there[name] not in (dtype, pl.Null()) and dtype not in (TEXT, OUTCOMES):
            raise InputError(f"column {quoted(name)} holds {there[name]}, not {dtype} as in `verdicts`")
    exact = frame.select(pl.col(name).cast(_in_micros(dtype)) for name, dtype in there.items() if name in _CELLS)
    return [verdict_of(row, terms) for row in exact.iter_rows(named=True)]


def verdict_of(row: Mapping[str, Any], terms: TermsByPolicy) -> Verdict:
    """Return the verdict that a row states: its sentence, its story and its plain values are those of the original.

    Args:
        row: the cells by column, with instants and spans as microseconds.
        terms: those of the agreement by which it was judged.

    Raises:
        InputError: the row is of a policy, or a version of it, that the agreement does not have.
    """
    of = row["policy"], row["version"]
    if of not in terms:
        version = f" of version {quoted(of[1])}" if of[1] is not None else ""
        raise InputError(f"no policy {quoted(of[0])}{version}{did_you_mean(of[0], {id for id, _ in terms})}")
    return Verdict(
        terms[of],
        row["subject"],
        tuple(row["key"]),
        Outcome(row["outcome"]),
        start_at=row["start"],
        due_at=row["due"],
        stop_at=row["stop"],
        limit_micros=row["limit"],
        elapsed_micros=row["elapsed"],
        margin_micros=row["margin"],
        period=row["period"],
        exempted_by=tuple(row["exempted_by"]),
        evidence=tuple(row["evidence"]),
        basis=tuple((each["name"], each["value"]) for each in row["basis"]),
        cause=row["cause"],
        cancelled_at=row["cancelled"],
        detail=tuple(row["detail"]),
        calendar=row["calendar"],
        standing_still=tuple(Window.between(**each) for each in row["standing_still"]),
        tally=None if row["counted"] is None else Tally(*(row[outcome] for outcome in Outcome)),
        uptime=None if row["measured"] is None else Uptime(row["measured"], row["excluded"], row["down"]),
    )


@dataclass(frozen=True, eq=False)
class Judged:
    """What an evaluator has to say about a history; each part of it is made when it is asked for.

    Attributes:
        agreement: by what was judged.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None where there was no event.
        given: how many events of each type came in, repeated ones and those after `as_of` included.
        find: makes `findings`.
        build: makes the rows of one outcome, or of all for None.
        attributes: takes the name of a field and returns a frame of `subject` and `value`, its last known value as of
            `as_of`, for each subject that has one.
        count: makes `counts`, where that is possible without making the rows.
    """

    agreement: Agreement
    as_of: int | None
    given: Mapping[str, int]
    find: Callable[[], list[Finding]]
    build: Callable[[str | None], pl.LazyFrame]
    attributes: Callable[[str], pl.DataFrame]
    count: Callable[[], pl.DataFrame] | None = None

    @cached_property
    def findings(self) -> list[Finding]:
        """What is remarkable about the data."""
        return self.find()

    @cached_property
    def verdicts(self) -> pl.LazyFrame:
        """One row a verdict, in any order, with the columns of `schema`; possibly more than memory holds."""
        return self.build(None)

    @cached_property
    def breached(self) -> pl.LazyFrame:
        """The rows of `verdicts` that are breached."""
        return self.build(Outcome.BREACHED)

    @cached_property
    def counts(self) -> pl.DataFrame:
        """How many verdicts there are (`number`), by `policy`, `version`, `outcome` and whether they judge periods."""
        if self.count is not None:
            return self.count()
        groups = self.verdicts.group_by("policy", "version", IS_PERIOD.alias("is_period"), "outcome")
        return groups.agg(pl.len().alias("number")).collect(engine="streaming")

    @cached_property
    def terms(self) -> TermsByPolicy:
        """What the verdicts of each policy have in common."""
        return terms_of(self.agreement, self.as_of)


def judged_of(verdicts: Verdicts) -> Judged:
    """Return what a list of verdicts says, as a frame."""
    return Judged(
        verdicts.agreement,
        verdicts.as_of,
        verdicts.given,
        lambda: verdicts.findings,
        lambda outcome: of_outcome(frame_of(verdicts).lazy(), outcome),
        lambda name: known_values(verdicts.attributes(name)),
    )


def known_values(values: Mapping[str, Any]) -> pl.DataFrame:
    """Return the values that subjects have as a frame of `subject` and `value`, both text."""
    said = [str(written(value)) for value in values.values()]
    return pl.DataFrame([_column("subject", list(values), TEXT), _column("value", said, TEXT)])


def of_outcome(verdicts: pl.LazyFrame, outcome: str | None) -> pl.LazyFrame:
    """Return the rows of one outcome, or all of them for None."""
    return verdicts if outcome is None else verdicts.filter(pl.col("outcome") == str(outcome))


def listed(judged: Judged) -> Verdicts:
    """Return what `judged_of` was given: the verdicts as a list, by policy and start, each policy's periods last."""
    verdicts = Verdicts(judged.agreement, judged.as_of)
    policies = {id: place for place, id in enumerate(judged.agreement.policies)}
    found = verdicts_of(judged.verdicts.collect(), judged.terms)
    verdicts += sorted(
        found,
        key=lambda each: (
            policies[each.policy],
            each.version or "",
            each.tally is not None,
            each.start_at or 0,
            each.key,
            each.period if each.tally is not None else "",
        ),
    )
    verdicts.findings = judged.findings
    verdicts.given = dict(judged.given)
    verdicts.attributes = lambda name: dict(judged.attributes(name).iter_rows())
    return verdicts

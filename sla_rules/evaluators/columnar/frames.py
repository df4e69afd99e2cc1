"""Verdicts as a frame of the columns of `sla_rules.judged`, with the names of subjects and events."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.columns import NONE, Column, Ints, firsts, groups
from sla_rules.evaluators.columnar.judged import OUTCOMES, Columns, Periods
from sla_rules.evaluators.columnar.log import gathered, names_at
from sla_rules.judged import BASIS, STANDING_STILL, TEXT, TEXTS, schema

Shape = Mapping[str, pl.DataType]
"""The columns of a frame of verdicts and their types."""

OUTCOME_NAMES = pl.Series([str(each) for each in OUTCOMES])
NO_NAMES = pl.Series([[]], dtype=TEXTS)
_COUNTS = ("met", "breached", "pending", "exempt", "void", "undetermined")


def frame_of_all(
    judged: Sequence[Sequence[Mapping[str, Columns]]],
    periods: Sequence[Mapping[str, Periods]],
    agreement: Agreement,
    outcome: str | None = None,
) -> pl.DataFrame:
    """Return the verdicts of all parts of all versions, by policy, periods last; those of one outcome if said."""
    shape = schema(agreement)
    frames = [pl.DataFrame(schema=shape)]
    for id in agreement.policies:
        for instances, shares in zip(judged, periods, strict=True):
            for part in instances:
                if id in part and len(some := of_outcome(part[id], outcome)):
                    frames.append(frame_of(some, shape))
            if id in shares and shares[id].labels:
                frame = frame_of_periods(shares[id], shape)
                frames.append(frame if outcome is None else frame.filter(pl.col("outcome") == str(outcome)))
    return pl.concat(frames)


def of_outcome(columns: Columns, outcome: str | None) -> Columns:
    """Return the verdicts of one outcome, or all of them for None."""
    if outcome is None:
        return columns
    return columns.some(np.flatnonzero(columns.outcome == [str(each) for each in OUTCOMES].index(str(outcome))))


def counts_of_all(
    judged: Sequence[Sequence[Mapping[str, Columns]]], periods: Sequence[Mapping[str, Periods]]
) -> pl.DataFrame:
    """Return how many verdicts there are, by policy, version, outcome and whether they judge periods."""
    rows = []
    for parts, shares in zip(judged, periods, strict=True):
        for id, columns in (item for part in parts for item in part.items()):
            for code, number in enumerate(np.bincount(columns.outcome, minlength=len(OUTCOMES)).tolist()):
                rows.append((id, columns.terms.version, False, str(OUTCOMES[code]), number))
        for id, share in shares.items():
            rows += [(id, share.terms.version, True, str(OUTCOMES[code]), 1) for code in share.outcomes]
    kinds = {"policy": TEXT, "version": TEXT, "is_period": pl.Boolean(), "outcome": TEXT, "number": pl.Int64()}
    frame = pl.DataFrame(rows, schema=kinds, orient="row").filter(pl.col("number") > 0)
    groups = frame.group_by("policy", "version", "is_period", "outcome", maintain_order=True)
    return groups.agg(pl.col("number").sum())


def frame_of(columns: Columns, shape: Shape) -> pl.DataFrame:
    """Return the instance verdicts of a policy, with the columns of `schema`."""
    clause = columns.terms.policy.clause
    exempted = columns.exempted
    ids = [()] if exempted is None else exempted.ids
    code = np.zeros(len(columns), np.int64) if exempted is None else exempted.code
    grant = {each.id: each.clause or clause for each in columns.terms.policy.exemptions}
    clauses = [list(dict.fromkeys((clause, *(grant[id] for id in some)))) for some in ids]
    parts: dict[str, Any] = {
        "policy": [columns.terms.policy.id],
        "subject": subjects(columns),
        "key": keys(columns),
        "outcome": OUTCOME_NAMES.gather(columns.outcome),
        "start": instants(columns.start_at),
        "due": instants(columns.due_at),
        "stop": instants(columns.stop_at),
        "limit": instants(columns.limit),
        "elapsed": instants(columns.elapsed),
        "margin": instants(columns.margin),
        "period": texts(columns.period),
        "clauses": pl.Series(clauses, dtype=TEXTS).gather(code),
        "exempted_by": pl.Series([list(some) for some in ids], dtype=TEXTS).gather(code),
        "evidence": evidence(columns),
        "version": [columns.terms.version],
        "cancelled": instants(columns.cancelled_at),
        "cause": texts(columns.cause),
        "basis": basis(columns),
        "detail": details(columns),
        "calendar": texts(columns.calendar),
        "standing_still": standing(columns),
    }
    if columns.uptime is not None:
        measured, excluded, down = columns.uptime
        shares = [str(Fraction(m - d, m)) for m, d in zip(measured.tolist(), down.tolist(), strict=True)]
        parts |= {"measured": instants(measured), "excluded": instants(excluded), "down": instants(down)}
        parts["share"] = pl.Series(shares, dtype=TEXT)
    return whole(parts, len(columns), shape)


def frame_of_periods(periods: Periods, shape: Shape) -> pl.DataFrame:
    """Return the period verdicts of a policy in the order of their labels."""
    tallies = periods.tallies
    counted = [each.met + each.breached for each in tallies]
    parts: dict[str, Any] = {
        "policy": [periods.terms.policy.id],
        "subject": [""],
        "key": pl.Series([[]], dtype=TEXTS),
        "outcome": [str(OUTCOMES[each]) for each in periods.outcomes],
        "period": periods.labels,
        "clauses": pl.Series([[periods.terms.policy.clause]], dtype=TEXTS),
        "version": [periods.terms.version],
        "counted": counted,
        "share": [str(Fraction(each.met, of)) if of else None for each, of in zip(tallies, counted, strict=True)],
        **{name: [getattr(each, name) for each in tallies] for name in _COUNTS},
    }
    return whole(parts, len(tallies), shape)


def whole(parts: dict[str, Any], size: int, shape: Shape) -> pl.DataFrame:
    """Return a frame of all columns; what has one value has it in every row, what is absent is empty or null."""
    columns = []
    for name, dtype in shape.items():
        part = parts.get(name)
        if part is None:
            series = nothing(dtype).alias(name)
        else:
            series = (part if isinstance(part, pl.Series) else pl.Series(part, strict=False)).cast(dtype).alias(name)
        if len(series) != size:
            series = series.new_from_index(0, size) if size else series.clear()
        columns.append(series)
    return pl.DataFrame(columns)


@cache
def nothing(dtype: pl.DataType) -> pl.Series:
    """Return what stands where a verdict has nothing to say, once."""
    return pl.Series([[]] if isinstance(dtype, pl.List) else [None], dtype=dtype)


def instants(values: Ints | None) -> pl.Series | None:
    """Return microseconds, null where there are none."""
    if values is None:
        return None
    series = pl.Series(values)
    return series.set(pl.Series(values == NONE), None) if (values == NONE).any() else series


def texts(column: Column | None) -> pl.Series | None:
    """Return a column of texts; None where it has none at all."""
    if column is None or not column.values or not column.present.any():
        return None
    return gathered(pl.Series(list(column.values), dtype=TEXT), column.data, column.present)


def subjects(columns: Columns) -> pl.Series:
    """Return the subject of each start event."""
    if columns.subjects is not None:
        return pl.Series(columns.subjects, dtype=TEXT)
    starts = columns.starts
    assert starts is not None
    return starts.log.names.subjects(starts.log.subject[starts.event])


def keys(columns: Columns) -> pl.Series:
    """Return the values of the match of each case."""
    if columns.keys is not None:
        return pl.Series([list(key) for key in columns.keys], dtype=TEXTS)
    starts = columns.starts
    assert starts is not None
    parts = []
    for number, (name, values) in enumerate(starts.match.items()):
        if name == "subject":
            text = starts.log.names.subjects(values.data)
        else:
            text = pl.Series(list(values.values or ()), dtype=TEXT).gather(values.data)
        parts.append(text.alias(str(number)))
    return pl.select(pl.concat_list(parts)).to_series()


def evidence(columns: Columns) -> pl.Series:
    """Return the names of the events that decided each verdict, each once, in order."""
    if columns.grounds is not None:
        return pl.Series([list(some) for some in columns.grounds(np.arange(len(columns)))], dtype=TEXTS)
    starts, size = columns.starts, len(columns)
    assert starts is not None
    log = starts.log
    names = [names_at(log.names, starts.event)]
    if columns.reopened is not None and len(columns.reopened[0]):
        owner, *pair = columns.reopened
        both = pl.DataFrame({"owner": np.repeat(owner, 2), "name": log.names.events(np.stack(pair, axis=1).ravel())})
        grouped = both.group_by("owner", maintain_order=True).agg("name")
        everyone = pl.DataFrame({"owner": np.arange(size)}).join(grouped, on="owner", how="left", maintain_order="left")
        names.append(everyone["name"].fill_null([]).alias("reopened"))
    names += [each if isinstance(each, pl.Series) else names_at(log.names, each) for each in columns.evidence]
    if names[1:2] and names[1].dtype == TEXTS:
        frame = pl.DataFrame([each.alias(str(number)) for number, each in enumerate(names)])
        return frame.select(pl.concat_list(pl.all()).list.drop_nulls().list.unique(maintain_order=True)).to_series()
    return listed(names)


def listed(names: list[pl.Series]) -> pl.Series:
    """Return, row by row, the names that stand in some columns, each once, as a list."""
    size = len(names[0])
    there = np.zeros((size, len(names)), np.bool_)
    for number, each in enumerate(names):
        there[:, number] = each.is_not_null().to_numpy()
        for before in names[:number]:
            there[:, number] &= ~(each == before).fill_null(False).to_numpy()
    every = pl.concat([each.alias("name") for each in names])
    lengths = there.sum(axis=1)
    parts, rows = [], []
    # Rows with as many names are cut out of one column together, which is far quicker than one by one.
    for length in np.unique(lengths).tolist():
        here = np.flatnonzero(lengths == length)
        row, column = np.nonzero(there[here])
        cut = every.gather(here[row] + column * size)
        parts.append(cut.reshape((len(here), length)).cast(TEXTS) if length else NO_NAMES.new_from_index(0, len(here)))
        rows.append(here)
    if len(parts) == 1:
        return parts[0]
    return pl.concat(parts).gather(np.argsort(np.concatenate(rows)))


def basis(columns: Columns) -> pl.Series | None:
    """Return the fields and values that chose each limit, in order; made once for each combination of them."""
    if not columns.basis or not len(columns):
        return None
    said = [each.values.coded() for each in columns.basis]
    kinds = groups([np.where(each.present, each.data + 1, 0) for each in said], len(columns))
    lowers = columns.terms.policy.kind != "no_overlap"
    distinct = [
        [
            {"name": each.name, "value": shown(values.item(place), lowers=lowers)}
            for each, values in zip(columns.basis, said, strict=True)
            if each.always or values.present[place]
        ]
        for place in firsts(kinds).tolist()
    ]
    return pl.Series(distinct, dtype=BASIS).gather(kinds)


def shown(value: Any, *, lowers: bool) -> str | None:
    """Return a value as a sentence shows it."""
    if value is None:
        return None
    return str(value).lower() if lowers and isinstance(value, bool) else str(value)


def details(columns: Columns) -> pl.Series | None:
    """Return what the sentences need besides."""
    if columns.detail is None:
        return None
    return pl.Series([list(each) for each in columns.detail(np.arange(len(columns)))], dtype=TEXTS)


def standing(columns: Columns) -> pl.Series | None:
    """Return the stretches that did not count."""
    if columns.standing is None:
        return None
    told = columns.standing(np.arange(len(columns)))
    if not len(told.owner):
        return None
    frame = pl.DataFrame(
        {
            "owner": told.owner,
            "kind": pl.Series(told.kind, dtype=TEXT),
            "start": instants(told.start),
            "end": instants(told.end),
            "scope": pl.Series(told.scope, dtype=TEXT),
            "id": pl.Series(told.name, dtype=TEXT),
        }
    )
    grouped = (
        frame.sort("owner", "start", "kind", "id")
        .group_by("owner", maintain_order=True)
        .agg(pl.struct("kind", "start", "end", "scope", "id").alias("of"))
    )
    everyone = pl.DataFrame({"owner": np.arange(len(columns))})
    joined = everyone.join(grouped, on="owner", how="left", maintain_order="left")["of"]
    return joined.cast(STANDING_STILL).fill_null([])

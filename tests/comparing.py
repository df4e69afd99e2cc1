"""What tests that compare evaluators share: what verdicts say in every column, and a history as it may come in."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.events import Finding
from sla_rules.instants import moment
from sla_rules.judged import Judged, judged_of, verdicts_of
from sla_rules.verdict import Verdicts

Row = dict[str, Any]


def rows_of(frame: pl.DataFrame, judged: Judged) -> list[Row]:
    """All columns of all verdicts and their sentences, in an order of their own."""
    whole = frame.with_columns(
        pl.Series("reason", [each.reason for each in verdicts_of(frame, judged.terms)], pl.String)
    )
    rows = whole.with_columns(pl.selectors.by_dtype(pl.Enum).cast(pl.String)).rows(named=True)
    first = ("policy", "version", "counted", "start", "key", "period", "evidence")
    return sorted(rows, key=lambda row: (*(repr(row[name]) for name in first), repr(row)))


def told(finding: Finding) -> tuple[object, ...]:
    """All of a finding but the place, which is another in every source."""
    return finding.kind, finding.message, finding.event, finding.subject, finding.policy, finding.count


def apart(expected: Verdicts | Judged, found: Judged | sla.Report) -> list[str]:
    """Every difference between what was expected and what was found, in words; none where they agree."""
    wanted = judged_of(expected) if isinstance(expected, Verdicts) else expected
    given = found.judged if isinstance(found, sla.Report) else found
    said = [
        _of_rows(*pair) for pair in zip_longest(*(rows_of(each.verdicts.collect(), each) for each in (wanted, given)))
    ]
    said.append(_of_counts("finding", *(Counter(map(told, each.findings)) for each in (wanted, found))))
    said += [
        [f"{name}: {one!r} became {other!r}"]
        for name in ("as_of", "given")
        if (one := getattr(wanted, name)) != (other := getattr(given, name))
    ]
    if (
        not given.breached.collect()
        .sort(pl.all())
        .equals(given.verdicts.collect().filter(pl.col("outcome") == "breached").sort(pl.all()))
    ):
        said.append(["what is breached differs from the verdicts that are"])
    said.append(_of_counts("count", *(Counter(each.counts.rows()) for each in (wanted, given))))
    for name in ("level", "vip", "service", "customer", "severity"):
        said.append(_of_counts(f"last {name}", *(Counter(each.attributes(name).rows()) for each in (wanted, given))))
    return [each for some in said for each in some]


def _of_rows(one: Row | None, other: Row | None) -> list[str]:
    if one is None or other is None:
        return [f"verdict only {'found' if one is None else 'expected'}: {one or other}"]
    named = f"{one['policy']} of {one['subject']!r}"
    return [f"{named}: {name} {one[name]!r} became {other[name]!r}" for name in one if one[name] != other[name]]


def _of_counts(what: str, one: Counter[Any], other: Counter[Any]) -> list[str]:
    return [f"{what} missing: {each}" for each in (one - other).elements()] + [
        f"{what} too many: {each}" for each in (other - one).elements()
    ]


def expected_of(
    agreement: sla.Agreement, events: Iterable[sla.Event], as_of: int | None, windows: Sequence[sla.Window] = ()
) -> Verdicts:
    """What the reference says."""
    return sla.judge(agreement, events, as_of=None if as_of is None else moment(as_of), windows=windows)


def without_nulls(events: Iterable[sla.Event]) -> list[sla.Event]:
    """The same events without fields that are null, which no frame tells from missing ones."""
    return [remade(event) for event in events]


def remade(event: sla.Event, **changes: Any) -> sla.Event:
    """The same event without null fields, and with other parts."""
    data = {name: value for name, value in event.data.items() if value is not None}
    parts = {"id": event.id, "type": event.type, "subject": event.subject, "time": event.time, "data": data}
    return sla.Event(**{**parts, **changes})


def disordered(events: Sequence[sla.Event], seed: int) -> list[sla.Event]:
    """The same history as it may come in: shuffled, some events without their id, some twice, some ids for two."""
    dice = random.Random(seed)
    bare, again, clash = (dice.choice((0.0, 0.0, 0.3, 1.0)) * scale for scale in (1.0, 0.5, 0.3))
    some = [remade(event, id=None) if dice.random() < bare else remade(event) for event in events]
    some += [remade(event) for event in some if dice.random() < again]
    some += [
        remade(event, id=dice.choice(some).id or event.id)
        for event in some.copy()
        if event.id is not None and dice.random() < clash
    ]
    dice.shuffle(some)
    return some

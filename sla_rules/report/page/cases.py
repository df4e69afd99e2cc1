"""The broken promises as the page draws them: plain values, short, as there may be ten thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sla_rules.instants import micros
from sla_rules.periods import bounds, label
from sla_rules.reason import Lang, local, word
from sla_rules.report.page.overdue import OF_PERIOD, Group, most_overdue
from sla_rules.report.page.parts import Part
from sla_rules.report.summary import version_of_line
from sla_rules.verdict import Verdict

Record = dict[str, Any]

MOST_BEHIND, BEHIND = 2_000, 20
"""How many cases behind broken periods the page has in all, and of one period."""
STRETCHES, LEAST, GREATEST = 100_000, 10, 200
"""How many stretches the page has in all, and of one case: its story may have thousands of nights."""
REST = "rest"
"""The cause of what is drawn as one stretch instead of many."""


@dataclass(slots=True)
class Cases:
    """What the page knows of the broken promises.

    Attributes:
        count: how many there are.
        shown: how many of them are on the page.
        stretches: how many stretches of one case are drawn.
        records: one a verdict: the broken promises, then the cases behind broken periods.
        names: the names of stretches, by which the records are shorter.
    """

    count: int
    shown: int
    stretches: int
    records: list[Record] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def add(self, part: Part, verdict: Verdict, number: int, lang: Lang) -> Record:
        """Add the record of a verdict on the commitment with a number, and return it."""
        made = record(verdict, lang, self.names, self.stretches) | {"p": number}
        if (ruling := part.report.ruling_on(verdict)) is not None:
            made["u"] = [ruling.decision, ruling.by, ruling.why]
        self.records.append(made)
        return made


class BrokenPeriod(NamedTuple):
    """A broken period on the page: which one, how many of its instances are breached, and its record."""

    part: Part
    group: Group
    breached: int
    record: Record


def cases_of(parts: Sequence[Part], lang: Lang, most: int) -> Cases:
    """Return the broken promises, at most `most`: where there are more, as many of each clause as there is room."""
    counts = [group.count for part in parts for group in part.report.breaches_by_clause(0).values()]
    each = fair_share(counts, most)
    broken = [
        (part, verdict)
        for part in parts
        for group in part.report.breaches_by_clause(each).values()
        for verdict in group.verdicts
    ]
    stretches = max(LEAST, min(GREATEST, STRETCHES // max(len(broken), 1)))
    cases = Cases(sum(counts), len(broken), stretches)
    numbers = {part.name: part.numbers() for part in parts}
    periods = []
    for part, verdict in broken:
        number = numbers[part.name][verdict.policy, version_of_line(verdict.version, part.report.agreement)]
        made = cases.add(part, verdict, number, lang)
        if verdict.tally is not None:
            group = verdict.policy, verdict.version, verdict.period
            periods.append(BrokenPeriod(part, group, verdict.tally.breached, made))
    for period, found in zip(periods, behind(periods), strict=True):
        period.record["b"] = [len(cases.records) + place for place in range(len(found))]
        period.record["n"] = period.breached - len(found)
        for one in found:
            cases.add(period.part, one, period.record["p"], lang)
    return cases


def fair_share(counts: Sequence[int], most: int) -> int:
    """Return how many of each group may be taken so that all together are at most `most`: the small ones whole."""
    left = most
    for taken, count in enumerate(sorted(counts)):
        each = left // (len(counts) - taken)
        if count > each:
            return each
        left -= count
    return max(counts, default=0)


def behind(periods: Sequence[BrokenPeriod]) -> list[list[Verdict]]:
    """Return the breached instances of each period, the most overdue first; the first periods while there is room."""
    room = MOST_BEHIND
    wanted = {}
    for period in periods:
        if most := min(BEHIND, period.breached, room):
            wanted[period.part, period.group] = most
            room -= most
    found = most_overdue(OF_PERIOD, wanted)
    return [found.get((period.part, period.group), []) for period in periods]


def record(verdict: Verdict, lang: Lang, names: dict[str, int], most: int) -> Record:
    """Return what the page says of a verdict: instants in microseconds with their text beside them, left out if none.

    `s` subject, `k` the rest of its key, `m` month, of a period `o` its first instant, `r` reason, `a` start, `d` due,
    `e` stop, `c` cancel and in capitals their texts, `g` how late in microseconds, `q` all clauses where there are
    several, `v` version, `w` the events that decided it, `t` its stretches, at most `most`.
    """
    said: Record = {"s": verdict.subject or verdict.period or "", "r": verdict.reason_in(lang)}
    key = [part for part in verdict.key if part != verdict.subject]
    instants = (("a", verdict.start_at), ("d", verdict.due_at), ("e", verdict.stop_at), ("c", verdict.cancelled_at))
    for name, at in instants:
        if at is not None:
            said |= {name: at, name.upper(): local(at, verdict)}
    late = None if verdict.margin_micros is None else -verdict.margin_micros
    optional = {
        "o": None if verdict.tally is None else beginning(verdict),
        "k": ", ".join(key),
        "m": word(month(verdict), lang),
        "g": late,
        "q": list(verdict.clauses) if len(verdict.clauses) > 1 else None,
        "v": verdict.version,
        "w": list(verdict.evidence),
    }
    return said | {name: value for name, value in optional.items() if value} | stretches(verdict, lang, names, most)


def month(verdict: Verdict) -> str:
    """Return the month in which a verdict began, or the longer period that it judges."""
    objective = verdict.terms.policy.objective
    if verdict.tally is not None and objective is not None and objective.per in ("quarter", "year", "whole"):
        return str(verdict.period)
    began = beginning(verdict)
    return "" if began is None else label(began, "month", verdict.terms.zone)


def beginning(verdict: Verdict) -> int | None:
    """Return when a case or a period began, in microseconds; None for what has no beginning."""
    objective = verdict.terms.policy.objective
    if verdict.tally is None or objective is None:
        return verdict.start_at
    return None if objective.per == "whole" else bounds(str(verdict.period), objective.per, verdict.terms.zone)[0]


def stretches(verdict: Verdict, lang: Lang, names: dict[str, int], most: int) -> Record:
    """Return the stretches of a verdict: their first instant, then where each ends, its cause, and its name if any."""
    found = verdict.trace.stretches
    if not found:
        return {}
    told: list[Any] = [micros(found[0].start)]
    for each in found if len(found) <= most else found[: most - 1]:
        told.append([micros(each.end), each.cause])
        if each.name:
            told[-1].append(names.setdefault(name_of(each.name, lang), len(names)))
    if len(found) > most:
        told.append([micros(found[-1].end), REST])
    return {"t": told}


def name_of(name: str, lang: Lang) -> str:
    """Return the name of a stretch in a language: a kind of window or pause, then what it rests on."""
    kind, *of = name.split(" ", 1)
    return " ".join([word(kind, lang), *(" – ".join(each.rsplit(" to ", 1)) for each in of)])

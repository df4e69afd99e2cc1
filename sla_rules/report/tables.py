"""The rows of a report's tables, as text, for whatever shows them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from sla_rules.events import Finding
from sla_rules.lang import Lang, grouped
from sla_rules.reason import in_zone, local
from sla_rules.report.words import at_place, event_named, other_messages
from sla_rules.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import polars as pl

    from sla_rules.report.against import Comparison
    from sla_rules.report.report import Report
    from sla_rules.report.summary import Line
    from sla_rules.rulings import Ruling

SUMMARY = ("promise", "strength", "objective", "met", "breached", "pending", "left out", "")
"""The header of the summary; the last column says whether the promise was kept."""
AFTER = ("promise", "breached", "waived", "still breached", "before rulings", "after rulings")
"""The header of the promises of which something is waived."""
RULINGS = ("ruling", "promise", "case", "by", "when", "why")
"""The header of the rulings."""
MISFITS = ("case", "stated", "outcome", "why")
"""The header of the cases of which the source and the verdicts differ."""
MOST_MEANINGS = 20
"""How many values of the source are listed with what they mean."""
MOST_MESSAGES = 3
"""How many different messages of one kind of finding are shown."""

STATUSES = ("kept", "broken", "open", "not judged", "no data")


def headline(report: "Report") -> str:
    """One sentence: what was judged and how many promises were broken."""
    lines = report.summary
    as_of = "" if report.as_of is None else f" as of {in_zone(report.as_of, report.agreement.zone)}"
    promises = "1 promise" if len(lines) == 1 else f"{len(lines)} promises"
    after = f" After rulings: {_statuses(report.after)}." if report.rulings else ""
    return f"{promises} of `{report.agreement.id}`{as_of}: {_statuses(lines)}.{after}"


def _statuses(lines: Iterable["Line"]) -> str:
    """How many promises came to what."""
    counted = Counter(line.status for line in lines)
    return ", ".join(f"{counted[status]} {status}" for status in STATUSES if counted[status])


def summary_rows(report: "Report") -> Iterator[tuple[str, ...]]:
    """One row a policy, in the columns of `SUMMARY`."""
    for line in report.summary:
        left_out = sum(line.counts[outcome] for outcome in (Outcome.EXEMPT, Outcome.VOID, Outcome.UNDETERMINED))
        counts = (line.counts[Outcome.MET], line.counts[Outcome.BREACHED], line.counts[Outcome.PENDING], left_out)
        yield line.name, line.clause.strength, line.promise, *map(str, counts), line.status


def after_rows(report: "Report") -> Iterator[tuple[str, ...]]:
    """One row a promise of which something is waived, in the columns of `AFTER`."""
    for before, after in zip(report.summary, report.after, strict=True):
        if after.waived:
            yield before.name, _broken(before), str(after.waived), _broken(after), before.status, after.status


def _broken(line: "Line") -> str:
    """How many instances are breached, and how many periods where they are what is promised."""
    instances = str(line.counts[Outcome.BREACHED])
    if line.policy.objective is None:
        return instances
    periods = line.periods[Outcome.BREACHED]
    return f"{instances}, {periods} period{'' if periods == 1 else 's'}"


def ruling_rows(
    rulings: Iterable["Ruling"], holding: Iterable["Ruling"], zone: "ZoneInfo"
) -> Iterator[tuple[str, ...]]:
    """One row a ruling, in the columns of `RULINGS`; those that hold on no verdict say so."""
    held = set(holding)
    for ruling in rulings:
        decision = ruling.decision if ruling in held else f"{ruling.decision}, does not count"
        case = ruling.subject or ", ".join(ruling.key or ()) or ruling.period or ""
        when = "" if ruling.decided_at is None else in_zone(ruling.decided_at, zone)[:16]
        yield decision, ruling.policy, case, ruling.by, when, ruling.why


def breach_rows(
    verdicts: Iterable[Verdict], ruling_on: "Callable[[Verdict], Ruling | None] | None" = None
) -> Iterator[tuple[str, str, str]]:
    """Case, start to the minute and reason of some breaches, with the ruling that `ruling_on` gives for each."""
    for verdict in verdicts:
        started = local(verdict.start_at, verdict)[:16] if verdict.start_at is not None else ""
        ruling = None if ruling_on is None else ruling_on(verdict)
        decided = "" if ruling is None else f" {ruling.decision.capitalize()} by {ruling.by}: {ruling.why}"
        yield verdict.subject or verdict.period or "", started, verdict.reason + decided


def table_rows(comparison: "Comparison") -> Iterator[tuple[str, ...]]:
    """One row for each thing that the source may state, in the columns of `Comparison.table`."""
    for row in comparison.table.iter_rows():
        yield tuple(map(str, row))


def meaning_rows(comparison: "Comparison") -> Iterator[tuple[str, str]]:
    """One row for each value of the source and what it means, the first ones and how many more there are."""
    yield from islice(comparison.meanings.items(), MOST_MEANINGS)
    if (more := len(comparison.meanings) - MOST_MEANINGS) > 0:
        yield f"each of {more} more", "kept, broken or unknown"


def misfit_rows(rows: "pl.DataFrame") -> Iterator[tuple[str, ...]]:
    """One row a case, in the columns of `MISFITS`."""
    for key, subject, *told in rows.select("key", "subject", "stated", "outcome", "reason").iter_rows():
        yield ", ".join(key) if key else subject, *told


def shown(value: object) -> str:
    """A value of the provenance as text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def finding_rows(findings: Iterable[Finding], lang: Lang = "en") -> Iterator[tuple[str, str, str]]:
    """One row a kind of finding: how many events, and what is said of them, each with the first place.

    What is said of most events comes first, what only counts findings that are not listed comes last; of messages
    beyond `MOST_MESSAGES` there is only the number. The messages themselves are English in every language.
    """
    kinds: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, {}).setdefault(finding.message, []).append(finding)
    for kind, messages in kinds.items():
        groups = sorted(messages.values(), key=lambda group: (_is_rest(group[0]), -_events(group)))
        said = [_said(group, lang, alone=len(groups) == 1) for group in groups[:MOST_MESSAGES]]
        if (more := len(groups) - MOST_MESSAGES) > 0:
            said.append(other_messages(more, lang))
        yield kind, grouped(sum(map(_events, groups)), lang), "; ".join(said)


def _is_rest(finding: Finding) -> bool:
    """Say whether a finding only counts those that are not listed."""
    return finding.count > 1 and finding.event is None and not finding.place


def _events(findings: Iterable[Finding]) -> int:
    return sum(each.count for each in findings)


def _said(findings: Sequence[Finding], lang: Lang, *, alone: bool) -> str:
    """The message of findings that say the same, with the first place, and how many they are unless they are alone."""
    first, count = findings[0], _events(findings)
    place = first.place or (event_named(first.event, lang) if first.event else "")
    return (
        f"{at_place(place, 1 if alone else count, lang, several=count > 1)}{first.message}" if place else first.message
    )

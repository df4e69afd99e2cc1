"""Judges the incidents of a real ServiceNow log, and compares each verdict with the one that the product recorded.

    python examples/servicenow/check_log.py [LOG]

LOG is the UCI incident event log (repository no. 498) as Parquet; unless said,
`../shared/data/uci_incidents/incident_event_log.parquet` from the root of the repository. Nothing is downloaded.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import polars as pl

import sla_rules as sla

HERE = Path(__file__).resolve().parent
AGREEMENT = HERE / "agreement.yaml"
LOG = HERE.parents[1].parent / "shared" / "data" / "uci_incidents" / "incident_event_log.parquet"

COLUMNS = (
    "number", "incident_state", "made_sla", "opened_at", "closed_at", "sys_updated_at", "sys_updated_by", "priority"
)  # fmt: skip

CLOSED_AGAIN = "closed more than once, and in time at the first closing"
ROUND_LIMIT = "late by the round limit, not by the one that fits the log best"
LATE_YET_TRUE = "late, yet recorded as in time"
IN_TIME_YET_FALSE = "in time, yet recorded as late"
CLASSES = (CLOSED_AGAIN, LATE_YET_TRUE, ROUND_LIMIT, IN_TIME_YET_FALSE)

HOUR = 3_600_000_000  # microseconds


def read_log(path: Path) -> pl.DataFrame:
    """Return the rows of the log in the order of the file, numbered; its times, which have no zone, as UTC."""
    rows = pl.read_parquet(path, columns=list(COLUMNS)).select(COLUMNS).with_row_index("row")
    return rows.with_columns(pl.col("opened_at", "closed_at", "sys_updated_at").dt.replace_time_zone("UTC"))


def incidents_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row an incident: its first and last priority, the verdict recorded last, its closings."""
    closed = pl.col("incident_state") == "Closed"
    return rows.group_by("number", maintain_order=True).agg(
        first_row=pl.col("row").first(),
        last_row=pl.col("row").last(),
        first_priority=pl.col("priority").first(),
        priority=pl.col("priority").last(),
        recorded=pl.col("made_sla").last(),
        opened_at=pl.col("opened_at").first(),
        closed_at=pl.col("closed_at").last(),
        closings=closed.sum(),
        first_closed_at=pl.col("sys_updated_at").filter(closed).first(),
        last_updated_by=pl.col("sys_updated_by").last(),
    )


def changes_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in which the priority differs from that of the row before of the same incident."""
    before = pl.col("priority").shift().over("number")
    return rows.filter(pl.col("priority").ne(before))  # null, so left out, in the first row of an incident


def events_of(incidents: pl.DataFrame, changes: pl.DataFrame, closed_at: str = "closed_at") -> list[sla.Event]:
    """Return the events of incidents: opened, priority changed, closed (at the instant that a column says).

    Ids begin with the number of the row, in six digits: where a priority changes twice in one minute, ids decide, and
    they compare as text.
    """
    events = []
    columns = ("number", "first_row", "first_priority", "opened_at", "last_row", "recorded", closed_at)
    for number, first, priority, opened, last, recorded, closed in incidents.select(columns).iter_rows():
        events += [
            sla.Event(
                id=f"{first:06}-opened",
                type="incident.opened",
                subject=number,
                time=opened,
                data={"priority": priority},
            ),
            sla.Event(
                id=f"{last:06}-closed",
                type="incident.closed",
                subject=number,
                time=closed,
                data={"made_sla": recorded},
            ),
        ]
    changed_columns = ("row", "number", "sys_updated_at", "priority")
    for row, number, changed, priority in changes.select(changed_columns).iter_rows():
        events.append(
            sla.Event(
                id=f"{row:06}-priority",
                type="priority.changed",
                subject=number,
                time=changed,
                data={"priority": priority},
            )
        )
    return events


def compared(incidents: pl.DataFrame, verdicts: Iterable[sla.Verdict]) -> pl.DataFrame:
    """Return the incidents with what was judged: `met`, and the counted time and the limit in microseconds.

    Raises:
        ValueError: an incident has no verdict, or one that is neither met nor breached.
    """
    judged = pl.DataFrame(
        [(verdict.subject, str(verdict.outcome), verdict.elapsed_micros, verdict.limit_micros) for verdict in verdicts],
        schema={"number": pl.String, "outcome": pl.String, "elapsed": pl.Int64, "limit": pl.Int64},
        orient="row",
    )
    joined = incidents.join(judged, on="number", how="left", maintain_order="left", validate="1:1")
    odd = joined.filter(~pl.col("outcome").is_in(["met", "breached"]).fill_null(False))
    if odd.height:
        raise ValueError(f"{odd.height} incidents are neither met nor breached, the first is {odd['number'][0]}")
    return joined.with_columns(met=pl.col("outcome") == "met").drop("outcome")


def confusion(judged: pl.DataFrame) -> pl.DataFrame:
    """Return how often the verdicts and the recorded ones agree, one row a priority, in order.

    `commoner` is how often always giving the commoner of the recorded verdicts would agree.
    """
    met, recorded = pl.col("met"), pl.col("recorded")
    return (
        judged.group_by("priority")
        .agg(
            incidents=pl.len(),
            both_met=(met & recorded).sum(),
            both_breached=(~met & ~recorded).sum(),
            only_recorded_met=(~met & recorded).sum(),
            only_judged_met=(met & ~recorded).sum(),
            agreed=(met == recorded).sum(),
            commoner=pl.max_horizontal(recorded.sum(), (~recorded).sum()),
        )
        .sort("priority")
    )


def best_limits(judged: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Return for each priority the limits that agree with most of the recorded verdicts, in microseconds.

    That is every limit from the first number on, up to and not including the second. Where several such stretches
    agree equally often, it is the first.
    """
    best = {}
    for (priority,), group in judged.group_by("priority"):
        times = (
            group.group_by("elapsed")
            .agg(kept=pl.col("recorded").sum().cast(pl.Int64), lost=(~pl.col("recorded")).sum().cast(pl.Int64))
            .sort("elapsed")
            # A limit at this counted time is right about the kept up to here and about the lost beyond.
            .with_columns(gain=(pl.col("kept") - pl.col("lost")).cum_sum())
        )
        at = times["gain"].arg_max() or 0
        beyond = min(at + 1, times.height - 1)
        best[str(priority)] = int(times["elapsed"][at]), int(times["elapsed"][beyond])
    return best


def explained(judged: pl.DataFrame, at_first_closing: pl.DataFrame) -> pl.DataFrame:
    """Return the incidents that are judged otherwise than recorded, each with the class that it falls into.

    Args:
        judged: all incidents.
        at_first_closing: those closed more than once, judged at their first closing.
    """
    least = {priority: limits[0] for priority, limits in best_limits(judged).items()}
    repaired = at_first_closing.filter(pl.col("met") == pl.col("recorded"))["number"].implode()
    best = pl.col("priority").replace_strict(least, return_dtype=pl.Int64)
    return judged.filter(pl.col("met") != pl.col("recorded")).with_columns(
        why=pl.when(pl.col("number").is_in(repaired))
        .then(pl.lit(CLOSED_AGAIN))
        .when(pl.col("met"))
        .then(pl.lit(IN_TIME_YET_FALSE))
        .when(pl.col("elapsed") <= best)
        .then(pl.lit(ROUND_LIMIT))
        .otherwise(pl.lit(LATE_YET_TRUE))
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a whole run.

    Attributes:
        events: how many events were judged.
        findings: how many findings of each kind there were.
        judged: all incidents, with the verdict and the recorded one.
        at_first_closing: those closed more than once, judged at their first closing.
        by_first_priority: those that ended with another priority than they began with, judged by the first.
        misfits: those judged otherwise than recorded, each with its class.
        reading, judging: seconds.
    """

    events: int
    findings: dict[str, int]
    judged: pl.DataFrame
    at_first_closing: pl.DataFrame
    by_first_priority: pl.DataFrame
    misfits: pl.DataFrame
    reading: float
    judging: float


def check(path: Path, agreement: sla.Agreement) -> Result:
    """Judge all incidents of a log by an agreement that has one policy."""
    begun = perf_counter()
    rows = read_log(path)
    incidents, changes = incidents_of(rows), changes_of(rows)
    events = events_of(incidents, changes)
    read = perf_counter()
    verdicts = sla.judge(agreement, events)
    done = perf_counter()
    judged = compared(incidents, verdicts)

    again = incidents.filter(pl.col("closings") > 1)
    changed = changes.join(again, on="number", how="semi", maintain_order="left")
    first = compared(again, sla.judge(agreement, events_of(again, changed, "first_closed_at")))
    moved = incidents.filter(pl.col("priority") != pl.col("first_priority"))
    return Result(
        events=len(events),
        findings=dict(Counter(finding.kind for finding in verdicts.findings)),
        judged=judged,
        at_first_closing=first,
        by_first_priority=compared(moved, sla.judge(agreement, events_of(moved, changes.clear()))),
        misfits=explained(judged, first),
        reading=read - begun,
        judging=done - read,
    )


def shown(result: Result) -> str:
    """Return what is printed."""
    table = confusion(result.judged)
    whole = table.sum().with_columns(priority=pl.lit("all"))
    found = ", ".join(f"{count} {kind}" for kind, count in result.findings.items()) or "none"
    lines = [
        f"{result.judged.height:,} incidents, {result.events:,} events, findings: {found}",
        "",
        "judged                     in time     late     late  in time            always the",
        "recorded      incidents    in time     late  in time     late     agree    commoner",
    ]
    for priority, count, *cells, agreed, commoner in pl.concat([table, whole]).iter_rows():
        numbers = "".join(f"{cell:>9,}" for cell in cells)
        lines.append(f"{priority:13}{count:>10,}  {numbers}  {agreed / count:>8.3%}  {commoner / count:>10.3%}")
    lines += ["", f"{result.misfits.height} verdicts differ from the recorded ones:"]
    for why in CLASSES:
        members = result.misfits.filter(pl.col("why") == why).sort(
            (pl.col("elapsed") - pl.col("limit")).abs(), "number"
        )
        examples = ", ".join(members["number"].tail(2).reverse())
        lines.append(f"{members.height:>4}  {why}" + (f" ({examples})" if examples else ""))
    lines += ["", *remarks(result), ""]
    lines.append(f"{result.reading:.1f} s to read the log, {result.judging:.1f} s to judge all incidents")
    return "\n".join(lines)


def remarks(result: Result) -> list[str]:
    """Return what else the log says, one sentence a line."""
    judged, misfits, first, moved = result.judged, result.misfits, result.at_first_closing, result.by_first_priority
    before = judged.join(first, on="number", how="semi", maintain_order="left")
    right, now_right = agrees(before), agrees(first)
    retargeted = judged.join(moved, on="number", how="semi", maintain_order="left")
    late = misfits.filter(pl.col("why") == LATE_YET_TRUE)
    nothing_counted = misfits.filter((pl.col("why") == IN_TIME_YET_FALSE) & (pl.col("elapsed") == 0)).height
    lines = [
        f"Judging the first closing of the {first.height} incidents closed more than once repairs "
        f"{(now_right & ~right).sum()} verdicts and breaks {(right & ~now_right).sum()}.",
        f"Of the {moved.height} incidents whose priority ended otherwise than it began, {agrees(retargeted).sum()} "
        f"agree; judged by the first priority, {agrees(moved).sum()} would.",
        f"For {nothing_counted} of those in time yet recorded as late, no working time passed at all.",
    ]
    if late.height:
        by = late["last_updated_by"].mode().sort()[0]
        own = judged.filter(pl.col("last_updated_by") == by).height
        lines.append(
            f"Of those late yet recorded as in time, `{by}` closed {(late['last_updated_by'] == by).sum()}, "
            f"and {own / judged.height:.1%} of all incidents."
        )
    lines.append("Limits that fit the log best by this calendar, and the one taken:")
    taken = dict(judged.select("priority", "limit").unique().iter_rows())
    for priority, (least, beyond) in sorted(best_limits(judged).items()):
        stretch = f"{least / HOUR:6.2f} h to less than {beyond / HOUR:6.2f} h"
        lines.append(f"  {priority:12}  {stretch}  {taken[priority] / HOUR:4.0f} h")
    return lines


def agrees(judged: pl.DataFrame) -> pl.Series:
    """Return for each incident whether it is judged as recorded."""
    return judged["met"] == judged["recorded"]


def main(arguments: Sequence[str]) -> int:
    """Run the comparison; 2 where the log is missing or another file."""
    if len(arguments) > 1:
        print("usage: check_log.py [LOG]", file=sys.stderr)
        return 2
    path = Path(arguments[0]) if arguments else LOG
    if not path.is_file():
        print(f"no log at {path}; the README beside this script says where it comes from", file=sys.stderr)
        return 2
    try:
        result = check(path, sla.load(AGREEMENT))
    except pl.exceptions.PolarsError as error:
        print(f"{path} is not the incident event log: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    print(shown(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

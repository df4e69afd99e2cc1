"""Judges the incidents of a real ServiceNow log, and compares each verdict with the one that the product recorded.

    python examples/servicenow/check_log.py [LOG]

LOG is the UCI incident event log (repository no. 498) as Parquet, `../shared/data/uci_incidents/incident_event_log.parquet`
beside the repository unless said. Nothing is downloaded.
"""

import sys
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
ROUND_LIMIT = "late by the round limit only, not by the one that fits the log best"
LATE_YET_TRUE = "late, yet recorded as in time"
IN_TIME_YET_FALSE = "in time, yet recorded as late"
CLASSES = (CLOSED_AGAIN, LATE_YET_TRUE, ROUND_LIMIT, IN_TIME_YET_FALSE)


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
    columns = ("row", "number", "sys_updated_at", "priority")
    for row, number, changed, priority in changes.select(columns).iter_rows():
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
        [
            (verdict.subject, str(verdict.outcome), verdict.elapsed_micros, verdict.limit_micros)
            for verdict in verdicts
        ],
        schema={"number": pl.String, "outcome": pl.String, "elapsed": pl.Int64, "limit": pl.Int64},
        orient="row",
    )
    joined = incidents.join(judged, on="number", how="left", maintain_order="left", validate="1:1")
    odd = joined.filter(~pl.col("outcome").is_in(["met", "breached"]).fill_null(False))
    if odd.height:
        raise ValueError(f"{odd.height} incidents are neither met nor breached, the first is {odd['number'][0]}")
    return joined.with_columns(met=pl.col("outcome") == "met").drop("outcome")


def confusion(judged: pl.DataFrame) -> pl.DataFrame:
    """Return how often the verdicts and the recorded ones agree, one row a priority, in its order."""
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
        )
        .sort("priority")
    )


def best_limits(judged: pl.DataFrame) -> dict[str, int]:
    """Return for each priority the least limit, in microseconds, that agrees with most of the recorded verdicts."""
    best = {}
    for (priority,), group in judged.group_by("priority"):
        times = (
            group.group_by("elapsed")
            .agg(kept=pl.col("recorded").sum().cast(pl.Int64), lost=(~pl.col("recorded")).sum().cast(pl.Int64))
            .sort("elapsed")
            # A limit at this counted time is right about the kept up to here and the lost beyond.
            .with_columns(gain=(pl.col("kept") - pl.col("lost")).cum_sum())
        )
        best[str(priority)] = int(times["elapsed"][times["gain"].arg_max() or 0])
    return best


def explained(judged: pl.DataFrame, at_first_closing: pl.DataFrame) -> pl.DataFrame:
    """Return the incidents that are judged otherwise than recorded, each with the class that it falls into.

    Args:
        judged: all incidents.
        at_first_closing: those closed more than once, judged at their first closing.
    """
    limits = best_limits(judged)
    repaired = at_first_closing.filter(pl.col("met") == pl.col("recorded"))["number"].implode()
    best = pl.col("priority").replace_strict(limits, return_dtype=pl.Int64)
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
        findings: how many findings there were.
        judged: all incidents, with the verdict and the recorded one.
        at_first_closing: those closed more than once, judged at their first closing.
        misfits: those judged otherwise than recorded, each with its class.
        reading, judging: seconds.
    """

    events: int
    findings: int
    judged: pl.DataFrame
    at_first_closing: pl.DataFrame
    misfits: pl.DataFrame
    reading: float
    judging: float


def check(path: Path) -> Result:
    """Judge all incidents of a log."""
    agreement = sla.load(AGREEMENT)
    begun = perf_counter()
    rows = read_log(path)
    incidents, changes = incidents_of(rows), changes_of(rows)
    events = events_of(incidents, changes)
    read = perf_counter()
    verdicts = sla.judge(agreement, events)
    done = perf_counter()
    judged = compared(incidents, verdicts)
    again = incidents.filter(pl.col("closings") > 1)
    changed = changes.filter(pl.col("number").is_in(again["number"].implode()))
    first = compared(again, sla.judge(agreement, events_of(again, changed, "first_closed_at")))
    return Result(
        events=len(events),
        findings=len(getattr(verdicts, "findings", ())),
        judged=judged,
        at_first_closing=first,
        misfits=explained(judged, first),
        reading=read - begun,
        judging=done - read,
    )


def shown(result: Result) -> str:
    """Return what is printed."""
    table = confusion(result.judged)
    whole = table.sum().with_columns(priority=pl.lit("all"))
    lines = [
        f"{result.judged.height:,} incidents, {result.events:,} events, {result.findings} findings",
        "",
        f"{'':14}{'':>10}  {'both':>7}  {'both':>9}  {'judged late,':>16}  {'judged in time,':>16}",
        f"{'priority':14}{'incidents':>10}  {'in time':>7}  {'late':>9}  {'recorded in time':>16}"
        f"  {'recorded late':>16}  agreement",
    ]
    for priority, count, met, breached, false_alarm, overlooked, agreed in pl.concat([table, whole]).iter_rows():
        lines.append(
            f"{priority:14}{count:>10,}  {met:>7,}  {breached:>9,}  {false_alarm:>16,}  {overlooked:>16,}"
            f"  {agreed / count:>9.3%}"
        )
    lines += ["", f"{result.misfits.height} verdicts differ from the recorded ones:"]
    for why in CLASSES:
        members = result.misfits.filter(pl.col("why") == why).sort((pl.col("elapsed") - pl.col("limit")).abs())
        examples = ", ".join(members["number"].tail(2).reverse())
        lines.append(f"{members.height:>4}  {why}" + (f" ({examples})" if examples else ""))
    lines += ["", *remarks(result), ""]
    lines.append(f"{result.reading:.1f} s to read the log, {result.judging:.1f} s to judge the incidents")
    return "\n".join(lines)


def remarks(result: Result) -> list[str]:
    """Return what else the log says about the classes."""
    hour = 3_600_000_000
    first, late = result.at_first_closing, result.misfits.filter(pl.col("why") == LATE_YET_TRUE)
    before = result.judged.join(first.select("number"), on="number", how="semi", maintain_order="left")
    right, now_right = (frame.select(pl.col("met") == pl.col("recorded")).to_series() for frame in (before, first))
    lines = [
        f"Judging the first closing of the {first.height} incidents closed more than once repairs "
        f"{(now_right & ~right).sum()} verdicts and breaks {(right & ~now_right).sum()}."
    ]
    if late.height:
        accounts = sorted(set(late["last_updated_by"]))
        lines.append(f"The {late.height} late ones recorded as in time were closed by: {', '.join(accounts)}.")
    unclocked = result.misfits.filter(pl.col("met") & (pl.col("elapsed") == 0)).height
    lines.append(f"Of those in time, recorded as late, {unclocked} were opened and closed outside of working time.")
    taken = dict(result.judged.select("priority", "limit").unique().iter_rows())
    best = best_limits(result.judged)
    fit = ", ".join(f"{name[0]}: {best[name] / hour:.2f} h ({taken[name] // hour} h)" for name in sorted(best))
    lines.append(f"The least limits that fit the log best, and those of the agreement: {fit}.")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Run the comparison; 2 where the log is missing."""
    if len(arguments) > 1:
        print("usage: check_log.py [LOG]", file=sys.stderr)
        return 2
    path = Path(arguments[0]) if arguments else LOG
    if not path.is_file():
        print(f"no log at {path}; the README beside this script says where it comes from", file=sys.stderr)
        return 2
    print(shown(check(path)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

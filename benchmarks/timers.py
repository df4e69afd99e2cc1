"""The three ticket timers in several hands: ours, Polars' own grouping as the bar, a pandas notebook, DuckDB's SQL.

Each function takes a file, and a small one to run first, and returns the work to be timed, whose result is how many
breaches each timer has; that of the bar is the number of tickets. The hand-written ones are what a competent analyst
writes in an afternoon; `LEFT_OUT` says what that leaves out.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from benchmarks.data.drawing import AS_OF

POLICIES = ("support.response", "support.resolution", "support.resolution_sl4_target")
LEFT_OUT = "reopenings, severity changes, cancels, deferrals, duplicates, `as_of`, reasons"
_TYPES = (
    "ticket.opened",
    "ticket.responded",
    "ticket.resolved",
    "ticket.severity_changed",
    "ticket.reopened",
    "ticket.deferred",
    "ticket.cancelled",
)
_LIMITS = {
    "support.response": ("responded", {"SL1": 30, "SL2": 30, "SL3": 15, "SL4": 10}),
    "support.resolution": ("resolved", {"SL1": 480, "SL2": 1440, "SL3": 1440, "SL4": 1440}),
    "support.resolution_sl4_target": ("resolved", {"SL4": 30}),
}
"""What stops each timer, and its minutes by severity."""

Breaches = dict[str, int]
Result = TypeVar("Result")


def bare(path: str, warm: str) -> Callable[[], int]:
    """Polars: the first instant of each type for each ticket, and nothing else."""
    import polars as pl

    def work(path: str) -> int:
        firsts = [pl.when(pl.col("type") == type).then("time").min().alias(type) for type in _TYPES]
        return pl.scan_parquet(path).group_by("subject").agg(firsts).collect().height

    return _warmed(work, path, warm)


def grouping(path: str, warm: str) -> Callable[[], int]:
    """Polars: the first instant of each type for each subject of the mixed year; gives the number of events."""
    import polars as pl

    def work(path: str) -> int:
        events = pl.scan_parquet(path).group_by("subject", "type").agg(pl.col("time").min(), pl.len()).collect()
        return int(events["len"].sum())

    return _warmed(work, path, warm)


def summary(path: str, warm: str, policies: tuple[str, ...] = ("support.*",)) -> Callable[[], Breaches]:
    """Ours, up to how many instances of each policy came to which outcome."""
    evaluate = _ours(policies)

    def work(path: str) -> Breaches:
        return {line.policy.id: line.counts["breached"] for line in evaluate(path).summary}

    return _warmed(work, path, warm)


def counts(path: str, warm: str, policies: tuple[str, ...] = ("support.*",)) -> Callable[[], list[tuple[Any, ...]]]:
    """Ours, up to how many verdicts there are: by policy, whether they judge periods, and outcome."""
    evaluate = _ours(policies)

    def work(path: str) -> list[tuple[Any, ...]]:
        found = evaluate(path).judged.counts
        return sorted(
            (str(a), b, str(c), d)
            for a, b, c, d in found.select("policy", "is_period", "outcome", "number").iter_rows()
        )

    return _warmed(work, path, warm)


def verdicts(path: str, warm: str, policies: tuple[str, ...] = ("support.*",)) -> Callable[[], Breaches]:
    """Ours, up to the frame of all verdicts with all their fields."""
    import polars as pl

    evaluate = _ours(policies)

    def work(path: str) -> Breaches:
        instances = evaluate(path).verdicts.filter(pl.col("counted").is_null(), pl.col("outcome") == "breached")
        counts = instances.group_by(pl.col("policy").cast(pl.String)).len()
        return dict(counts.rows())

    return _warmed(work, path, warm)


def pandas(path: str, warm: str) -> Callable[[], Breaches]:
    """A notebook: a table with the first instant of each type, limits by severity, late or not."""

    def work(path: str) -> Breaches:
        late = pandas_timers(path)
        return {policy: int(late[policy].sum()) for policy in POLICIES}

    return _warmed(work, path, warm)


def pandas_timers(path: str) -> Any:
    """The notebook's table: a row a ticket, a column a timer that says whether it was missed."""
    pd: Any = import_module("pandas")
    events = pd.read_parquet(path, columns=["type", "subject", "time", "severity"])
    firsts = events.groupby(["subject", "type"])["time"].min().unstack()
    openings = events[events["type"] == "ticket.opened"]
    severity = openings.drop_duplicates("subject").set_index("subject")["severity"]
    tickets = firsts[firsts["ticket.opened"].notna()].join(severity)
    late = pd.DataFrame(index=tickets.index)
    for policy, (stop, minutes) in _LIMITS.items():
        limit = pd.to_timedelta(tickets["severity"].map(minutes), unit="min")
        in_time = tickets[f"ticket.{stop}"] <= tickets["ticket.opened"] + limit
        late[policy] = ~in_time & limit.notna()
    return late


def duckdb(path: str, warm: str) -> Callable[[], Breaches]:
    """SQL: the same in one query."""
    connect: Any = import_module("duckdb").connect

    def work(path: str) -> Breaches:
        connection = connect()
        connection.execute(duckdb_timers(path))
        columns = ", ".join(f'count(*) filter (where "{policy}")' for policy in POLICIES)
        counts = connection.execute(f"select {columns} from late").fetchone()
        return dict(zip(POLICIES, counts, strict=True))

    return _warmed(work, path, warm)


def duckdb_timers(path: str) -> str:
    """The query that makes the table `late`: a row a ticket, a column a timer that says whether it was missed."""
    columns = []
    for policy, (stop, minutes) in _LIMITS.items():
        limits = " ".join(f"when '{severity}' then {limit}" for severity, limit in minutes.items())
        limit = f"case severity {limits} end"
        in_time = f"coalesce({stop} <= opened + to_minutes({limit}), false)"
        columns.append(f'({limit}) is not null and not {in_time} as "{policy}"')
    return f"""
        create or replace table late as
        with tickets as (
            select
                subject,
                min(time) filter (where type = 'ticket.opened') as opened,
                min(time) filter (where type = 'ticket.responded') as responded,
                min(time) filter (where type = 'ticket.resolved') as resolved,
                arg_min(severity, time) filter (where type = 'ticket.opened') as severity
            from read_parquet('{path}')
            group by subject
        )
        select subject, {", ".join(columns)} from tickets where opened is not null
    """


def _ours(policies: tuple[str, ...]) -> Callable[[str], Any]:
    import sla_rules as sla

    agreement = sla.load("intercall").only(*policies)
    return lambda path: sla.evaluate(agreement, path, as_of=AS_OF)


def _warmed(work: Callable[[str], Result], path: str, warm: str) -> Callable[[], Result]:
    """The work on the file, after it has been done once on a small one."""
    work(warm)
    return lambda: work(path)

"""The demonstration: make a month, judge it, show the report, and say whether all that was planted was found."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from sla_rules.instants import moment
from sla_rules.testing.simulate.book import ZONE, Key
from sla_rules.testing.simulate.comparison import Comparison, compare
from sla_rules.testing.simulate.months import Month, month, write

_COUNTS = {
    "tickets": 400,
    "calls": 1500,
    "emails": 250,
    "reservations": 400,
    "rooms": 300,
    "adhoc": 150,
    "conferences": 500,
    "sites": 200,
    "problems": 100,
    "invoices": 60,
}
"""How many of each there are unless said otherwise."""


def main(argv: Sequence[str] | None = None) -> int:
    """Make, judge and report a month; returns 1 when not exactly the planted breaches were found."""
    options = _options(argv)
    import sla_rules as sla
    from sla_rules.report import Report

    made = month(
        seed=options.seed,
        year=options.year,
        month=options.month,
        tickets=options.tickets,
        calls=options.calls,
        emails=options.emails,
        reservations=options.reservations,
        rooms=options.rooms,
        adhoc=options.adhoc,
        conferences=options.conferences,
        sites=options.sites,
        problems=options.problems,
        invoices=options.invoices,
        phone_kept=options.phone_kept,
        shares_kept=options.shares_kept,
    )
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    write(made, out / "events.jsonl")
    agreement = sla.load("intercall")
    began = perf_counter()
    verdicts = sla.judge(agreement, made.events, as_of=made.as_of)
    seconds = perf_counter() - began
    report = Report(verdicts)
    report.show()
    (out / "report.md").write_text(report.to_markdown(), encoding="utf-8")
    report.to_html(out / "report.html")

    print()
    print(f"{len(made.events)} events written to {out / 'events.jsonl'}, judged in {seconds:.2f} s")
    comparison = compare(made, verdicts)
    for line in _account(made, comparison):
        print(line)
    print(f"{out / 'report.md'}, and for people {out / 'report.html'}")
    return 0 if comparison.exact else 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sla_rules.testing.simulate", description=__doc__)
    parser.add_argument("--out", default="build/demo", metavar="DIR", help="where the files go (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another one gives another month (%(default)s)")
    parser.add_argument("--year", type=int, default=2026, help="(%(default)s)")
    parser.add_argument("--month", type=int, default=3, help="(%(default)s)")
    for name, number in _COUNTS.items():
        parser.add_argument(f"--{name}", type=int, default=number, help="how many (%(default)s)")
    parser.add_argument("--phone-kept", action="store_true", help="just keep the share of calls answered in time")
    said = "just keep the shares of conferences and of video's time, and just miss them the month before"
    parser.add_argument("--shares-kept", action="store_true", help=said)
    return parser.parse_args(argv)


def _account(made: Month, comparison: Comparison) -> list[str]:
    """What was planted and found, policy by policy, and by name all that was not found or not planted."""
    planted = Counter(key[0] for key in made.expected)
    found = Counter(key[0] for key in comparison.found_breaches)
    near = Counter(one.policy for one in made.planted if one.kind == "near_miss")
    kept = Counter(one.policy for one in comparison.held_near_misses)
    lines = [
        f"  {policy}: breaches planted {planted[policy]}, found {found[policy]}; "
        f"near misses planted {near[policy]}, held {kept[policy]}"
        + ("" if planted[policy] else " (without a limit: pending, never breached)")
        for policy in sorted(planted.keys() | near.keys())
    ]
    lines.append(
        f"planted {planted.total()}, found {comparison.found}, "
        f"missed {comparison.missed}, invented {comparison.invented}"
    )
    told = {one.key: one for one in made.planted}
    lines += [f"  missed: {_said(key)}: {told[key].what}" for key in comparison.missed_breaches]
    lines += [f"  invented: {_said(key)}" for key in comparison.invented_breaches]
    held, fallen = comparison.held_near_misses, comparison.fallen_near_misses
    lines.append(f"{len(held)} of {len(held) + len(fallen)} near misses held")
    lines += [f"  not held: {_said(one.key)}, to be {one.outcome or 'left out'}: {one.what}" for one in fallen]
    return lines


def _said(key: Key) -> str:
    policy, subject, start, period = key
    if start is None:
        return f"{policy} {period}"
    return f"{policy} {subject} from {moment(start).astimezone(ZONE).isoformat()}"

"""The reports that the browser opens."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.report import Report
from sla_rules.report.portfolio import PortfolioReport
from sla_rules.testing.simulate import month
from tests.conftest import History

MANY = 10_400
AS_OF = "2026-05-01T00:00:00Z"
OPENED = "2026-03-02T09:00:00Z"
DESK: dict[str, Any] = {
    "agreement": "desk",
    "timezone": "Europe/Paris",
    "clauses": [{"id": "answer", "section": "1", "strength": "commitment"}, {"id": "share", "strength": "target"}],
    "events": {"opened": {"team": {"kind": "text"}}, "answered": {}},
    "calendars": {"office": {"week": {"mon-fri": ["08:30-12:00", "13:00-17:30"]}}},
    "policies": [
        {"id": "answer", "clause": "answer", "limit": "4 h"},
        {"id": "share", "clause": "share", "limit": "6 h", "objective": {"at_least": "80 %", "per": "week"}},
    ],
}
for _policy in DESK["policies"]:
    _policy |= {"kind": "deadline", "start": "opened", "stop": "answered", "calendar": "office"}


@cache
def demo() -> Report:
    """The month that `make demo` makes."""
    made = month(seed=1)
    return sla.evaluate(sla.load("intercall"), made.events, as_of=made.as_of)


@cache
def many() -> Report:
    """More breaches than a page holds, each three days late."""
    rows = pl.DataFrame({"number": range(MANY)}).select(
        pl.format("T-{}", pl.col("number")).alias("subject"),
        (
            pl.lit(OPENED).str.to_datetime(time_unit="us", time_zone="UTC") + pl.duration(minutes=pl.col("number") * 4)
        ).alias("time"),
    )
    answered = rows.with_columns(pl.col("time") + pl.duration(hours=72), type=pl.lit("answered"))
    return sla.evaluate(sla.load(DESK), pl.concat([rows.with_columns(type=pl.lit("opened")), answered]), as_of=AS_OF)


@cache
def desk() -> Report:
    """One ticket of the help desk with all that stops a clock: nights, a noon, a weekend, a holiday, two pauses."""
    ticket = History("T-1037").add("ticket.opened", "2026-04-02T10:15:00+02:00", priority="P2", status="open")
    ticket.add("agent.replied", "2026-04-02T10:40:00+02:00")
    ticket.add("status.changed", "2026-04-02T15:30:00+02:00", status="pending")
    ticket.add("status.changed", "2026-04-03T10:00:00+02:00", status="open")
    ticket.add("status.changed", "2026-04-03T16:00:00+02:00", status="on_hold")
    ticket.add("status.changed", "2026-04-07T09:30:00+02:00", status="open")
    ticket.add("ticket.solved", "2026-04-07T15:10:00+02:00")
    return sla.evaluate(sla.load("helpdesk"), ticket.events, as_of=AS_OF)


HIT = "<script>hit()</script></script><!--<img src=x onerror=hit()>\"'><b onclick=hit()>{{7*7}}&amp;$&{case}"
"""What would call `hit`, fetch a picture, end the script of the page or a value, were it anything but text."""


@cache
def hostile() -> Report:
    """Markup in every place that anybody can write into: events, agreement, windows, rulings."""
    agreement = sla.load(
        {
            **DESK,
            "agreement": "hostile",
            "title": HIT,
            "clauses": [
                {"id": "answer", "section": HIT, "summary": HIT, "reading": HIT, "strength": "guarantee"},
                {"id": "share", "section": HIT, "summary": HIT},
            ],
            "events": {
                "opened": {"team": {"kind": "text"}, "site": {"kind": "text"}, "size": {"kind": "integer"}},
                "answered": {},
                "closed": {"begin": {"kind": "instant"}, "end": {"kind": "instant"}, "site": {"kind": "text"}},
            },
            "windows": {"closure": {"event": "closed", "start": "begin", "end": "end", "scope": "site"}},
            "policies": [
                {
                    **DESK["policies"][0],
                    "match": ["subject", "team"],
                    "limit": {"by": "team", "table": {HIT: "4 h"}},
                    "exclude": ["closure"],
                },
                DESK["policies"][1],
            ],
        }
    )
    case = History(HIT).add("opened", OPENED, id=HIT, team=HIT, site=HIT, size=HIT)
    case.add("answered", "2026-03-09T09:00:00Z", id=HIT + "2", team=HIT)
    case.add("closed", "2026-03-01T09:00:00Z", id=HIT + "3", subject=HIT + "3", site=HIT)
    case.events[-1] = sla.Event(
        id=HIT + "3",
        type="closed",
        subject=HIT + "3",
        time="2026-03-01T09:00:00Z",
        data={"begin": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z", "site": HIT},
    )
    case.add(HIT, OPENED, id=HIT + "4", **{HIT: HIT}).add("answerd", OPENED, id=HIT + "5")
    report = sla.evaluate(agreement, case.events, as_of=AS_OF)
    return report.ruled([{"policy": "answer", "subject": HIT, "decision": "waived", "by": HIT, "why": HIT}])


@cache
def portfolio() -> PortfolioReport:
    """Two customers, each with its agreement: three late tickets of one, two of the other."""
    agreements = {name: sla.load({**DESK, "agreement": name}) for name in ("north", "south")}
    log = History()
    for number, customer in enumerate(("north", "north", "north", "south", "south")):
        log.add("opened", OPENED, subject=f"T-{number}", team=customer)
        log.add("answered", "2026-03-04T09:00:00Z", subject=f"T-{number}")
    return sla.evaluate(sla.Portfolio(agreements, by="team"), log.events, as_of=AS_OF)


@cache
def empty() -> Report:
    """Nothing at all."""
    return sla.evaluate(sla.load(DESK), [])


PAGES: Mapping[str, Callable[[], str]] = {
    "demo": lambda: demo().to_html(),
    "demo in French": lambda: demo().to_html(lang="fr"),
    "desk": lambda: desk().to_html(),
    "desk in French": lambda: desk().to_html(lang="fr"),
    "many": lambda: many().to_html(),
    "hostile": lambda: hostile().to_html(),
    "portfolio": lambda: portfolio().to_html(),
    "empty": lambda: empty().to_html(),
}

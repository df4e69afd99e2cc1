"""Publications that obligations wait for: whichever order they come in, each obligation has the one that it should."""

from itertools import permutations

import pytest

import sla_rules as sla
from tests.columnar.ties import TIES
from tests.monitoring.tools import event, hold_against_judge

DEFERRED = TIES.only("deferred")
OPENED = event("opened", "10:00", id="o", level="P1", sites=1)
REST = (
    event("deferred", "10:10", id="d", to="release"),
    event("published", "11:00", id="p1", subject="R-1", carried="release"),
    event("published", "12:00", id="p2", subject="R-2", carried="release"),
    event("closed", "10:20", id="c"),
)


@pytest.mark.parametrize("order", [*permutations(REST)], ids=lambda order: " ".join(each.id for each in order))
def test_as_judged_after_each_event(order: tuple[sla.Event, ...]) -> None:
    monitor = sla.Monitor(DEFERRED)
    alerts = monitor.observe(OPENED)
    for number, each in enumerate(order, 1):
        alerts += monitor.observe(each)
        hold_against_judge(monitor, [OPENED, *order[:number]], [], alerts)


def test_a_later_publication_concerns_none_that_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = sla.Monitor(DEFERRED)
    deferred, first, second, closed = REST
    for each in (OPENED, deferred, closed, first):
        monitor.observe(each)
    judged: list[str] = []
    real = monitor._state.judged
    monkeypatch.setattr(
        monitor._state, "judged", lambda name, unit, worlds: judged.append(name) or real(name, unit, worlds)
    )
    monitor.observe(second)
    assert judged == ['"R-2"']
    monitor.observe(event("published", "10:30", id="p0", subject="R-0", carried="release"))
    assert judged == ['"R-2"', '"R-0"', '"S"']

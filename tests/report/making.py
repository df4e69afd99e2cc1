"""A month of a help desk, for tests of what is made of its verdicts."""

from collections.abc import Callable
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.judged import Judged, frame_of, judged_of, of_outcome
from sla_rules.verdict import Verdicts
from tests.conftest import History

FIELDS = {"team": {"kind": "text"}, "site": {"kind": "text"}, "spam": {"kind": "boolean"}, "due": {"kind": "date"}}
DESK: dict[str, Any] = {
    "agreement": "desk",
    "title": "Desk",
    "timezone": "America/Toronto",
    "clauses": [{"id": "answer", "section": "1"}, {"id": "share", "section": "2", "strength": "target"}, {"id": "up"}],
    "events": {"opened": FIELDS, "answered": {}, "withdrawn": {}, "down": {}, "up": {}},
    "policies": [
        {
            "id": "answer",
            "clause": "answer",
            "kind": "deadline",
            "start": "opened",
            "stop": "answered",
            "cancel": "withdrawn",
            "limit": "1 h",
            "exemptions": [{"id": "spam", "when": {"spam": True}}],
        },
        {
            "id": "share",
            "clause": "share",
            "kind": "deadline",
            "match": ["subject", "site"],
            "start": "opened",
            "stop": "answered",
            "limit": "2 h",
            "objective": {"at_least": "80 %", "per": "week"},
        },
        {
            "id": "up",
            "clause": "up",
            "kind": "availability",
            "service": "video",
            "down": "down",
            "up": "up",
            "at_least": "99 %",
        },
    ],
}
AS_OF = "2026-04-05T00:00:00Z"


def desk(**changes: Any) -> sla.Agreement:
    return sla.load({**DESK, **changes})


def month() -> History:
    """Thirty tickets at ten hours' distance, answered ever later, some withdrawn, some spam; and an outage."""
    history = History()
    for number in range(30):
        day, hour = 1 + number, (number * 10) % 24
        at = f"2026-03-{day:02}T{hour:02}:"
        subject = f"T-{number:02}"
        data: dict[str, Any] = {"team": ("red", "blue", "green")[number % 3], "site": f"s{number % 2}"}
        if number % 7 == 0:
            data["spam"] = True
        history.add("opened", f"{at}00:00Z", subject=subject, **data)
        if number % 11 == 5:
            history.add("withdrawn", f"{at}30:00Z", subject=subject)
        elif number % 5:
            history.add("answered", f"2026-03-{day:02}T{min(hour + number % 4, 23):02}:00:00Z", subject=subject)
    history.add("down", "2026-03-10T00:00:00Z", subject="video").add("up", "2026-03-11T00:00:00Z", subject="video")
    return history


def judged(history: History | None = None, made: sla.Agreement | None = None, as_of: str | None = AS_OF) -> Verdicts:
    return sla.judge(made or desk(), (month() if history is None else history).events, as_of=as_of)


def through(verdicts: Verdicts, change: Callable[[pl.LazyFrame], pl.LazyFrame] = lambda frame: frame) -> Judged:
    """What another evaluator would say: the same verdicts, as a frame, changed."""
    same = judged_of(verdicts)
    return Judged(
        same.agreement,
        same.as_of,
        same.given,
        lambda: same.findings,
        lambda outcome: of_outcome(change(frame_of(verdicts).lazy()), outcome),
        same.attributes,
    )

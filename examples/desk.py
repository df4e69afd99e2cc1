"""A year of a made-up help desk, for the examples: rows as a ticket system exports them.

Two teams answer tickets in Paris, on Monday to Friday from 09:00 to 17:00. Until the summer, every fifth ticket of
the team `north` waits until the next day.
"""

from datetime import datetime, timedelta
from typing import Any

TERMS: dict[str, Any] = {
    "agreement": "desk",
    "timezone": "Europe/Paris",
    "clauses": [
        {
            "id": "answer",
            "section": "4.1",
            "summary": "95 % of a month's tickets are answered in time.",
            "strength": "commitment",
        }
    ],
    "events": {
        "ticket.opened": {
            "priority": {"kind": "text", "values": ["high", "low"], "required": True},
            "team": {"kind": "text"},
        },
        "ticket.answered": {},
    },
    "calendars": {"office": {"week": {"mon-fri": ["09:00-17:00"]}}},
    "policies": [
        {
            "id": "answer",
            "clause": "answer",
            "kind": "deadline",
            "start": "ticket.opened",
            "stop": "ticket.answered",
            "limit": {"by": "priority", "table": {"high": "1 h", "low": "4 h"}},
            "calendar": "office",
            "objective": {"at_least": "95 %", "per": "month"},
        }
    ],
}
"""The agreement, as `sla_rules.load` takes it."""

AS_OF = "2026-01-15T00:00:00+01:00"
"""The instant as of which the year is judged."""


def rows() -> list[dict[str, Any]]:
    """Return one row an event: number, ticket, event, local time without a zone, priority and team."""
    found: list[dict[str, Any]] = []
    for number in range(2_000):
        team = "south" if number % 2 else "north"
        day = datetime(2025, 1, 6) + timedelta(weeks=number // 40, days=number // 8 % 5)
        opened = day + timedelta(hours=9 + number % 8, minutes=number % 60 // 2)
        waits = team == "north" and number % 10 == 0 and day.month < 7
        answered = opened + timedelta(minutes=20, days=waits)
        ticket = {"ticket": f"T-{number}", "priority": "low" if number % 3 else "high", "team": team}
        for event, at in (("ticket.opened", opened), ("ticket.answered", answered)):
            found.append({"number": len(found), "event": event, "local_time": at, **ticket})
    return found

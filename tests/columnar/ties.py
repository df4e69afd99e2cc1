"""An agreement with every kind of policy and everything that can meet within an instant, and histories full of ties."""

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import HOUR, micros, moment

TEXT, FLAG, INSTANT, NUMBER = ({"kind": kind} for kind in ("text", "boolean", "instant", "integer"))
LEVEL = {"kind": "text", "values": ["P1", "P2", "P3"]}
FIELDS: dict[str, dict[str, Any]] = {
    "opened": {
        "level": LEVEL,
        "site": TEXT,
        "vip": FLAG,
        "sites": NUMBER,
        "customer": TEXT,
        "initial": FLAG,
        "until": {**INSTANT, "not_before": "time"},
        "service": TEXT,
        "severity": TEXT,
    },
    "changed": {"level": LEVEL, "site": TEXT, "vip": FLAG, "sites": NUMBER, "status": TEXT, "service": TEXT},
    "closed": {"site": TEXT, "by": TEXT},
    "cancelled": {"vip": FLAG},
    "reopened": {"level": LEVEL},
    "held": {},
    "resumed": {"vip": FLAG},
    "warned": {"site": TEXT},
    "deferred": {"to": TEXT, "vip": FLAG},
    "published": {"carried": TEXT},
    "booked": {"room": TEXT, "begin": INSTANT, "end": INSTANT},
    "released": {},
    "step": {"step": TEXT, "result": TEXT, "vip": FLAG},
    "issued": {"recipient": TEXT, "lines": {"kind": "list"}, "vip": FLAG},
    "down": {},
    "up": {},
    "planned": {"service": TEXT, "begin": INSTANT, "end": INSTANT},
    "replanned": {"service": TEXT, "begin": INSTANT, "end": INSTANT},
    "called_off": {},
    "declared": {"service": TEXT},
    "lifted": {"service": TEXT},
}
WINDOWS = {
    "maintenance": {
        "event": "planned",
        "replaced_by": "replanned",
        "cancelled_by": "called_off",
        "start": "begin",
        "end": "end",
        "scope": "service",
    },
    "force": {"from": "declared", "to": "lifted", "scope": "service"},
    "freeze": {},
}
BACKLOG = {"by": "customer", "members": {"type": "opened", "where": {"initial": True}}, "until": "closed"}
EXEMPTIONS = [
    {"id": "vip", "clause": "other", "when": {"vip": True}},
    {"id": "told", "preceded_by": {"type": "warned", "where": {"vip": {"ne": True}}}},
    {"id": "bulk", "backlog": {**BACKLOG, "more_than": 1}},
]
DAILY = {"at_least": "50 %", "per": "day"}
TABLE = {"by": "level", "table": {"P1": "1 h", "P2": "2 h", "P3": "unjudged"}}
DEADLINE = {"kind": "deadline", "start": "opened", "stop": "closed"}
NEVER = {"kind": "never", "violated_by": "warned"}
STEPS = {
    "kind": "procedure",
    "start": "opened",
    "end": {"reached": "reopened", "closed": "closed"},
    "step": {"event": "step", "field": "step"},
    "steps": ["one", {"name": "two", "when": {"vip": {"ne": True}}}, "three"],
    "asks": {"result": {"voicemail": ["message", "page"]}},
    "complete": True,
}
ROOMS = {"kind": "no_overlap", "booked": "booked", "resource": "room", "from": "begin", "to": "end"}
SEVERITY = {"kind": "classification", "start": "opened", "value": "severity"}
SEVERITY_TABLE = [{"when": {"vip": True}, "value": "high"}, {"when": {"sites": {"ge": 2}}, "value": "low"}]
UPTIME = {"kind": "availability", "down": "down", "up": "up", "at_least": "99 %"}

POLICIES: dict[str, dict[str, Any]] = {
    "plain": {**DEADLINE, "limit": "2 h", "objective": DAILY},
    "strict": {**DEADLINE, "limit": "1 h", "strict": True, "cancel": "cancelled", "occurrence": "each"},
    "table": {
        **DEADLINE,
        "start": ["opened", "reopened"],
        "stop": [{"type": "closed", "when": {"vip": {"ne": True}}}, {"type": "released", "where": {"site": "north"}}],
        "occurrence": "each",
        "cancel": {"type": "cancelled", "where": {"level": {"ne": "P1"}}},
        "limit": TABLE,
        "calendar": {"by": "level", "table": {"P1": "always", "P2": "office", "P3": "always"}},
        "exemptions": EXEMPTIONS,
        "objective": {**DAILY, "of": "until"},
    },
    "paused": {
        **DEADLINE,
        "limit": "90 min",
        "calendar": "office",
        "pause": [{"from": "held", "to": "resumed"}, {"while": {"status": {"in": ["pending", "on_hold"]}}}],
        "resume": "reopened",
        "exclude": ["maintenance", "force", "freeze"],
        "warn_at": ["50 %"],
    },
    "deferred": {
        **DEADLINE,
        "limit": {"each": "30 min", "times": "sites"},
        "cancel": "cancelled",
        "resume": "reopened",
        "deferral": {
            "by": "level",
            "table": {"P1": ["release"], "P2": ["release", "patch"]},
            "event": "deferred",
            "field": "to",
            "until": "published",
            "kind": "carried",
            "carries": {"release": ["patch"]},
        },
    },
    "by-site": {
        **DEADLINE,
        "match": ["subject", "site"],
        "start": {"type": "opened", "where": {"vip": {"ne": True}}},
        "applies": {"level": {"in": ["P1", "P2"]}},
        "limit": {"until": "until"},
        "occurrence": "each",
    },
    "by-customer": {**DEADLINE, "match": ["customer"], "stop": "opened", "limit": {"end_of": "day"}},
    "lead": {
        **DEADLINE,
        "limit": {
            "lead_days": {"to": "until"},
            "tiers": [{"from": 0, "to": 0, "limit": "1 h"}, {"from": 1, "limit": "3 h"}],
        },
    },
    "never": {**NEVER, "objective": DAILY},
    "never-first": {**NEVER, "for_each": "opened", "until": "closed", "exemptions": EXEMPTIONS},
    "never-each": {
        **NEVER,
        "for_each": {"type": "opened", "where": {"vip": {"ne": True}}},
        "occurrence": "each",
        "until": ["closed", "reopened"],
        "violated_by": ["warned", {"type": "opened", "where": {"level": "P1"}}],
    },
    "overrun": {
        **NEVER,
        "for_each": "opened",
        "occurrence": "each",
        "match": ["subject", "site"],
        "violated_by": {"type": "closed", "where": {"by": "provider", "time": {"ge": {"field": "until"}}}},
    },
    "rooms": {**ROOMS, "released": "released", "exemptions": EXEMPTIONS[1:], "objective": DAILY},
    "kept-rooms": ROOMS,
    "steps": {**STEPS, "exemptions": EXEMPTIONS, "objective": DAILY},
    "steps-each": {**STEPS, "occurrence": "each", "complete": False, "start": ["opened", "step"]},
    "path": {
        **{name: value for name, value in STEPS.items() if name not in ("end", "complete")},
        "start": "step",
        "steps": ["one", "two", "three"],
        "begin_at": "one",
    },
    "lines": {
        "kind": "required_fields",
        "record": "issued",
        "fields": ["recipient"],
        "each": "lines",
        "each_fields": ["id", {"name": "code", "when": {"project": True}}],
        "exemptions": EXEMPTIONS,
        "objective": DAILY,
    },
    "severity": {**SEVERITY, "table": SEVERITY_TABLE, "occurrence": "each", "exemptions": EXEMPTIONS},
    "first-severity": {**SEVERITY, "table": [*SEVERITY_TABLE, {"value": "low"}], "objective": DAILY},
    "video": {**UPTIME, "service": "S", "exclude": ["maintenance", "force", "freeze"]},
    "audio": {**UPTIME, "service": "T", "at_least": "99.5 %"},
}


def terms(*chosen: str) -> dict[str, Any]:
    """The agreement as a file says it, or some of its policies."""
    said = {
        "agreement": "ties",
        "timezone": "Europe/Paris",
        "clauses": [{"id": "c"}, {"id": "other"}],
        "calendars": {"office": {"week": {"mon-sun": ["00:00-03:30", "04:30-24:00"]}, "exhausted_at": "closing"}},
        "events": FIELDS,
        "windows": WINDOWS,
        "policies": [{"id": id, "clause": "c", **POLICIES[id]} for id in chosen or POLICIES],
    }
    return deepcopy(said)


TIES = sla.load(terms())
BEGIN = micros("2026-03-29T01:00:00+01:00")
"""An hour before the clocks change in Paris."""
SLOTS = range(6)


def at(slot: int) -> int:
    """The instant of a slot: an hour each, but the last two, which lie a microsecond beside others."""
    return BEGIN + (slot * HOUR if slot < 4 else (slot - 3) * HOUR + (1 if slot == 4 else -1))


WRITTEN = tuple(moment(at(slot)).isoformat() for slot in SLOTS)
VALUES: dict[str, tuple[Any, ...]] = {
    "level": ("P1", "P2", "P3", "P9"),
    "site": ("north", "south"),
    "vip": (False, True, False, "yes"),
    "sites": (2, 1, 4, 0, -1, 10),
    "customer": ("acme", "beta"),
    "initial": (True, True, False),
    "service": ("S", "T"),
    "severity": ("high", "low"),
    "status": ("pending", "open"),
    "by": ("provider", "client"),
    "to": ("release", "patch"),
    "carried": ("release", "patch"),
    "room": ("A", "A", "B", 7),
    "step": ("one", "two", "three", "message", "page", "thre"),
    "result": ("spoke", "voicemail", "voicemial"),
    "recipient": ("Anna", ""),
    "lines": ([{"id": 1}], [], [{"id": ""}, 3], [{"id": 0, "project": True}], [{"id": 0}], "none"),
    "until": WRITTEN,
}
SPANS = ((0, 1), (1, 2), (0, 2), (2, 3), (1, 3), (3, 4), (1, 5), (2, 2), (3, 0))
"""The slots between which bookings and windows lie: mostly forwards."""
WINDOW_EVENTS = ("planned", "replanned", "called_off", "declared", "lifted")
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("opened", "closed", "changed"),
    ("opened", "closed", "cancelled", "reopened", "changed", "held", "resumed"),
    ("opened", "closed", "reopened", "changed", "deferred", "published"),
    ("opened", "closed", "held", "resumed", "changed", *WINDOW_EVENTS),
    ("opened", "warned", "closed", "changed"),
    ("opened", "step", "reopened", "closed"),
    ("booked", "released", "warned", "changed"),
    ("booked", "booked", "released"),
    ("opened", "opened", "closed", "deferred", "deferred", "published"),
    ("issued", "opened", "changed"),
    ("down", "up", *WINDOW_EVENTS),
    ("down", "up", "planned", "declared", "lifted"),
    tuple(FIELDS),
)
"""Types of events that have to do with each other."""
SUBJECTS = ("S", "T", "S", "T", "U")

Choose = Callable[[Sequence[Any]], Any]


def an_event(choose: Choose, types: Sequence[str]) -> sla.Event:
    """An event of one of some types, whose parts are chosen; one in four fields is missing, some have no id."""
    type = choose(types)
    begin, end = choose(SPANS)
    values = {**VALUES, "begin": (WRITTEN[begin],), "end": (WRITTEN[end],)}
    data = {name: choose(values[name]) for name in FIELDS[type] if choose(range(4))}
    id = str(choose(range(1, 100))) if choose(range(3)) else None
    return sla.Event(id=id, type=type, subject=choose(SUBJECTS), time=moment(at(choose(SLOTS))), data=data)


@st.composite
def tied_histories(draw: Any, most: int = 12) -> list[sla.Event]:
    """Make histories of events at very few instants, of two subjects, some of them without ids, some ids twice."""
    types = draw(st.sampled_from(FAMILIES))

    def choose(values: Sequence[Any]) -> Any:
        return draw(st.sampled_from(values))

    return [an_event(choose, types) for _ in range(draw(st.integers(1, most)))]


def tied_history(family: int, size: int) -> list[sla.Event]:
    """The same history for the same numbers, of the types of one family."""
    dice = random.Random(1_000 * family + size)
    return [an_event(dice.choice, FAMILIES[family]) for _ in range(size)]

"""Random agreements of every kind of policy, with calendars, pauses, windows, exemptions and objectives."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]
Said = dict[str, Any]

ZONES = ("UTC", "Europe/Paris", "America/Toronto", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo")
DURATIONS = ("30 min", "1 h", "4 h", "PT8H", "24 h", "90 s", "1 µs", "1 h 30 min", "48 h", "0 s")
SHARES = ("80 %", "95 %", "99 %", "50 %", "100 %", "99.5 %", "0 %", "33 %")
PERIODS = ("month", "day", "week", "quarter", "year", "whole")
WEEKS: tuple[Said | None, ...] = (
    {"mon-fri": ["09:00-12:00", "13:00-17:00"]},
    {"mon-sun": "08:00-20:00"},
    {"mon-sat": "22:00-06:00"},
    {"sat, sun": ["00:00-24:00"]},
    {"mon": "01:30-03:30", "sun": "01:00-03:00"},
    None,
)
DAYS = ("2026-01-01", "2026-03-02", "2026-03-29", "2026-05-01", "2026-12-25")
PERIOD_TEXTS = ("2026-03-07 09:00-12:00", "2026-03-28 22:00-06:00", "2026-05-01 10:00-11:00")
WORDS = ("P1", "P2", "P3", "P4")
SERVICES = ("video", "audio")
LIST, INSTANT, FLAG, TEXT = {"kind": "list"}, {"kind": "instant"}, {"kind": "boolean"}, {"kind": "text"}


def agreements() -> st.SearchStrategy[Said]:
    """Make mappings that `sla_rules.load` accepts.

    They have one to four policies of any kinds, with every form of limit, calendars in zones whose clocks change,
    pauses, windows, deferrals, exemptions and objectives. For tests of an evaluator or of a tool on agreements:

        @given(st.data(), agreements())
        def test_mine(data, said):
            agreement = sla.load(said)
            history = data.draw(histories(agreement))
    """
    return _agreement()


@st.composite
def _agreement(draw: Draw) -> Said:
    words = WORDS[: draw(st.integers(1, 4))]
    calendars = {name: draw(_calendar()) for name in ("office", "desk")[: draw(st.integers(0, 2))]}
    number = draw(st.integers(1, 4))
    said: Said = {
        "agreement": "random",
        "timezone": draw(st.sampled_from(ZONES)),
        "clauses": [{"id": "c"}, {"id": "other", "strength": draw(st.sampled_from(("target", "guarantee")))}],
        "events": declarations(words),
        "calendars": calendars,
        "windows": WINDOWS,
        "policies": [{"id": f"p{each}", **draw(_policy(words, tuple(calendars)))} for each in range(1, number + 1)],
    }
    if draw(st.integers(0, 3)) == 3:
        days = {"from": "2026-03-01", "to": "2027-01-01"}
        said["in_force"] = {key: days[key] for key in draw(st.sampled_from((("from",), ("to",), ("from", "to"))))}
    return said


def declarations(words: tuple[str, ...]) -> Said:
    """Return the events of an agreement with so many priorities."""
    priority = {"kind": "text", "values": list(words)}
    service = {"kind": "text", "values": list(SERVICES)}
    change = {"kind": "text", "values": ["release", "patch"]}
    return {
        "opened": {
            "priority": {**priority, "required": True},
            "vip": FLAG,
            "sites": {"kind": "integer"},
            "weight": {"kind": "decimal"},
            "promised": {"kind": "instant", "not_before": "time"},
            "day": {"kind": "date"},
            "service": service,
            "region": TEXT,
            "customer": TEXT,
            "initial": FLAG,
            "severity": {"kind": "text", "values": ["high", "low", "middle"]},
        },
        "changed": {
            "priority": priority,
            "vip": FLAG,
            "sites": {"kind": "integer"},
            "service": service,
            "status": TEXT,
            "customer": TEXT,
        },
        "closed": {"region": TEXT, "by": TEXT, "customer": TEXT},
        "cancelled": {"customer": TEXT},
        "reopened": {"customer": TEXT},
        "held": {"customer": TEXT},
        "resumed": {"customer": TEXT},
        "warned": {"region": TEXT, "customer": TEXT},
        "deferred": {"to": change, "customer": TEXT},
        "published": {"carried": change},
        "booked": {"room": TEXT, "begin": INSTANT, "end": INSTANT},
        "released": {},
        "step": {"step": TEXT, "result": TEXT},
        "reached": {"customer": TEXT},
        "issued": {"recipient": TEXT, "lines": LIST, "vip": FLAG},
        "down": {},
        "up": {},
        "watched": {},
        "planned": {"service": service, "begin": INSTANT, "end": {"kind": "instant", "not_before": "begin"}},
        "replanned": {"service": service, "begin": INSTANT, "end": INSTANT},
        "called_off": {},
        "declared": {"service": service},
        "lifted": {"service": service},
    }


WINDOWS: Said = {
    "maintenance": {
        "event": "planned",
        "replaced_by": "replanned",
        "cancelled_by": "called_off",
        "start": "begin",
        "end": "end",
        "scope": "service",
    },
    "force": {"from": "declared", "to": "lifted"},
    "freeze": {"scope": "service"},
}


@st.composite
def _calendar(draw: Draw) -> Said:
    said: Said = {}
    week = draw(st.sampled_from(WEEKS))
    if week is not None:
        said["week"] = week
    if draw(st.booleans()):
        said["timezone"] = draw(st.sampled_from(ZONES))
    if draw(st.booleans()):
        said["holidays"] = {"dates": draw(some(DAYS))}
    if draw(st.booleans()):
        said["extra"] = draw(some(PERIOD_TEXTS))
    if draw(st.booleans()):
        said["removed"] = draw(some(PERIOD_TEXTS))
    if draw(st.booleans()):
        said["exhausted_at"] = "closing"
    return said


def some(values: tuple[T, ...]) -> st.SearchStrategy[list[T]]:
    """Make lists of some of these values, each once."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=len(values), unique=True)


def _tests(words: tuple[str, ...]) -> st.SearchStrategy[Said]:
    """Make conditions on one field of an `opened` event."""
    number, order = st.integers(0, 4), st.sampled_from(("lt", "le", "gt", "ge"))
    word, flag = st.sampled_from(words), st.booleans()
    return st.one_of(
        st.builds(lambda value: {"vip": value}, flag),
        st.builds(lambda op, value: {"sites": {op: value}}, order, number),
        st.builds(lambda op, value: {"priority": {op: value}}, st.sampled_from(("eq", "ne")), word),
        st.builds(lambda op, values: {"priority": {op: values}}, st.sampled_from(("in", "not_in")), some(words)),
        st.builds(lambda value: {"region": {"exists": value}}, flag),
        st.builds(lambda op: {"weight": {op: {"field": "sites"}}}, order),
        st.builds(lambda op: {"day": {op: "2026-03-02"}}, order),
        st.builds(lambda low, high: {"sites": {"ge": low, "lt": low + high}}, number, st.integers(1, 3)),
    )


def _conditions(words: tuple[str, ...]) -> st.SearchStrategy[Said]:
    """Make conditions on the fields of an `opened` event."""
    pairs = st.lists(_tests(words), min_size=1, max_size=2)
    return st.one_of(
        _tests(words),
        st.builds(lambda part: {"not": part}, _tests(words)),
        st.builds(lambda key, parts: {key: parts}, st.sampled_from(("all", "any")), pairs),
    )


@st.composite
def _policy(draw: Draw, words: tuple[str, ...], calendars: tuple[str, ...]) -> Said:
    make = draw(st.sampled_from((a_deadline, a_deadline, a_never, rooms, steps, lines, severity, uptime)))
    said: Said = {"clause": "c", **make(draw, words, calendars)}
    if said["kind"] == "availability":
        return said
    if draw(st.booleans()) and said["kind"] not in ("no_overlap", "required_fields"):
        said["applies"] = draw(_conditions(words))
    if draw(st.booleans()):
        said["exemptions"] = draw(_exemptions(words))
    if draw(st.booleans()):
        measure = draw(st.sampled_from(("at_least", "breached_less_than", "breached_at_most")))
        said["objective"] = {measure: draw(st.sampled_from(SHARES)), "per": draw(st.sampled_from(PERIODS))}
        if draw(st.integers(0, 3)) == 3:
            said["objective"]["of"] = draw(st.sampled_from(("promised", "day")))
    return said


def _exemptions(words: tuple[str, ...]) -> st.SearchStrategy[list[Said]]:
    backlog = {
        "by": "customer",
        "members": {"type": "opened", "where": {"initial": True}},
        "until": "closed",
    }
    grounds = st.one_of(
        st.builds(lambda part: {"when": part}, _conditions(words)),
        st.just({"preceded_by": "warned"}),
        st.just({"preceded_by": [{"type": "warned", "where": {"region": "north"}}], "clause": "other"}),
        st.builds(lambda number: {"backlog": {**backlog, "more_than": number}}, st.integers(0, 3)),
    )
    several = st.lists(grounds, min_size=1, max_size=2)
    return several.map(lambda each: [{"id": f"e{number}", **ground} for number, ground in enumerate(each, 1)])


def a_deadline(draw: Draw, words: tuple[str, ...], calendars: tuple[str, ...]) -> Said:
    """Draw a deadline with any form of limit and whatever goes with it."""
    limit, counted, whole_days = draw(_limits(words))
    said: Said = {"kind": "deadline", "start": "opened", "stop": "closed", "limit": limit}
    if draw(st.booleans()):
        said["start"], said["occurrence"] = ["opened", "reopened"], "each"
    elif draw(st.booleans()):
        said["resume"] = "reopened"
    if draw(st.booleans()):
        said["cancel"] = "cancelled"
    if draw(st.booleans()):
        said["stop"] = [{"type": "closed", "when": draw(_conditions(words))}, "reached"]
    if draw(st.booleans()) and not whole_days:
        said["strict"] = True
    if draw(st.booleans()):
        said["calendar"] = draw(_calendars(words, calendars))
    if counted and draw(st.booleans()):
        pauses = ({"from": "held", "to": "resumed"}, {"while": {"status": {"in": ["pending", "on_hold"]}}})
        said["pause"] = draw(some((0, 1)).map(lambda chosen: [pauses[each] for each in chosen]))
    if counted and draw(st.booleans()):
        said["exclude"] = draw(some(tuple(WINDOWS)))
    if draw(st.integers(0, 3)) == 3:
        said["deferral"] = deferral(draw, words)
    if draw(st.booleans()):
        said["match"] = draw(st.sampled_from((["subject"], ["subject", "region"], ["customer"])))
    if draw(st.booleans()):
        said["warn_at"] = ["80 %", "15 min before", "1 h after"]
    return said


def deferral(draw: Draw, words: tuple[str, ...]) -> Said:
    """Draw a deferral."""
    table = {word: draw(some(("release", "patch"))) for word in draw(some(words))}
    said: Said = {"by": "priority", "table": table, "event": "deferred", "field": "to", "until": "published"}
    said["kind"] = "carried"
    if draw(st.booleans()):
        said["carries"] = {"release": ["patch"]}
    return said


def _calendars(words: tuple[str, ...], calendars: tuple[str, ...]) -> st.SearchStrategy[Any]:
    name = st.sampled_from(("always", *calendars))
    table = st.tuples(*[name] * len(words)).map(
        lambda names: {"by": "priority", "table": dict(zip(words, names, strict=True))}
    )
    return name | table


def _limits(words: tuple[str, ...]) -> st.SearchStrategy[tuple[Any, bool, bool]]:
    """Make limits, each with whether it counts time and whether it is in whole days."""
    counted = _simple().filter(lambda each: each[1])
    lead = st.builds(tiers, st.sampled_from((None, "promised")), st.lists(st.integers(1, 9), max_size=2, unique=True))
    one = st.lists(_row(), min_size=len(words), max_size=len(words)).map(lambda rows: table("priority", words, rows))
    return counted | _simple() | lead | one | two_levels(words)


def _simple() -> st.SearchStrategy[tuple[Any, bool, bool]]:
    duration = st.sampled_from(DURATIONS)
    return st.one_of(
        duration.map(lambda each: (each, True, False)),
        duration.map(lambda each: ({"each": each, "times": "sites"}, True, False)),
        st.just(({"until": "promised"}, False, False)),
        st.builds(lambda unit, n: ({"end_of": unit, "after": n}, False, True), st.sampled_from(("day", "month")), _few),
        st.builds(lambda n: ({"business_days": n + 1}, False, True), _few),
        st.builds(lambda n: ({"calendar_days": n + 1}, False, True), _few),
        st.just(("none", False, False)),
    )


_few = st.integers(0, 3)


def _row() -> st.SearchStrategy[tuple[Any, bool, bool]]:
    return _simple() | st.just(("unjudged", False, False))


def table(by: Any, words: tuple[str, ...], rows: list[tuple[Any, bool, bool]]) -> tuple[Any, bool, bool]:
    """Return a table of rows, and what they are together."""
    said = {"by": by, "table": {word: row[0] for word, row in zip(words, rows, strict=True)}}
    return said, any(row[1] for row in rows), any(row[2] for row in rows)


def two_levels(words: tuple[str, ...]) -> st.SearchStrategy[tuple[Any, bool, bool]]:
    """Make tables by priority and whether the customer is important."""

    def nested(rows: list[tuple[Any, bool, bool]]) -> tuple[Any, bool, bool]:
        pairs = zip(rows[::2], rows[1::2], strict=True)
        whole = [({True: one[0], False: two[0]}, one[1] or two[1], one[2] or two[2]) for one, two in pairs]
        return table(["priority", "vip"], words, whole)

    return st.lists(_row(), min_size=2 * len(words), max_size=2 * len(words)).map(nested)


def tiers(to: str | None, cuts: list[int]) -> tuple[Any, bool, bool]:
    """Return tiers by the days ahead that begin anew at each cut."""
    edges = [0, *sorted(cuts)]
    said = [
        {
            "from": first,
            "limit": f"{number + 1} h",
            **({} if number + 1 == len(edges) else {"to": edges[number + 1] - 1}),
        }
        for number, first in enumerate(edges)
    ]
    lead = {"to": "promised"} if to is None else {"from": "begin", "to": to}
    return {"lead_days": lead, "tiers": said}, True, False


def a_never(draw: Draw, words: tuple[str, ...], _: tuple[str, ...]) -> Said:
    """Draw a prohibition."""
    violations = (
        "warned",
        {"type": "closed", "where": {"by": "provider", "time": {"ge": {"field": "promised"}}}},
        {"type": "opened", "where": draw(_conditions(words))},
    )
    said: Said = {"kind": "never", "violated_by": draw(st.sampled_from(violations))}
    if draw(st.booleans()):
        said |= {"for_each": "opened", "occurrence": draw(st.sampled_from(("first", "each")))}
        if draw(st.booleans()):
            said["until"] = "closed"
        if draw(st.booleans()):
            said["match"] = ["subject", "region"]
    return said


def rooms(draw: Draw, _: tuple[str, ...], __: tuple[str, ...]) -> Said:
    """Draw a rule about bookings."""
    said: Said = {"kind": "no_overlap", "booked": "booked", "resource": "room", "from": "begin", "to": "end"}
    return {**said, "released": "released"} if draw(st.booleans()) else said


def steps(draw: Draw, words: tuple[str, ...], _: tuple[str, ...]) -> Said:
    """Draw a procedure."""
    listed: list[Any] = ["one", "two", "three", "four"][: draw(st.integers(1, 4))]
    names = list(listed)
    if draw(st.booleans()):
        listed[-1] = {"name": listed[-1], "when": draw(_conditions(words))}
    said: Said = {"kind": "procedure", "start": draw(st.sampled_from(("opened", "step")))}
    said |= {"step": {"event": "step", "field": "step"}, "steps": listed}
    if draw(st.booleans()):
        said["end"] = draw(st.sampled_from(({"reached": "reached", "closed": "closed"}, {"closed": "closed"})))
        said["complete"] = draw(st.booleans())
    if draw(st.booleans()):
        said["begin_at"] = draw(st.sampled_from(names))
    if draw(st.booleans()):
        said["asks"] = {"result": {"voicemail": ["message", "page"], "busy": ["one"]}}
    if draw(st.booleans()):
        said["occurrence"] = "each"
    return said


def lines(draw: Draw, _: tuple[str, ...], __: tuple[str, ...]) -> Said:
    """Draw a rule about records."""
    said: Said = {"kind": "required_fields", "record": "issued"}
    fields = ["recipient", {"name": "lines", "when": {"vip": True}}]
    if draw(st.booleans()):
        said["fields"] = fields[: draw(st.integers(1, 2))]
    if "fields" not in said or draw(st.booleans()):
        said |= {"each": "lines", "each_fields": ["id", {"name": "code", "when": {"vip": True}}]}
    return said


def severity(draw: Draw, words: tuple[str, ...], _: tuple[str, ...]) -> Said:
    """Draw a decision table."""
    values = draw(some(("high", "low", "middle")))
    rows: list[Said] = [{"when": draw(_conditions(words)), "value": value} for value in values]
    if draw(st.booleans()):
        rows.append({"value": "low"})
    said: Said = {"kind": "classification", "start": "opened", "value": "severity", "table": rows}
    return {**said, "occurrence": "each"} if draw(st.booleans()) else said


def uptime(draw: Draw, _: tuple[str, ...], __: tuple[str, ...]) -> Said:
    """Draw an availability."""
    said: Said = {"kind": "availability", "service": draw(st.sampled_from(SERVICES)), "down": "down", "up": "up"}
    said["at_least"] = draw(st.sampled_from(SHARES))
    if draw(st.booleans()):
        said["monitored"] = "watched"
    if draw(st.booleans()):
        said["exclude"] = draw(some(tuple(WINDOWS)))
    return said

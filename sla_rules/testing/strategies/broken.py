"""Agreements with one thing wrong: for tests of whatever loads, checks or edits agreement files."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from sla_rules.testing.strategies.agreements import Said, agreements

Draw = Callable[[st.SearchStrategy[Any]], Any]
Break = Callable[[Said], bool]
"""Breaks a mapping in place; says whether it had what is to be broken."""


def broken_agreements() -> st.SearchStrategy[tuple[Said, str]]:
    """Make mappings that `sla_rules.load` refuses with `AgreementError`, each with what is wrong in it.

    @given(broken_agreements())
    def test_my_editor_shows_an_error(broken):
        said, what = broken
        assert problems_shown(said), what
    """
    return _broken()


@st.composite
def _broken(draw: Draw) -> tuple[Said, str]:
    said = deepcopy(draw(agreements()))
    first = draw(st.integers(0, len(BREAKS) - 1))
    names = list(BREAKS)
    # What has not what is to be broken is left as it is, so that the next break can have its turn.
    what = next(name for name in [*names[first:], *names[:first]] if BREAKS[name](said))
    return said, what


def put(*path: Any, value: Any) -> Break:
    """Return a break that puts a value in a place; where the path says `*`, in the first place there is."""

    def change(said: Said) -> bool:
        for place in places(said, path[:-1]):
            if isinstance(place, dict) or (isinstance(place, list) and len(place) > path[-1]):
                place[path[-1]] = deepcopy(value)
                return True
        return False

    return change


def put_where(has: str, *path: Any, value: Any) -> Break:
    """Return a break of the first policy that says something about `has`."""

    def change(said: Said) -> bool:
        policies = [each for each in said["policies"] if has in each or each["kind"] == has]
        return bool(policies) and put(*path, value=value)(policies[0])

    return change


def without(*path: Any) -> Break:
    """Return a break that leaves out what stands in a place."""

    def change(said: Said) -> bool:
        for place in places(said, path[:-1]):
            if isinstance(place, dict) and path[-1] in place:
                del place[path[-1]]
                return True
        return False

    return change


def without_where(kind: str, name: str) -> Break:
    """Return a break that leaves out a key that a kind of policy needs."""

    def change(said: Said) -> bool:
        policies = [each for each in said["policies"] if each["kind"] == kind]
        return bool(policies) and without(name)(policies[0])

    return change


def places(part: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the parts of a mapping to which a path leads."""
    if not path:
        yield part
    elif path[0] == "*":
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        for each in inner:
            yield from places(each, path[1:])
    elif (isinstance(part, dict) and path[0] in part) or (isinstance(part, list) and len(part) > path[0]):
        yield from places(part[path[0]], path[1:])


def appended(*path: Any, value: Any) -> Break:
    """Return a break that adds an item to a list."""

    def change(said: Said) -> bool:
        for place in places(said, path):
            if isinstance(place, list):
                place.append(deepcopy(value))
                return True
        return False

    return change


def repeated(*path: Any) -> Break:
    """Return a break that lets the first item of a list stand there twice."""

    def change(said: Said) -> bool:
        for place in places(said, path):
            if isinstance(place, list) and place:
                place.append(deepcopy(place[0]))
                return True
        return False

    return change


DEADLINE = {"id": "added", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}


def added(**changes: Any) -> Break:
    """Return a break that adds a deadline with something wrong."""
    return appended("policies", value={**DEADLINE, **changes})


def other(**said: Any) -> Break:
    """Return a break that adds a policy of any kind with something wrong."""
    return appended("policies", value={"id": "added", "clause": "c", **said})


ROOM = {"kind": "no_overlap", "booked": "booked", "resource": "room", "from": "begin", "to": "end"}
STEPS = {"kind": "procedure", "start": "opened", "step": {"event": "step", "field": "step"}, "steps": ["one"]}
UP = {"kind": "availability", "service": "video", "down": "down", "up": "up", "at_least": "99 %"}
DECIDE = {"kind": "classification", "start": "opened", "value": "severity"}

BREAKS: dict[str, Break] = {
    "no name": without("agreement"),
    "an empty name": put("agreement", value=""),
    "a misspelt key": put("polices", value=[]),
    "an unknown time zone": put("timezone", value="Europe/Pariss"),
    "a number as time zone": put("timezone", value=7),
    "in force until before it is": put("in_force", value={"from": "2026-02-01", "to": "2026-01-01"}),
    "in force from no day": put("in_force", value={"from": "2026-02-30"}),
    "clauses that are no list": put("clauses", value="c"),
    "a clause without an id": appended("clauses", value={"section": "1"}),
    "a clause twice": repeated("clauses"),
    "an unexplained descriptive clause": appended("clauses", value={"id": "duties", "status": "descriptive"}),
    "an unknown strength": appended("clauses", value={"id": "duties", "strength": "strong"}),
    "a field of an unknown kind": put("events", "opened", "vip", value={"kind": "bool"}),
    "a field without a kind": put("events", "opened", "vip", value={}),
    "a field with a reserved name": put("events", "opened", "subject", value={"kind": "text"}),
    "an allowed value of the wrong kind": put("events", "opened", "vip", value={"kind": "boolean", "values": ["yes"]}),
    "a bound on no instant": put("events", "opened", "vip", value={"kind": "boolean", "not_before": "time"}),
    "a bound on an unknown field": put("events", "opened", "promised", value={"kind": "instant", "not_before": "then"}),
    "a calendar that is never open": put("calendars", "new", value={"week": {}}),
    "an impossible opening time": put("calendars", "new", value={"week": {"mon": "09:00-25:00"}}),
    "an unknown weekday": put("calendars", "new", value={"week": {"mo": "09:00-17:00"}}),
    "an impossible holiday": put("calendars", "new", value={"holidays": {"dates": ["2026-02-30"]}}),
    "an unknown country": put("calendars", "new", value={"holidays": {"country": "Atlantis"}}),
    "used up at an unknown time": put("calendars", "new", value={"exhausted_at": "noon"}),
    "a calendar named always": put("calendars", "always", value={}),
    "a window of an unknown event": put("windows", "new", value={"from": "declaredd", "to": "lifted"}),
    "a window without an end": put("windows", "new", value={"from": "declared"}),
    "a window with an unknown scope": put("windows", "new", value={"scope": "servise"}),
    "a window that starts at no instant": put(
        "windows", "new", value={"event": "planned", "start": "service", "end": "end"}
    ),
    "policies that are no list": put("policies", value={}),
    "a policy that is text": appended("policies", value="p"),
    "a policy twice": repeated("policies"),
    "a policy of an unknown kind": other(kind="dead_line"),
    "a policy without a kind": other(start="opened"),
    "a policy without an id": put("policies", 0, "id", value=None),
    "a policy without a clause": without("policies", 0, "clause"),
    "an unknown clause": put("policies", 0, "clause", value="d"),
    "a misspelt key of a policy": put("policies", 0, "clauses", value="c"),
    "an unknown field in the match": put("policies", 0, "match", value=["subject", "regions"]),
    "an empty match": put("policies", 0, "match", value=[]),
    "a match that says a field twice": added(match=["subject", "region", "region"]),
    "a match by a decimal": added(match=["weight"]),
    "an unknown event type": added(start="open"),
    "no start": added(start=[]),
    "an unknown field in a condition": added(applies={"prio": "P1"}),
    "a value that a field cannot have": added(applies={"priority": "P9"}),
    "an order of what has none": added(applies={"vip": {"gt": 1}}),
    "an unknown comparison": added(applies={"sites": {"above": 1}}),
    "an empty comparison": added(applies={"sites": {}}),
    "a comparison with nothing": added(applies={"sites": {"gt": None}}),
    "fields that cannot be compared": added(applies={"sites": {"gt": {"field": "promised"}}}),
    "any item of no list": added(applies={"region": {"any_item": {"a": 1}}}),
    "a condition that is a list": added(applies=["vip"]),
    "a `when` at a start": added(start={"type": "opened", "when": {"vip": True}}),
    "a limit in days": added(limit="2 days"),
    "a limit without a unit": added(limit=30),
    "a limit with an unknown unit": added(limit="30 m"),
    "a limit finer than a microsecond": added(limit="0.5 µs"),
    "an endless limit": added(limit="999999999999 h"),
    "no limit": added(limit=None),
    "a limit of an unknown form": added(limit={"within": "1 h"}),
    "a limit for each of no number": added(limit={"each": "1 h", "times": "region"}),
    "a limit until no instant": added(limit={"until": "region"}),
    "a limit at the end of the hour": added(limit={"end_of": "hour"}),
    "zero business days": added(limit={"business_days": 0}),
    "a table with a row missing": added(limit={"by": "vip", "table": {True: "1 h"}}),
    "a table with a row too many": added(limit={"by": "vip", "table": {True: "1 h", False: "1 h", "maybe": "1 h"}}),
    "a table that is too flat": added(limit={"by": ["vip", "priority"], "table": {True: "1 h", False: "1 h"}}),
    "a table by an unknown field": added(limit={"by": "vips", "table": {True: "1 h", False: "1 h"}}),
    "a table by a decimal": added(limit={"by": "weight", "table": {1: "1 h"}}),
    "tiers with a gap": added(
        limit={
            "lead_days": {"to": "promised"},
            "tiers": [{"from": 0, "to": 1, "limit": "1 h"}, {"from": 3, "limit": "1 h"}],
        }
    ),
    "tiers that overlap": added(
        limit={
            "lead_days": {"to": "promised"},
            "tiers": [{"from": 0, "to": 3, "limit": "1 h"}, {"from": 3, "limit": "1 h"}],
        }
    ),
    "tiers that end": added(limit={"lead_days": {"to": "promised"}, "tiers": [{"from": 0, "to": 3, "limit": "1 h"}]}),
    "no tiers": added(limit={"lead_days": {"to": "promised"}, "tiers": []}),
    "an unknown calendar": added(calendar="offices"),
    "a calendar table with a row missing": added(calendar={"by": "vip", "table": {True: "always"}}),
    "a pause without an end": added(pause={"from": "held"}),
    "a pause of what does not count": added(limit={"end_of": "day"}, pause={"from": "held", "to": "resumed"}),
    "an exclusion from what does not count": added(limit="none", exclude=["force"]),
    "an unknown window": added(exclude=["forces"]),
    "a strict limit in days": added(limit={"calendar_days": 1}, strict=True),
    "a strictness that is text": added(strict="yes"),
    "an unknown occurrence": added(occurrence="last"),
    "an unknown point of warning": added(warn_at=["soon"]),
    "a deferral without a table": added(
        deferral={"by": "priority", "event": "deferred", "field": "to", "until": "published", "kind": "carried"}
    ),
    "an exemption without a ground": added(exemptions=[{"id": "e"}]),
    "an exemption with two grounds": added(exemptions=[{"id": "e", "when": {"vip": True}, "preceded_by": "warned"}]),
    "an exemption twice": added(exemptions=[{"id": "e", "preceded_by": "warned"}] * 2),
    "an exemption by an unknown event": added(exemptions=[{"id": "e", "preceded_by": "warn"}]),
    "a backlog of less than none": added(
        exemptions=[{"id": "e", "backlog": {"by": "customer", "members": "opened", "more_than": -1, "until": "closed"}}]
    ),
    "an objective without a share": added(objective={"per": "month"}),
    "an objective with two shares": added(objective={"at_least": "90 %", "breached_at_most": "1 %", "per": "month"}),
    "an objective of more than all": added(objective={"at_least": "101 %", "per": "month"}),
    "an objective that is a number": added(objective={"at_least": 95, "per": "month"}),
    "an objective per hour": added(objective={"at_least": "90 %", "per": "hour"}),
    "an objective of no instant": added(objective={"at_least": "90 %", "per": "month", "of": "region"}),
    "nothing that violates": other(kind="never"),
    "an `until` without a start": other(kind="never", violated_by="warned", until="closed"),
    "a booking of an unknown resource": other(**{**ROOM, "resource": "rooms"}),
    "a booking from no instant": other(**{**ROOM, "from": "room"}),
    "no steps": other(**{**STEPS, "steps": []}),
    "a step twice": other(**{**STEPS, "steps": ["one", "one"]}),
    "beginning at an unknown step": other(**{**STEPS, "begin_at": "two"}),
    "asked for by an unknown field": other(**{**STEPS, "asks": {"results": {"busy": ["one"]}}}),
    "steps in an unknown field": other(**{**STEPS, "step": {"event": "step", "field": "level"}}),
    "no field required": other(kind="required_fields", record="issued"),
    "items without their fields": other(kind="required_fields", record="issued", each="lines"),
    "an unknown required field": other(kind="required_fields", record="issued", fields=["reciever"]),
    "items of no list": other(kind="required_fields", record="issued", each="recipient", each_fields=["id"]),
    "an empty decision table": other(**DECIDE, table=[]),
    "a decision that cannot be recorded": other(**DECIDE, table=[{"value": "highest"}]),
    "a row that is never reached": other(**DECIDE, table=[{"value": "low"}, {"when": {"vip": True}, "value": "high"}]),
    "an availability with an objective": other(**UP, objective={"at_least": "90 %", "per": "month"}),
    "an availability per year": other(**{**UP, "per": "year"}),
    "an availability without a share": other(**{key: value for key, value in UP.items() if key != "at_least"}),
    "a deadline without a stop": without_where("deadline", "stop"),
    "a deadline without a limit": without_where("deadline", "limit"),
    "a procedure without steps": without_where("procedure", "steps"),
    "a decision table that is missing": without_where("classification", "table"),
    "an availability without an end of outages": without_where("availability", "up"),
    "a booking without an end": without_where("no_overlap", "to"),
    "an objective that says nothing": put_where("objective", "objective", value={}),
    "an exemption that is text": put_where("exemptions", "exemptions", 0, value="vip"),
    "a condition on an unknown field": put_where("applies", "applies", value={"nothing": True}),
    "an unknown excluded window": put_where("exclude", "exclude", 0, value="holidays"),
    "a pause of unknown form": put_where("pause", "pause", value={"during": "held"}),
}
"""By what is wrong: what makes it so."""

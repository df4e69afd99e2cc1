"""Records that must carry certain fields, and so must each item of a list in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from tests.conftest import History, agreement, kinds, only

EVENTS = {
    "issued": {
        "recipient": {"kind": "text"},
        "amount": {"kind": "decimal"},
        "copies": {"kind": "integer"},
        "paid": {"kind": "boolean"},
        "sent": {"kind": "instant"},
        "lines": {"kind": "list"},
        "address": {"kind": "record"},
        "tags": {"kind": "list"},
        "vip": {"kind": "boolean"},
        "month": {"kind": "month"},
        "customer": {"kind": "text"},
        "day": {"kind": "date"},
    },
    "warned": {},
    "changed": {"vip": {"kind": "boolean"}, "recipient": {"kind": "text"}, "day": {"kind": "date"}},
}
T0 = "2026-03-02T14:00:00Z"


def policy(*fields, **more):
    return {"kind": "required_fields", "record": "issued", "fields": list(fields), **more}


LINES = {"kind": "required_fields", "record": "issued", "fields": ["recipient"], "each": "lines", "each_fields": ["id"]}


def judged(judge, policy, history=None, /, *, with_=None, **data):
    history = history or History("I-1").add("issued", T0, id="e1", **data)
    return judge(agreement(policy, **{"events": EVENTS, **(with_ or {})}), history.events)


def outcome(judge, policy, **data):
    return str(only(judged(judge, policy, **data)).outcome)


# --- what is there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("recipient", "Anna", "met"),
        ("recipient", "", "breached"),
        ("recipient", None, "breached"),
        ("recipient", " ", "met"),
        ("recipient", "0", "met"),
        ("amount", 0, "met"),
        ("amount", 0.0, "met"),
        ("amount", None, "breached"),
        ("copies", 0, "met"),
        ("paid", False, "met"),
        ("paid", True, "met"),
        ("paid", None, "breached"),
        ("sent", "1970-01-01T00:00:00Z", "met"),  # zero microseconds
        ("tags", [], "breached"),
        ("tags", [None], "met"),
        ("address", {}, "breached"),
        ("address", {"town": ""}, "met"),
    ],
)
def test_null_and_empty_are_missing_zero_and_false_are_there(judge, field, value, expected):
    assert outcome(judge, policy(field), **{field: value}) == expected


def test_a_field_that_is_not_in_the_record_is_missing(judge):
    verdict = only(judged(judge, policy("recipient", "amount"), amount=3))
    assert (verdict.outcome, verdict.subject, verdict.evidence, verdict.clauses) == ("breached", "I-1", ("e1",), ("c",))
    assert "`recipient`" in verdict.reason
    assert "`amount`" not in verdict.reason
    assert verdict.start is not None


def test_a_value_of_another_kind_counts_as_missing_and_is_a_finding(judge):
    verdicts = judged(judge, policy("recipient"), recipient=7)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", ["wrong_value"])
    assert verdicts.findings[0].event == "e1"


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-3", "March", "2026-03-01", 202603])
def test_a_month_that_is_none_is_a_finding_that_names_the_event(judge, month):
    verdicts = judged(judge, policy("month"), month=month)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", ["wrong_value"])
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("e1", "I-1")


def test_another_event_of_the_case_gives_a_record_nothing(judge):
    history = History("I-1").add("changed", "2026-03-02T13:00:00Z", recipient="Anna").add("issued", T0)
    assert only(judged(judge, policy("recipient"), history)).outcome == "breached"


def test_every_record_is_judged_by_itself(judge):
    history = History("I-1").add("issued", T0, id="e1", recipient="Anna").add("issued", T0, id="e2")
    history.add("issued", "2026-03-02T15:00:00Z", id="e3", recipient="Anna")
    verdicts = judged(judge, policy("recipient"), history)
    found = {verdict.evidence[0]: verdict.outcome for verdict in verdicts}
    assert found == {"e1": "met", "e2": "breached", "e3": "met"}


def test_what_where_does_not_select_is_no_record(judge):
    made = policy("recipient", record={"type": "issued", "where": {"vip": True}})
    assert not judged(judge, made, recipient="Anna")
    assert outcome(judge, made, vip=True) == "breached"


# --- conditional fields -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"vip": True}, "breached"),
        ({"vip": True, "recipient": ""}, "breached"),
        ({"vip": True, "recipient": "Anna"}, "met"),
        ({"vip": False}, "met"),
        ({}, "met"),
    ],
)
def test_a_field_is_required_where_its_condition_holds_of_the_record(judge, data, expected):
    assert outcome(judge, policy({"name": "recipient", "when": {"vip": True}}), **data) == expected


def test_the_condition_reads_the_record_not_the_case(judge):
    history = History("I-1").add("changed", "2026-03-02T13:00:00Z", vip=True).add("issued", T0)
    made = policy({"name": "recipient", "when": {"vip": True}})
    assert only(judged(judge, made, history)).outcome == "met"


# --- items ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": "7"}, "met"),
        ({"id": 0}, "met"),
        ({"id": False}, "met"),
        ({"id": 0.0}, "met"),
        ({"id": ""}, "breached"),
        ({"id": None}, "breached"),
        ({"id": []}, "breached"),
        ({"id": {}}, "breached"),
        ({"id": ()}, "breached"),
        ({}, "breached"),
        ({"ID": "7"}, "breached"),
        ("7", "breached"),  # no record
        (None, "breached"),
        (7, "breached"),
        (["id"], "breached"),
    ],
)
def test_each_item_must_carry_the_field(judge, item, expected):
    assert outcome(judge, LINES, recipient="Anna", lines=[item]) == expected
    assert outcome(judge, LINES, recipient="Anna", lines=[{"id": "1"}, item]) == expected


def test_the_reason_names_the_item_and_the_field(judge):
    reason = only(judged(judge, LINES, lines=[{"id": "1"}, {}, {"id": "3"}, {"id": ""}])).reason
    for part in ("`recipient`", "`lines[2].id`", "`lines[4].id`"):
        assert part in reason
    assert "lines[1]" not in reason
    assert "lines[3]" not in reason


def test_a_reason_of_many_missing_fields_says_how_many_more(judge):
    reason = only(judged(judge, LINES, recipient="Anna", lines=[{}] * 40)).reason
    assert "34 more" in reason
    assert len(reason) < 300


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": "1"}, "met"),
        ({"id": "1", "project": True}, "breached"),
        ({"id": "1", "project": True, "code": ""}, "breached"),
        ({"id": "1", "project": True, "code": "X"}, "met"),
        ({"id": "1", "project": False}, "met"),
        ({"id": "1", "project": "true"}, "met"),
        ({"id": "1", "project": 1}, "met"),  # one is not true
    ],
)
def test_a_field_of_an_item_is_required_where_its_condition_holds_of_the_item(judge, item, expected):
    made = {**LINES, "each_fields": ["id", {"name": "code", "when": {"project": True}}]}
    assert outcome(judge, made, recipient="Anna", lines=[item]) == expected


def test_the_condition_of_an_item_does_not_read_the_record(judge):
    made = {**LINES, "each_fields": ["id", {"name": "code", "when": {"vip": True}}]}
    assert outcome(judge, made, recipient="Anna", vip=True, lines=[{"id": "1"}]) == "met"
    assert outcome(judge, made, recipient="Anna", vip=False, lines=[{"id": "1", "vip": True}]) == "breached"


def test_numbers_of_an_item_are_compared_exactly(judge):
    """Design, *exact*: a float of an item is the number that it shows, as in `any_item`."""
    made = {**LINES, "each_fields": ["id", {"name": "code", "when": {"rate": 0.1}}]}
    assert outcome(judge, made, recipient="Anna", lines=[{"id": "1", "rate": 0.1}]) == "breached"
    assert outcome(judge, made, recipient="Anna", lines=[{"id": "1", "rate": 0.2}]) == "met"


@pytest.mark.parametrize("data", [{}, {"lines": []}, {"lines": None}])
def test_a_record_without_items_is_judged_on_its_own_fields_and_is_a_finding(judge, data):
    verdicts = judged(judge, LINES, recipient="Anna", **data)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["no_items"])
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("e1", "I-1")
    verdicts = judged(judge, LINES, **data)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", ["no_items"])


def test_items_that_are_no_list_are_a_finding_each_way(judge):
    verdicts = judged(judge, LINES, recipient="Anna", lines="one")
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["no_items", "wrong_value"])
    assert {finding.event for finding in verdicts.findings} == {"e1"}


# --- applies, exemptions, in force, objectives, match -----------------------------------------------------------


def test_applies_reads_the_case_at_the_record(judge):
    made = policy("recipient", applies={"vip": True})
    history = History("I-1").add("issued", T0, id="e1").add("changed", "2026-03-02T15:00:00Z", vip=True)
    history.add("issued", "2026-03-02T15:00:00Z", id="e3")
    assert only(judged(judge, made, history)).evidence == ("e3",)


EXEMPT = policy(
    "recipient",
    exemptions=[{"id": "vip", "clause": "other", "when": {"vip": True}}, {"id": "told", "preceded_by": "warned"}],
)


@pytest.mark.parametrize("data", [{}, {"recipient": "Anna"}])
def test_an_exempt_record_is_exempt_complete_or_not(judge, data):
    verdict = only(judged(judge, EXEMPT, vip=True, **data))
    assert (verdict.outcome, verdict.exempted_by, verdict.clauses) == ("exempt", ("vip",), ("c", "other"))


@pytest.mark.parametrize(("second", "exempt"), [("13:00:00", True), ("14:00:00", True), ("14:00:00.000001", False)])
def test_an_exemption_rests_on_what_came_at_or_before_the_record(judge, second, exempt):
    """A record is judged at its instant (the reading of the code: it is its own stop)."""
    history = History("I-1").add("issued", T0, id="e1").add("warned", f"2026-03-02T{second}Z", id="e2")
    verdict = only(judged(judge, EXEMPT, history))
    assert (verdict.outcome, "e2" in verdict.evidence) == ("exempt" if exempt else "breached", exempt)


def test_a_record_outside_the_time_in_force_is_a_finding_and_no_verdict(judge):
    verdicts = judged(judge, policy("recipient"), with_={"in_force": {"to": "2026-03-02"}})
    assert (list(verdicts), kinds(verdicts)) == ([], ["not_in_force"])
    assert verdicts.findings[0].event == "e1"


def test_the_period_is_that_of_the_record_or_of_its_field(judge):
    made = policy("recipient", objective={"at_least": "99 %", "per": "month"})
    assert only(judged(judge, made), subject="I-1").period == "2026-03"
    made["objective"] = {"at_least": "99 %", "per": "day", "of": "day"}
    assert only(judged(judge, made, day="2026-02-27"), subject="I-1").period == "2026-02-27"
    assert only(judged(judge, made, day="2026-02-27"), subject="").outcome == "breached"


def test_the_key_is_that_of_the_match(judge):
    made = policy("recipient", match=["customer", "month"])
    verdict = only(judged(judge, made, customer="acme", month="2026-02"))
    assert (verdict.subject, verdict.key) == ("I-1", ("acme", "2026-02"))


# --- restated ---------------------------------------------------------------------------------------------------

values = st.sampled_from([None, "", "x", 0, 1, False, True, [], {}, [0], {"a": None}, 0.5])
items = st.dictionaries(st.sampled_from(["id", "code", "other"]), values) | st.sampled_from([None, "id", 3])


@given(recipient=st.sampled_from([None, "", "Anna"]), lines=st.none() | st.lists(items, max_size=4))
def test_law_a_record_is_met_where_nothing_is_missing(judge, recipient, lines):
    def there(value):
        return value not in (None, "") and (not isinstance(value, (list, dict)) or len(value) > 0)

    def complete(item):
        if not isinstance(item, dict):
            return False
        return there(item.get("id")) and (item.get("other") is not True or there(item.get("code")))

    made = {**LINES, "each_fields": ["id", {"name": "code", "when": {"other": True}}]}
    event = sla.Event(id="e", type="issued", subject="I", time=T0, data={"recipient": recipient, "lines": lines})
    verdicts = judge(agreement(made, events=EVENTS), [event])
    met = there(recipient) and all(complete(item) for item in lines or ())
    assert only(verdicts).outcome == ("met" if met else "breached")
    assert kinds(verdicts) == ([] if lines else ["no_items"])

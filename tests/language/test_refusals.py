"""What an agreement may not say: every refusal with its line, its place and its message.

In each text `# <-` marks the line that the message must name.
"""

import re
from pathlib import Path

import pytest

import sla_rules as sla

BASE = """\
agreement: test
timezone: Europe/Paris
clauses: [{id: c}, {id: other}]
events:
  opened:
    priority: {kind: text, values: [P1, P2, P3]}
    vip: {kind: boolean}
    sites: {kind: integer}
    weight: {kind: decimal}
    due: {kind: instant}
    day: {kind: date}
    lines: {kind: list}
    note: {kind: text}
  stopped: {result: {kind: text, values: [good, bad]}}
  held: {}
  resumed: {}
calendars:
  office: {week: {mon-fri: 09:00-17:00}}
windows:
  maintenance: {from: held, to: resumed}
"""
DEADLINE = """\
policies:
  - id: p
    clause: c
    kind: deadline
    start: opened
    stop: stopped
"""
KINDS = "deadline, never, no_overlap, procedure, required_fields, classification, availability"
FORMS = "duration, none, each, until, end_of, business_days, calendar_days"
LIMITS = f"{FORMS}, lead_days, by"
SIMPLE = "duration, none, each, until, end_of, business_days, calendar_days, unjudged"
PYDANTIC = re.compile(r"type=|input_value|input_type|pydantic|dict\[|Decimal|tuple|dictionary|NoneType|<\w+>")


def problems(text: str, tmp_path: Path) -> list[sla.errors.Problem]:
    """What is wrong in a file with this text; all messages are short and speak the language of the file."""
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(sla.AgreementError) as caught:
        sla.load(file)
    for problem in caught.value.problems:
        assert problem.file == str(file)
        assert PYDANTIC.search(problem.message) is None, problem.message
        assert len(problem.message) < 250, problem.message
        assert "\n" not in problem.message
        assert str(problem).startswith(f"{file}:{problem.line}: ")
        assert str(problem) in str(caught.value)
    return list(caught.value.problems)


def refusal(text: str, tmp_path: Path) -> tuple[str, str]:
    """The path and message of the one problem of a file, which must name the marked line."""
    marked = [number for number, line in enumerate(text.splitlines(), 1) if "# <-" in line]
    found = problems(text, tmp_path)
    assert [problem.line for problem in found] == marked, [str(problem) for problem in found]
    assert len(found) == 1
    return found[0].path, found[0].message


def deadline(body: str, tmp_path: Path) -> tuple[str, str]:
    """The refusal of a deadline with these lines added; they stand at the left margin."""
    return refusal(BASE + DEADLINE + "".join(f"    {line}\n" for line in body.strip("\n").splitlines()), tmp_path)


@pytest.fixture
def refused(tmp_path):
    return lambda body: deadline(body, tmp_path)


class TestKeys:
    def test_at_the_top(self, tmp_path):
        assert refusal(BASE + "calender: {}  # <-\n", tmp_path) == (
            "calender", "unknown key `calender`, did you mean `calendars`?",
        )  # fmt: skip

    def test_that_resembles_none(self, tmp_path):
        path, message = refusal("agreement: a\nxyz: 1  # <-\n", tmp_path)
        assert (path, message[:33]) == ("xyz", "unknown key `xyz`, known here: ag")

    def test_that_is_no_text(self, tmp_path):
        assert refusal("agreement: a\n1: 2  # <-\n", tmp_path)[1].startswith("unknown key `1`")

    def test_in_a_policy(self, refused):
        assert refused("limit: 1 h\npauses: x  # <-") == (
            "policies[0].pauses", "unknown key `pauses`, did you mean `pause`?",
        )  # fmt: skip

    def test_in_a_limit(self, refused):
        assert refused("limit:\n  each: 5 min\n  time: sites  # <-") == (
            "policies[0].limit.time", "unknown key `time`, did you mean `times`?",
        )  # fmt: skip

    def test_in_a_row(self, refused):
        assert refused("limit:\n  by: priority\n  table:\n    P1: {each: 5 min, timex: sites}  # <-") == (
            "policies[0].limit.table.P1.timex", "unknown key `timex`, did you mean `times`?",
        )  # fmt: skip

    def test_in_a_tier(self, refused):
        assert refused("limit:\n  lead_days: {to: due}\n  tiers:\n    - limit: 1 h\n      frm: 0  # <-") == (
            "policies[0].limit.tiers[0].frm", "unknown key `frm`, did you mean `from`?",
        )  # fmt: skip

    def test_in_a_selector(self, refused):
        assert refused("limit: 1 h\ncancel:\n  type: held\n  were: {vip: true}  # <-") == (
            "policies[0].cancel.were", "unknown key `were`, did you mean `where`?",
        )  # fmt: skip

    def test_in_a_list_of_selectors(self, refused):
        assert refused("limit: 1 h\ncancel:\n  - held\n  - tipe: held  # <-") == (
            "policies[0].cancel[1].tipe", "unknown key `tipe`, did you mean `type`?",
        )  # fmt: skip

    def test_in_a_pause(self, refused):
        assert refused("limit: 1 h\npause:\n  while: {vip: true}\n  form: held  # <-") == (
            "policies[0].pause.form", "unknown key `form`, known here: while",
        )  # fmt: skip

    def test_in_a_calendar_table(self, refused):
        assert refused("limit: 1 h\ncalendar:\n  by: vip\n  table: {true: office, false: office}\n  buy: x  # <-") == (
            "policies[0].calendar.buy", "unknown key `buy`, did you mean `by`?",
        )  # fmt: skip

    def test_in_a_clause(self, tmp_path):
        assert refusal("agreement: a\nclauses:\n  - id: c\n    sektion: x  # <-\n", tmp_path) == (
            "clauses[0].sektion", "unknown key `sektion`, did you mean `section`?",
        )  # fmt: skip

    def test_in_a_window(self, tmp_path):
        assert refusal("agreement: a\nwindows:\n  m:\n    from: a\n    too: b  # <-\n", tmp_path) == (
            "windows.m.too", "unknown key `too`, did you mean `to`?",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("limit", "place", "missing"),
        [
            ("limit: {each: 5 min}  # <-", ".limit", "times"),
            ("limit: {by: priority}  # <-", ".limit", "table"),
            ("limit: {lead_days: {to: due}}  # <-", ".limit", "tiers"),
            ("limit:\n  lead_days: {from: due}  # <-\n  tiers: [{from: 0, limit: 1 h}]", ".limit.lead_days", "to"),
            ("limit: 1 h\npause: {from: held}  # <-", ".pause", "to"),
            ("limit: 1 h\nobjective: {at_least: 95 %}  # <-", ".objective", "per"),
        ],
    )
    def test_that_is_missing(self, refused, limit, place, missing):
        assert refused(limit) == (f"policies[0]{place}", f"`{missing}` is missing")

    def test_limit_that_is_missing(self, tmp_path):
        text = BASE + "policies:\n  - {id: p, clause: c, kind: deadline, start: opened, stop: stopped}  # <-\n"
        assert refusal(text, tmp_path) == ("policies[0]", "`limit` is missing")

    def test_agreement_without_a_name(self, tmp_path):
        assert refusal("clauses: []  # <-\n", tmp_path) == ("", "`agreement` is missing")


class TestNames:
    def test_kind(self, tmp_path):
        text = "agreement: a\npolicies:\n  - id: p  # <-\n    clause: c\n    kind: deadlin\n"
        assert refusal(text, tmp_path) == ("policies[0]", "unknown kind `deadlin`, did you mean `deadline`?")

    def test_kind_that_resembles_none(self, tmp_path):
        text = "agreement: a\npolicies:\n  - {id: p, clause: c, kind: xyz}  # <-\n"
        assert refusal(text, tmp_path) == ("policies[0]", f"unknown kind `xyz`, known: {KINDS}")

    def test_kind_that_is_missing(self, tmp_path):
        text = "agreement: a\npolicies:\n  - {id: p, clause: c}  # <-\n"
        assert refusal(text, tmp_path) == ("policies[0]", "`kind` is missing")

    @pytest.mark.parametrize(
        ("body", "place", "message"),
        [
            ("cancel: opend  # <-", "cancel", "unknown event type `opend`, did you mean `opened`?"),
            ("cancel:\n  - held\n  - resumd  # <-", "cancel[1]",
             "unknown event type `resumd`, did you mean `resumed`?"),
            ("resume:  # <-\n  {type: xyz}", "resume",
             "unknown event type `xyz`, known: opened, stopped, held, resumed"),
            ("pause:\n  from: hold  # <-\n  to: resumed", "pause.from",
             "unknown event type `hold`, did you mean `held`?"),
            ("applies:\n  prioriti: P1  # <-", "applies.prioriti",
             "unknown field `prioriti`, did you mean `priority`?"),
            ("applies:\n  any:\n    - vip: true\n    - not: {sitez: 1}  # <-", "applies.any[1].not.sitez",
             "unknown field `sitez`, did you mean `sites`?"),
            ("applies:\n  sites: {gt: {field: site}}  # <-", "applies.sites",
             "unknown field `site`, did you mean `sites`?"),
            ("match: [subject, sitess]  # <-", "match[1]", "unknown field `sitess`, did you mean `sites`?"),
            ("calendar: offise  # <-", "calendar", "unknown calendar `offise`, did you mean `office`?"),
            ("calendar:  # <-\n  {by: vip, table: {true: offise, false: always}}", "calendar",
             "unknown calendar `offise`, did you mean `office`?"),
            ("exclude: [maintenence]  # <-", "exclude[0]", "unknown window `maintenence`, did you mean `maintenance`?"),
            ("exemptions:\n  - id: e\n    clause: othr  # <-\n    when: {vip: true}", "exemptions[0].clause",
             "unknown clause `othr`, did you mean `other`?"),
            ("exemptions:\n  - {id: e, preceded_by: hed}  # <-", "exemptions[0].preceded_by",
             "unknown event type `hed`, did you mean `held`?"),
            ("objective: {at_least: 95 %, per: month, of: du}  # <-", "objective.of",
             "unknown field `du`, did you mean `due`?"),
        ],
    )  # fmt: skip
    def test_in_a_deadline(self, refused, body, place, message):
        assert refused(f"limit: 1 h\n{body}") == (f"policies[0].{place}", message)

    def test_clause(self, tmp_path):
        text = BASE + "policies:\n  - id: p\n    clause: othr  # <-\n    kind: never\n    violated_by: held\n"
        assert refusal(text, tmp_path) == ("policies[0].clause", "unknown clause `othr`, did you mean `other`?")

    def test_clause_that_is_descriptive(self, tmp_path):
        clauses = BASE.replace("{id: other}", "{id: other, status: descriptive, why: nothing to measure}")
        text = clauses + "policies:\n  - id: p\n    clause: other  # <-\n    kind: never\n    violated_by: held\n"
        message = "clause `other` is descriptive, so no policy encodes it"
        assert refusal(text, tmp_path) == ("policies[0].clause", message)

    def test_event_of_another_policy(self, tmp_path):
        text = BASE + "policies:\n  - {id: p, clause: c, kind: never, violated_by: hold}  # <-\n"
        assert refusal(text, tmp_path)[1] == "unknown event type `hold`, did you mean `held`?"

    def test_field_of_the_wrong_event(self, tmp_path):
        text = BASE + (
            "policies:\n  - {id: p, clause: c, kind: classification, start: stopped, value: priority,"
            " table: [{value: P1}]}  # <-\n"
        )
        assert refusal(text, tmp_path) == ("policies[0].value", "unknown field of `stopped`: `priority`, known: result")

    def test_step_to_begin_at(self, tmp_path):
        text = BASE + (
            "policies:\n  - {id: p, clause: c, kind: procedure, start: opened, step: {event: opened, field: note},"
            " steps: [L1, L2], begin_at: L3}  # <-\n"
        )
        assert refusal(text, tmp_path) == ("policies[0].begin_at", "unknown step `L3`, known: L1, L2")

    @pytest.mark.parametrize("group", ["clauses", "policies"])
    def test_id_that_stands_twice(self, tmp_path, group):
        policy = "{id: %s, clause: c, kind: never, violated_by: held}"
        item = policy if group == "policies" else "{id: %s}"
        text = BASE.replace("clauses: [{id: c}, {id: other}]\n", "")
        text += f"clauses:\n  - id: c\n{'policies:' if group == 'policies' else ''}\n"
        text += f"  - {item % 'a'}\n  - {item % 'b'}\n  - {item % 'a'}  # <-\n"
        index = 2 if group == "policies" else 3
        assert refusal(text, tmp_path) == (f"{group}[{index}].id", "id `a` stands there twice")

    def test_id_of_an_exemption_that_stands_twice(self, refused):
        body = "limit: 1 h\nexemptions:\n  - {id: e, when: {vip: true}}\n  - {id: e, preceded_by: held}  # <-"
        assert refused(body) == ("policies[0].exemptions[1].id", "id `e` stands there twice")

    def test_word_from_a_short_list(self, tmp_path):
        assert refusal("agreement: a\nclauses:\n  - {id: c, strength: guarante}  # <-\n", tmp_path) == (
            "clauses[0].strength",
            "`guarante` is not `guarantee`, `commitment`, `target`, `best_effort` or `reference`, "
            "did you mean `guarantee`?",
        )


class TestValues:
    @pytest.mark.parametrize(
        ("body", "place", "message"),
        [
            ("applies:\n  priority: p1  # <-", "applies.priority",
             "`priority`: `p1` is not an allowed value, known: P1, P2, P3"),
            ("applies:\n  priority: {in: [P1, P11]}  # <-", "applies.priority",
             "`priority`: `P11` is not an allowed value, did you mean `P1`?"),
            ("applies: {vip: 1}  # <-", "applies.vip", "`vip`: `1` is not true or false"),
            ("applies: {vip: yes}  # <-", "applies.vip", "`vip`: `yes` is not true or false"),
            ("applies: {sites: 1.5}  # <-", "applies.sites", "`sites`: `1.5` is not an integer"),
            ("applies: {sites: true}  # <-", "applies.sites", "`sites`: `true` is not an integer"),
            ("applies: {weight: {lt: heavy}}  # <-", "applies.weight", "`weight`: `heavy` is not a number"),
            ("applies: {due: {lt: 2026-01-01}}  # <-", "applies.due",
             "`due`: `2026-01-01` is not an instant such as `2026-03-02T14:00:00Z` or `2026-03-02T09:00:00-05:00`"),
            ("applies: {day: {lt: 2026-02-30}}  # <-", "applies.day",
             "`day`: `2026-02-30` is not a date such as `2026-03-02`"),
            ("applies: {priority: {gt: P1}}  # <-", "applies.priority",
             "`priority` is text, which has no order for gt"),
            ("applies: {vip: {le: true}}  # <-", "applies.vip", "`vip` is boolean, which has no order for le"),
            ("applies: {priority: {any_item: {a: 1}}}  # <-", "applies.priority", "`priority` is no list"),
            ("applies: {sites: {gt: {field: priority}}}  # <-", "applies.sites",
             "`sites` is integer, `priority` is text; they cannot be compared"),
            ("applies: {priority: {field: vip}}  # <-", "applies.priority",
             "`priority` is text, `vip` is boolean; they cannot be compared"),
            ("applies: {due: {in: [{field: day}]}}  # <-", "applies.due",
             "`due` is instant, `day` is date; they cannot be compared"),
            ("applies:\n  priority: {equ: P1}  # <-", "applies.priority.equ", "unknown key `equ`, did you mean `eq`?"),
            ("applies:\n  priority: {is: P1}  # <-", "applies.priority.is",
             "unknown key `is`, known here: eq, ne, lt, le, gt, ge, in, not_in, exists, any_item"),
            ("applies: {priority: null}  # <-", "applies.priority",
             "expected text, a number, `true` or `false`, found nothing"),
            ("applies: {priority: [P1, P2]}  # <-", "applies.priority",
             "expected text, a number, `true` or `false`, found a list"),
            ("applies: {priority: {eq: null}}  # <-", "applies.priority.eq",
             "`eq` compares with nothing; `exists: false` holds of a missing field"),
            ("applies: {priority: {}}  # <-", "applies.priority",
             "expected a comparison of eq, ne, lt, le, gt, ge, in, not_in, exists, any_item"),
            ("applies: {priority: {in: P1}}  # <-", "applies.priority.in", "expected a list, found `P1`"),
            ("applies: {priority: {exists: yes}}  # <-", "applies.priority.exists",
             "expected `true` or `false`, found `yes`"),
            ("applies: {all: {vip: true}}  # <-", "applies.all", "expected a list, found a mapping"),
            ("applies: vip  # <-", "applies", "expected a mapping"),
        ],
    )  # fmt: skip
    def test_in_a_condition(self, refused, body, place, message):
        assert refused(f"limit: 1 h\n{body}") == (f"policies[0].{place}", message)

    @pytest.mark.parametrize("where", ["time: {ge: {field: due}}", "due: {lt: {field: time}}"])
    def test_time_of_the_event_is_an_instant(self, tmp_path, where):
        file = tmp_path / "a.yaml"
        file.write_text(BASE + DEADLINE + f"    limit: 1 h\n    cancel: {{type: opened, where: {{{where}}}}}\n")
        sla.load(file)

    def test_time_of_the_event_against_a_date(self, refused):
        assert refused("limit: 1 h\ncancel: {type: opened, where: {time: {ge: {field: day}}}}  # <-")[1] == (
            "`time` is instant, `day` is date; they cannot be compared"
        )

    def test_time_is_no_field_of_a_case(self, refused):
        assert refused("limit: 1 h\napplies: {time: {ge: 2026-01-01T00:00:00Z}}  # <-")[1].startswith(
            "unknown field `time`"
        )

    def test_value_of_a_decision_table(self, tmp_path):
        text = BASE + (
            "policies:\n  - id: p\n    clause: c\n    kind: classification\n    start: opened\n    value: priority\n"
            "    table:\n      - {when: {vip: true}, value: P4}  # <-\n      - {value: P1}\n"
        )
        assert refusal(text, tmp_path) == (
            "policies[0].table[0].value", "`priority`: `P4` is not an allowed value, known: P1, P2, P3",
        )  # fmt: skip

    def test_row_that_no_value_reaches(self, tmp_path):
        text = BASE + (
            "policies:\n  - id: p\n    clause: c\n    kind: classification\n    start: opened\n    value: priority\n"
            "    table:\n      - {value: P1}\n      - {when: {vip: true}, value: P2}  # <-\n"
        )
        assert refusal(text, tmp_path)[1] == "never reached: the row before takes all that is left"

    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("agreement: 12  # <-", "agreement", "expected text, found `12`; put it in quotes"),
            ("agreement: ''  # <-", "agreement", "string should have at least 1 character, found ``"),
            ("agreement: a\nclauses: x  # <-", "clauses", "expected a list, found `x`"),
            ("agreement: a\nclauses: [x]  # <-", "clauses[0]", "expected a mapping"),
            ("agreement: a\nclauses: [{id: c, section: 4.2}]  # <-", "clauses[0].section",
             "expected text, found `4.2`; put it in quotes"),
            ("agreement: a\nclauses: [{id: c, summary: [x]}]  # <-", "clauses[0].summary",
             "expected a mapping, found a list"),
            ("agreement: a\nclauses: [{id: c, figures: {x: 120 %}}]  # <-", "clauses[0].figures.x",
             "`120 %` is more than 100 %"),
            ("agreement: a\nevents: {opened: }  # <-", "events.opened", "expected a mapping, found nothing"),
            ("agreement: a\nevents: {a: {b: {kind: texte}}}  # <-", "events.a.b.kind",
             "`texte` is not `text`, `integer`, `decimal`, `boolean`, `instant`, `date`, `month`, `list` or `record`, "
             "did you mean `text`?"),
            ("agreement: a\nevents: {a: {b: {}}}  # <-", "events.a.b", "`kind` is missing"),
            ("agreement: a\nevents: {a: {b: {kind: text, required: yes}}}  # <-", "events.a.b.required",
             "expected `true` or `false`, found `yes`"),
            ("agreement: a\nevents: {a: {b: {kind: integer, values: [1, two]}}}  # <-", "events.a.b.values[1]",
             "`two` is not an integer"),
            ("agreement: a\nevents: {a: {b: {kind: text, values: []}}}  # <-", "events.a.b.values",
             "expected at least 1, found 0"),
        ],
    )  # fmt: skip
    def test_of_another_sort(self, tmp_path, text, place, message):
        assert refusal(text + "\n", tmp_path) == (place, message)


class TestEvents:
    @pytest.mark.parametrize("name", ["id", "type", "subject", "time", "all", "any", "not", "field"])
    def test_reserved_field_names(self, tmp_path, name):
        path, message = refusal(f"agreement: a\nevents:\n  opened:\n    {name}: {{kind: text}}  # <-\n", tmp_path)
        assert path == f"events.opened.{name}"
        assert message.startswith(f"a field cannot be named `{name}`; reserved: id, type, subject, time, ")

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ("a: {kind: date, not_before: time}", "`a` is date, and `time` an instant"),
            ("a: {kind: instant, not_before: b}, b: {kind: date}", "`b` cannot be compared as instant"),
            ("a: {kind: boolean, not_before: b}, b: {kind: boolean}", "`a` cannot be compared as boolean"),
            (
                "a: {kind: instant, not_before: until}, untill: {kind: instant}",
                "unknown field `until`, did you mean `untill`?",
            ),
        ],
    )
    def test_not_before(self, tmp_path, fields, message):
        found = problems(f"agreement: a\nevents: {{opened: {{{fields}}}}}\n", tmp_path)
        assert (found[0].path, found[0].line, found[0].message) == ("events.opened.a.not_before", 2, message)

    @pytest.mark.parametrize("kind", ["integer", "decimal", "instant", "date", "month"])
    def test_not_before_on_ordered_kinds(self, kind):
        fields = {
            "a": {"kind": kind, "not_before": "b"},
            "b": {"kind": kind},
            "c": {"kind": "instant", "not_before": "time"},
        }
        sla.load({"agreement": "a", "events": {"opened": fields}})

    def test_field_of_two_kinds(self, tmp_path):
        text = BASE.replace("held: {}", "held: {sites: {kind: text}}") + DEADLINE
        assert refusal(text + "    limit: {each: 5 min, times: sites}  # <-\n", tmp_path) == (
            "policies[0].limit.times", "`sites` is integer and text, depending on the event",
        )  # fmt: skip


class TestTables:
    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("{P1: 1 h}", "no row for P2, P3"),
            ("{P1: 1 h, P3: unjudged}", "no row for P2"),
            ("{}", "no row for P1, P2, P3"),
        ],
    )
    def test_row_that_is_missing(self, refused, rows, message):
        body = f"limit:\n  by: priority\n  table: {rows}  # <-"
        assert refused(body) == ("policies[0].limit.table", message)

    def test_rows_of_two_fields_that_are_missing(self, refused):
        rows = "{P1: {true: 1 h, false: 2 h}, P2: {true: 1 h}, P3: {false: 1 h}}"
        body = f"limit:\n  by: [priority, vip]\n  table: {rows}  # <-"
        assert refused(body) == ("policies[0].limit.table", "no row for P2 false, P3 true")

    def test_many_rows_that_are_missing(self, refused):
        rows = "{P1: {true: 1 h}, P2: {}, P3: {}}"
        body = f"limit:\n  by: [priority, vip]\n  table: {rows}  # <-"
        assert refused(body)[1] == "no row for P1 false, P2 true, P2 false, P3 true, P3 false"

    def test_row_too_many(self, refused):
        body = "limit:\n  by: priority\n  table:\n    P1: 1 h\n    P2: 1 h\n    P3: 1 h\n    P4: 1 h  # <-"
        assert refused(body) == (
            "policies[0].limit.table.P4", "`priority`: `P4` is not an allowed value, known: P1, P2, P3",
        )  # fmt: skip

    def test_row_of_a_truth_value_is_no_number(self, tmp_path):
        text = BASE + DEADLINE + "    limit: {by: vip, table: {1: 1 h, 0: 2 h}}\n"
        assert [problem.message for problem in problems(text, tmp_path)] == [
            "`vip`: `1` is not true or false", "`vip`: `0` is not true or false",
        ]  # fmt: skip

    def test_rows_not_deep_enough(self, tmp_path):
        text = BASE + DEADLINE + "    limit: {by: [priority, vip], table: {P1: 1 h, P2: 1 h, P3: 1 h}}\n"
        assert problems(text, tmp_path)[0].message == "1 values deep, `by` has 2 fields"

    def test_no_calendar_for_a_value(self, refused):
        body = "limit: 1 h\ncalendar:\n  by: priority\n  table: {P1: office, P3: always}  # <-"
        assert refused(body) == ("policies[0].calendar.table", "no calendar for P2")

    def test_rows_of_a_field_whose_values_are_not_known(self, tmp_path):
        file = tmp_path / "a.yaml"
        file.write_text(BASE + DEADLINE + "    limit: {by: note, table: {a: 1 h, b: none}}\n")
        sla.load(file)

    @pytest.mark.parametrize(
        ("limit", "place", "message"),
        [
            ("each: 5 min, times: weight", "times", "`weight` is decimal, expected integer"),
            ("until: day", "until", "`day` is date, expected instant"),
            ("until: dew", "until", "unknown field `dew`, did you mean `due`?"),
        ],
    )
    def test_fields_of_other_limits(self, refused, limit, place, message):
        assert refused(f"limit: {{{limit}}}  # <-") == (f"policies[0].limit.{place}", message)


class TestTiers:
    @pytest.mark.parametrize(
        ("tiers", "place", "message"),
        [
            ("[{from: 0, to: 3, limit: 1 h}, {from: 3, limit: 2 h}]", "[1]", "tier 3 and more overlaps tier 0 to 3"),
            ("[{from: 2, limit: 1 h}, {from: 0, to: 2, limit: 2 h}]", "[0]", "tier 2 and more overlaps tier 0 to 2"),
            ("[{from: 0, limit: 1 h}, {from: 5, limit: 2 h}]", "[1]", "tier 5 and more overlaps tier 0 and more"),
            ("[{from: 0, to: 1, limit: 1 h}, {from: 3, limit: 2 h}]", "[1]", "no tier for 2 days"),
            ("[{from: 0, to: 1, limit: 1 h}, {from: 9, limit: 2 h}]", "[1]", "no tier for 2 to 8 days"),
            ("[{from: 1, limit: 1 h}]", "[0]", "no tier for 0 days"),
            ("[{from: 0, to: 5, limit: 1 h}]", "", "no tier for 6 days and more; leave out the last `to`"),
            ("[]", "", "expected at least 1, found 0"),
            ("[{from: -1, limit: 1 h}]", "[0].from", "input should be greater than or equal to 0, found `-1`"),
            ("[{from: 0, limit: 1 day}]", "[0].limit",
             "`1 day`: there is no bare day; "
             "write `24 h` for counted time, or `calendar_days: n`, `business_days: n` or `end_of: month`"),
            ("[{from: 0, limit: {by: vip, table: {true: 1 h, false: 1 h}}}]", "[0].limit",
             f"a mapping with `by`, `table` is not possible here, expected one of {SIMPLE}"),
        ],
    )  # fmt: skip
    def test_refused(self, refused, tiers, place, message):
        body = f"limit:\n  lead_days: {{to: due}}\n  tiers: {tiers}  # <-"
        assert refused(body) == (f"policies[0].limit.tiers{place}", message)

    def test_backwards(self, tmp_path):
        tiers = "[{from: 0, to: 3, limit: 1 h}, {from: 4, to: 2, limit: 1 h}, {from: 3, limit: 1 h}]"
        text = BASE + DEADLINE + f"    limit: {{lead_days: {{to: due}}, tiers: {tiers}}}\n"
        assert "tier from 4 to 2 covers nothing" in [problem.message for problem in problems(text, tmp_path)]

    def test_between_what_are_no_instants(self, refused):
        body = "limit:\n  lead_days: {from: day, to: due}  # <-\n  tiers: [{from: 0, limit: 1 h}]"
        assert refused(body) == ("policies[0].limit.lead_days.from", "`day` is date, expected instant")


class TestLimits:
    NO_DAY = (
        "there is no bare day; write `24 h` for counted time, or "
        "`calendar_days: n`, `business_days: n` or `end_of: month`"
    )
    NO_DURATION = "is not a duration such as `30 min`, `8 h` or `PT30M`"

    @pytest.mark.parametrize(
        ("limit", "message"),
        [
            ("1 day", f"`1 day`: {NO_DAY}"),
            ("2 weeks", f"`2 weeks`: {NO_DAY}"),
            ("1 month", f"`1 month`: {NO_DAY}"),
            ("P2D", f"`P2D`: {NO_DAY}"),
            ("P1DT2H", f"`P1DT2H`: {NO_DAY}"),
            ("P12M4M", f"`P12M4M`: {NO_DAY}"),
            ("P1W", f"`P1W`: {NO_DAY}"),
            ("30", "`30` has no unit; write `30 min` or `30 h`"),
            ("'30'", f"`30` {NO_DURATION}"),
            ("1.5", f"`1.5` {NO_DURATION}"),
            ("true", f"`true` {NO_DURATION}"),
            ("null", f"nothing {NO_DURATION}"),
            ("''", f"`` {NO_DURATION}"),
            ("PT", f"`PT` {NO_DURATION}"),
            ("P", f"`P` {NO_DURATION}"),
            ("-1 h", f"`-1 h` {NO_DURATION}"),
            ("1 h 30", f"`1 h 30` {NO_DURATION}"),
            ("soon", f"`soon` {NO_DURATION}"),
            ("[1 h]", f"a list {NO_DURATION}"),
            ("1 fortnight", "`1 fortnight`: unknown unit `fortnight`"),
            ("30 mins", "`30 mins`: unknown unit `mins`, did you mean `min`?"),
            ("30 m", "`30 m`: unknown unit `m`, did you mean `min`?"),
            ("1 H", "`1 H`: unknown unit `H`, did you mean `h`?"),
            ("0.1 µs", "`0.1 µs` is finer than a microsecond"),
            ("0.0001 ms 1 h", "`0.0001 ms 1 h` is finer than a microsecond"),
            ("99999999999 h", "`99999999999 h` is longer than the years 1 to 9999"),
            ("unjudged", f"`unjudged` is not possible here, expected one of {LIMITS}"),
            ("{business_day: 3}", "a mapping with `business_day` is not possible here, did you mean `business_days`?"),
            ("{xyz: 3}", f"a mapping with `xyz` is not possible here, expected one of {LIMITS}"),
            ("{}", f"a mapping is not possible here, expected one of {LIMITS}"),
        ],
    )
    def test_refused(self, refused, limit, message):
        assert refused(f"limit: {limit}  # <-") == ("policies[0].limit", message)

    @pytest.mark.parametrize("limit", ["business_days", "calendar_days"])
    def test_number_of_days(self, refused, limit):
        assert refused(f"limit: {{{limit}: 0}}  # <-") == (
            f"policies[0].limit.{limit}", "input should be greater than or equal to 1, found `0`",
        )  # fmt: skip
        assert refused(f"limit: {{{limit}: two}}  # <-")[1] == "expected an integer, found `two`"

    @pytest.mark.parametrize(
        "limit", ["end_of: day", "end_of: month, after: 1", "business_days: 1", "calendar_days: 1"]
    )
    def test_days_are_never_strict(self, refused, limit):
        assert refused(f"limit: {{{limit}}}\nstrict: true  # <-") == (
            "policies[0].strict", "a limit in calendar or business days is never strict: it ends with its day",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "limit", ["none", "{until: due}", "{end_of: day}", "{by: vip, table: {true: none, false: none}}"]
    )
    @pytest.mark.parametrize("role", ["pause: {from: held, to: resumed}", "exclude: [maintenance]"])
    def test_what_moves_counted_time_needs_a_limit_of_it(self, refused, limit, role):
        name = role.split(":")[0]
        assert refused(f"limit: {limit}\n{role}  # <-") == (
            f"policies[0].{name}", f"{name} moves only limits of counted time, and this one is none",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("warning", "message"),
        [
            ("80", "`80` is not a point such as `80 %`, `15 min before` or `1 h after`"),
            ("15 min", "`15 min` is not a point such as `80 %`, `15 min before` or `1 h after`"),
            ("15 min befor", "`15 min befor` is not a point such as `80 %`, `15 min before` or `1 h after`"),
            ("120 %", "`120 %` is more than 100 %"),
            ("1 day after", f"`1 day`: {NO_DAY}"),
        ],
    )
    def test_warnings(self, refused, warning, message):
        assert refused(f"limit: 1 h\nwarn_at:\n  - 50 %\n  - {warning}  # <-") == ("policies[0].warn_at[1]", message)


class TestObjectivesAndExemptions:
    ONE = "an objective has exactly one of at_least, breached_less_than, breached_at_most"
    GROUND = "an exemption has exactly one of when, preceded_by, backlog"

    @pytest.mark.parametrize(
        ("objective", "place", "message"),
        [
            ("per: month", "", ONE),
            ("at_least: 95 %, breached_at_most: 5 %, per: month", "", ONE),
            ("at_least: 100.1 %, per: month", ".at_least", "`100.1 %` is more than 100 %"),
            ("at_least: 0.95, per: month", ".at_least", "`0.95` is not a share such as `95 %`"),
            ("at_least: '95', per: month", ".at_least", "`95` is not a share such as `95 %`"),
            ("at_least: -5 %, per: month", ".at_least", "`-5 %` is not a share such as `95 %`"),
            ("at_least: 95 %, per: mont", ".per",
             "`mont` is not `day`, `week`, `month`, `quarter`, `year` or `whole`, did you mean `month`?"),
            ("at_least: 95 %, per: month, of: sites", ".of", "`sites` is integer, expected instant or date"),
        ],
    )  # fmt: skip
    def test_objective(self, refused, objective, place, message):
        assert refused(f"limit: 1 h\nobjective: {{{objective}}}  # <-") == (f"policies[0].objective{place}", message)

    @pytest.mark.parametrize("grounds", ["", ", when: {vip: true}, preceded_by: held"])
    def test_exemption(self, refused, grounds):
        body = f"limit: 1 h\nexemptions:\n  - {{id: d, when: {{vip: true}}}}\n  - {{id: e{grounds}}}  # <-"
        assert refused(body) == ("policies[0].exemptions[1]", self.GROUND)

    def test_descriptive_clause_without_why(self, tmp_path):
        text = "agreement: a\nclauses:\n  - id: c\n  - id: d  # <-\n    status: descriptive\n"
        assert refusal(text, tmp_path) == ("clauses[1]", "a descriptive clause says `why` it cannot be evaluated")


class TestTime:
    @pytest.mark.parametrize(
        ("zone", "hint"),
        [("Europe/Pariss", ", did you mean `Europe/Paris`?"), ("../etc", ""), ("Xyzzy", "")],
    )
    def test_time_zone(self, tmp_path, zone, hint):
        assert refusal(f"agreement: a\ntimezone: {zone}  # <-\n", tmp_path) == (
            "timezone", f"`{zone}` is not a time zone such as `Europe/Paris`{hint}",
        )  # fmt: skip

    def test_time_zone_of_the_machine(self, tmp_path):
        assert refusal("agreement: a\ntimezone: localtime  # <-\n", tmp_path)[0] == "timezone"

    def test_time_zone_given_to_load(self):
        with pytest.raises(sla.AgreementError, match="did you mean `Europe/Paris`"):
            sla.load("intercall", timezone="Europe/Pari")

    @pytest.mark.parametrize(
        ("calendar", "message"),
        [
            ("week: {}", "`office` is a calendar that is never open"),
            ("week: {mon-fri: []}", "`office` is a calendar that is never open"),
            ("timezone: Europe/Pari",
             "`Europe/Pari` is not a time zone such as `Europe/Paris`, did you mean `Europe/Paris`?"),
            ("week: {mon-fry: 09:00-17:00}",
             "`fry` is not a weekday such as `mon` or `monday`, did you mean `friday`?"),
            ("week: {mon: 9-17}", "`9-17` is not a period such as `09:00-17:00`"),
            ("week: {mon: [09:00-12:00, 11:00-13:00]}", "`09:00-12:00` and `11:00-13:00` overlap on monday"),
            ("holidays: {country: XX}", "`XX` is not a country that the `holidays` package knows"),
        ],
    )  # fmt: skip
    def test_calendar(self, tmp_path, calendar, message):
        text = f"agreement: a\ncalendars:\n  good: {{}}\n  office:  # <-\n    {calendar}\n"
        assert refusal(text, tmp_path) == ("calendars.office", message)

    @pytest.mark.parametrize("day", ["2026-02-30", "20260515", "15 May", "2026-W10-1"])
    def test_holiday(self, tmp_path, day):
        text = f"agreement: a\ncalendars:\n  office:\n    holidays:\n      dates: [2026-05-01, {day}]  # <-\n"
        assert refusal(text, tmp_path) == (
            "calendars.office.holidays.dates", f"`{day}` is not a date such as `2026-05-15`",
        )  # fmt: skip

    def test_calendar_that_is_there_already(self, tmp_path):
        assert refusal("agreement: a\ncalendars:\n  always: {}  # <-\n", tmp_path) == (
            "calendars.always", "`always` is there already and cannot be declared",
        )  # fmt: skip

    @pytest.mark.parametrize("to", ["2026-01-01", "2025-12-31"])
    def test_in_force_backwards(self, tmp_path, to):
        assert refusal(f"agreement: a\nin_force: {{from: 2026-01-01, to: {to}}}  # <-\n", tmp_path) == (
            "in_force", f"`to` {to} is not after `from` 2026-01-01",
        )  # fmt: skip

    @pytest.mark.parametrize("day", ["2026-13-01", "20260101", "tomorrow", "2026-01-01T00:00:00Z", "{}"])
    def test_in_force_from_what_is_no_date(self, tmp_path, day):
        path, message = refusal(f"agreement: a\nin_force:\n  from: {day}  # <-\n", tmp_path)
        assert path == "in_force.from"
        assert message.endswith("is not a date such as `2026-05-15`")


class TestWindows:
    @pytest.mark.parametrize(
        ("window", "place", "message"),
        [
            ("{event: opened, start: due, end: sites}", ".end", "`sites` is integer, expected instant"),
            ("{event: opened, start: due, end: en}", ".end",
             "unknown field of `opened`: `en`, known: priority, vip, sites, weight, due, day, lines, note"),
            ("{event: opend, start: due, end: due}", ".event", "unknown event type `opend`, did you mean `opened`?"),
            ("{from: opened, to: stoped}", ".to", "unknown event type `stoped`, did you mean `stopped`?"),
            ("{from: opened, to: stopped, scope: sits}", ".scope", "unknown field `sits`, did you mean `sites`?"),
            ("{from: opened}", "", "`to` is missing"),
            ("opened", "", "expected a mapping"),
        ],
    )  # fmt: skip
    def test_refused(self, tmp_path, window, place, message):
        text = BASE.replace("  maintenance: {from: held, to: resumed}", f"  maintenance: {window}  # <-")
        assert refusal(text, tmp_path) == (f"windows.maintenance{place}", message)


class TestOtherKinds:
    @pytest.mark.parametrize(
        ("policy", "place", "message"),
        [
            ("kind: no_overlap, booked: opened, resource: note, from: due, to: day", ".to",
             "`day` is date, expected instant"),
            ("kind: no_overlap, booked: opened, resource: notes, from: due, to: due", ".resource",
             "unknown field of `opened`: `notes`, did you mean `note`?"),
            ("kind: required_fields, record: opened", "",
             "no field is required; give `fields`, or `each` with `each_fields`"),
            ("kind: required_fields, record: opened, each: lines", "", "`each` and `each_fields` go together"),
            ("kind: required_fields, record: opened, each: note, each_fields: [a]", ".each",
             "`note` is text, expected list"),
            ("kind: required_fields, record: opened, fields: [note, nota]", ".fields[1]",
             "unknown field of `opened`: `nota`, did you mean `note`?"),
            ("kind: procedure, start: opened, step: {event: opened, field: note}, steps: [a, b, a]", ".steps[2]",
             "step `a` stands there twice"),
            ("kind: procedure, start: opened, step: {event: opened, field: note}, steps: []", ".steps",
             "expected at least 1, found 0"),
            ("kind: availability, service: s, down: held, up: resumed, at_least: 101 %", ".at_least",
             "`101 %` is more than 100 %"),
            ("kind: availability, service: s, down: held, up: resumed, at_least: 99 %, per: day", ".per",
             "`day` is not `month`"),
            ("kind: availability, service: s, down: held, up: resumed, at_least: 99 %, exclude: [maintain]",
             ".exclude[0]",
             "unknown window `maintain`, did you mean `maintenance`?"),
            ("kind: never, violated_by: []", ".violated_by", "expected at least 1, found 0"),
        ],
    )  # fmt: skip
    def test_refused(self, tmp_path, policy, place, message):
        text = BASE + f"policies:\n  - {{id: p, clause: c, {policy}}}  # <-\n"
        assert refusal(text, tmp_path) == (f"policies[0]{place}", message)


class TestSeveral:
    def test_shapes_are_reported_together(self, tmp_path):
        text = (
            "agreement: a\n"
            "events: {opened: {vip: {kind: bool}}}\n"
            "policies:\n"
            "  - {id: p, clause: c, kind: deadline, start: opened, stop: stopped, limit: 30, strict: maybe}\n"
            "  - {id: q, clause: c, kind: nevr}\n"
            "  - {id: r, clause: c, kind: never, violatedby: opened}\n"
        )
        assert [(problem.line, problem.path) for problem in problems(text, tmp_path)] == [
            (2, "events.opened.vip.kind"), (4, "policies[0].limit"), (4, "policies[0].strict"), (5, "policies[1]"),
            (6, "policies[2].violatedby"),
        ]  # fmt: skip

    def test_meanings_are_reported_together(self, tmp_path):
        text = BASE.replace("Europe/Paris", "Europe/Pariss") + (
            "policies:\n"
            "  - {id: p, clause: x, kind: deadline, start: openedd, stop: stopped, limit: {until: duw}}\n"
            "  - {id: p, clause: c, kind: never, violated_by: hed}\n"
        )
        assert {problem.path for problem in problems(text, tmp_path)} == {
            "timezone", "policies[1].id", "policies[0].clause", "policies[0].start", "policies[0].limit.until",
            "policies[1].violated_by",
        }  # fmt: skip

    def test_no_more_than_a_person_will_read(self):
        with pytest.raises(sla.AgreementError) as caught:
            sla.load({"agreement": "a", "clauses": [{"id": "c", "oops": 1}] * 80})
        assert len(caught.value.problems) == 51
        assert caught.value.problems[-1].message == "and 30 more"

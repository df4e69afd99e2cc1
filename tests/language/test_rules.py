"""Chained rules: what they may say, what is refused with which line, their order, and what `only` leaves of them."""

from itertools import permutations
from pathlib import Path
from typing import Any, get_args

import pytest

import sla_rules as sla
from sla_rules.cli import main
from sla_rules.language.rules import ChainedRule, EventFact, OutcomeName, RuleFact, VerdictFact, cycles, in_order
from sla_rules.verdict import Outcome
from tests.conftest import History
from tests.language.test_refusals import refusal
from tests.language.test_schema import complaints

BASE = """\
agreement: test
clauses: [{id: c}, {id: duties, status: descriptive, why: nothing to measure}]
events:
  opened: {priority: {kind: text, values: [P1, P2]}, sites: {kind: integer}, since: {kind: instant}}
  closed: {}
  escalated: {level: {kind: text}}
policies:
  - {id: answer, clause: c, kind: deadline, start: opened, stop: closed, limit: 1 h}
  - {id: reopen, clause: c, kind: never, for_each: closed, violated_by: opened}
rules:
"""


def rule(id: str, *names: str, **said: Any) -> dict[str, Any]:
    """A rule that rests on an opening and on other rules."""
    return {
        "id": id,
        "clause": "c",
        "on": [{"event": "opened"}, *({"rule": name} for name in names)],
        "alert": id,
    } | said


def loaded(*rules: dict[str, Any]) -> sla.Agreement:
    """The agreement with these rules."""
    return sla.load({**whole(), "rules": list(rules)})


def whole() -> dict[str, Any]:
    """What the agreement says besides rules."""
    return {
        "agreement": "test",
        "clauses": [{"id": "c"}, {"id": "duties", "status": "descriptive", "why": "nothing to measure"}],
        "events": {
            "opened": {"priority": {"kind": "text", "values": ["P1", "P2"]}, "since": {"kind": "instant"}},
            "closed": {},
            "escalated": {"level": {"kind": "text"}},
        },
        "policies": [
            {"id": "answer", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"},
            {"id": "reopen", "clause": "c", "kind": "never", "for_each": "closed", "violated_by": "opened"},
        ],
    }


class TestRefused:
    @pytest.fixture
    def refused(self, tmp_path):
        """The path and message of what is wrong in one rule; its line is the marked one, or its own."""

        def refused(body: str, head: str = "id: r, clause: c, alert: A") -> tuple[str, str]:
            lines = "".join(f"    {line}\n" for line in [*head.split(", "), *body.splitlines()])
            return refusal(BASE + "  -" + lines[3:], tmp_path)

        return refused

    @pytest.mark.parametrize(
        ("body", "path", "message"),
        [
            (
                "on: {verdict: answr, outcome: met}  # <-",
                "on.verdict",
                "unknown policy `answr`, did you mean `answer`?",
            ),
            (
                "on: {verdict: [answer, reopn], outcome: met}  # <-",
                "on.verdict[1]",
                "unknown policy `reopn`, did you mean `reopen`?",
            ),
            ("on: {verdict: x, outcome: met}  # <-", "on.verdict", "unknown policy `x`, known: answer, reopen"),
            ("on: {event: opend}  # <-", "on.event", "unknown event type `opend`, did you mean `opened`?"),
            (
                "on:\n  - {event: closed}\n  - event: [closed, escalatd]  # <-",
                "on[1].event[1]",
                "unknown event type `escalatd`, did you mean `escalated`?",
            ),
            (
                "on: {event: {type: opened, where: {prioriti: P1}}}  # <-",
                "on.event.where.prioriti",
                "unknown field `prioriti`, did you mean `priority`?",
            ),
            (
                "on: {event: {type: opened, where: {priority: P3}}}  # <-",
                "on.event.where.priority",
                "`priority`: `P3` is not an allowed value, known: P1, P2",
            ),
            (
                "on: {event: {type: opened, when: {priority: P1}}}  # <-",
                "on.event.when",
                "write `where`, or the `when` of the rule",
            ),
            ("on: {rule: s}  # <-", "on.rule", "unknown rule `s`, known: r"),
            (
                "on: {event: closed}\nwhen:\n  prioritty: P1  # <-",
                "when.prioritty",
                "unknown field `prioritty`, did you mean `priority`?",
            ),
            (
                "on: {event: closed}\nwhen:\n  priority: {lt: P2}  # <-",
                "when.priority",
                "`priority` is text, which has no order for lt",
            ),
            (
                "on: {event: closed}\nunless:\n  - {event: escalated}\n  - {verdict: answr, outcome: met}  # <-",
                "unless[1].verdict",
                "unknown policy `answr`, did you mean `answer`?",
            ),
            ("on: []  # <-", "on", "expected at least 1, found 0"),
            ("on: {}  # <-", "on", "a mapping is not possible here, expected one of event, verdict, rule"),
            ("on: opened  # <-", "on", "`opened` is not possible here, expected one of event, verdict, rule"),
            ("on: {evnt: opened}  # <-", "on", "a mapping with `evnt` is not possible here, did you mean `event`?"),
            ("on: {event: opened, rule: r}  # <-", "on.rule", "unknown key `rule`, known here: event"),
            ("on: {verdict: answer}  # <-", "on", "`outcome` is missing"),
            ("on: {outcome: met}  # <-", "on", "`verdict` is missing"),
            ("on: {verdict: answer, outcome: []}  # <-", "on.outcome", "expected at least 1, found 0"),
            ("on: {verdict: [], outcome: met}  # <-", "on.verdict", "expected at least 1, found 0"),
            ("on: {event: opened}\nunles: {rule: r}  # <-", "unles", "unknown key `unles`, did you mean `unless`?"),
        ],
    )
    def test_in_a_rule(self, refused, body, path, message):
        assert refused(body) == (f"rules[0].{path}", message)

    def test_an_outcome_that_is_none(self, refused):
        path, message = refused("on:\n  verdict: answer\n  outcome: [met, brached]  # <-")
        assert path == "rules[0].on.outcome[1]"
        assert message.startswith("`brached` is not `met`, `breached`, ")
        assert message.endswith(", did you mean `breached`?")

    @pytest.mark.parametrize(
        ("head", "path", "message"),
        [
            (
                "id: answer  # <-, clause: c, alert: A",
                "id",
                "`answer` is a policy already, and a rule needs an id of its own",
            ),
            ("id: r, clause: duty  # <-, alert: A", "clause", "unknown clause `duty`, did you mean `duties`?"),
            ("id: r, clause: c, alert: {}  # <-", "alert", "expected at least 1, found 0"),
            ("id: r, clause: c, alert: ''  # <-", "alert", "string should have at least 1 character, found ``"),
        ],
    )  # fmt: skip
    def test_around_the_facts(self, refused, head, path, message):
        assert refused("on: {event: opened}", head) == (f"rules[0].{path}", message)

    @pytest.mark.parametrize("key", ["id", "clause", "on", "alert"])
    def test_what_must_be_there(self, key):
        said = {name: value for name, value in rule("r").items() if name != key}
        with pytest.raises(sla.AgreementError, match=rf"^rules\[0\]: `{key}` is missing$"):
            loaded(said)

    def test_an_id_twice(self, tmp_path):
        one = "{id: r, clause: c, on: {event: opened}, alert: A}"
        assert refusal(f"{BASE}  - {one}\n  - {one}  # <-\n", tmp_path) == ("rules[1].id", "id `r` stands there twice")

    @pytest.mark.parametrize(
        ("on", "unless"),
        [
            ("{event: opened}", "{event: opened}"),
            ("{event: opened}", "{event: [closed, opened]}"),
            ("{event: {type: opened, where: {priority: P1}}}", "{event: {type: opened, where: {priority: P1}}}"),
            ("{verdict: answer, outcome: met}", "{verdict: answer, outcome: met}"),
            ("{verdict: answer, outcome: [met, void]}", "{verdict: [reopen, answer], outcome: [void, exempt, met]}"),
            ("[{event: closed}, {rule: other}]", "{rule: other}"),
        ],
    )
    def test_unless_that_always_holds(self, refused, on, unless, tmp_path):
        other = "  - {id: other, clause: c, on: {event: opened}, alert: A}\n"
        body = f"  - {{id: r, clause: c, alert: A, on: {on},\n     unless: {unless}}}  # <-\n"
        assert refusal(BASE + other + body, tmp_path) == (
            "rules[1].unless", "holds whenever `on` does, so the rule would never alert",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("on", "unless"),
        [
            ({"event": ["opened", "closed"]}, {"event": "opened"}),
            ({"event": "opened"}, {"event": {"type": "opened", "where": {"priority": "P1"}}}),
            ({"verdict": "answer", "outcome": ["met", "void"]}, {"verdict": "answer", "outcome": "met"}),
            ({"verdict": ["answer", "reopen"], "outcome": "met"}, {"verdict": "answer", "outcome": "met"}),
            ({"verdict": "answer", "outcome": "met"}, {"event": "closed"}),
        ],
    )
    def test_unless_that_may_not_hold_is_taken(self, on, unless):
        assert list(loaded(rule("r", on=on, unless=unless)).rules) == ["r"]

    def test_a_rule_that_names_itself(self, refused):
        for role, before in (("on", ""), ("unless", "on: {event: opened}\n")):
            message = "a rule cannot rest on itself: `r` → `r`"
            assert refused(f"{before}{role}: {{rule: r}}  # <-") == (f"rules[0].{role}.rule", message)

    def test_a_cycle_is_named_from_its_first_rule_on(self, tmp_path):
        text = BASE + (
            "  - {id: before, clause: c, on: {rule: a}, alert: A}\n"
            "  - id: a\n    clause: c\n    alert: A\n    on: {event: opened}\n"
            "    unless:\n      - {event: closed}\n      - {rule: z}  # <-\n"
            "  - {id: b, clause: c, on: [{event: opened}, {rule: a}], alert: A}\n"
            "  - {id: z, clause: c, on: {rule: b}, alert: A}\n"
        )
        assert refusal(text, tmp_path) == (
            "rules[1].unless[1].rule", "a rule cannot rest on itself: `a` → `z` → `b` → `a`",
        )  # fmt: skip

    def test_every_cycle_is_reported_and_a_long_one_cut(self):
        long = [rule(f"r{number}", f"r{(number + 1) % 1000}") for number in range(1000)]
        with pytest.raises(sla.AgreementError) as caught:
            loaded(*long, rule("x", "y"), rule("y", "x"), rule("free"), rule("self", "self"))
        assert [(each.path, each.message.partition(": ")[2]) for each in caught.value.problems] == [
            ("rules[0].on[1].rule", "`r0` → `r1` → `r2` → `r3` → `r4` → … → `r0`"),
            ("rules[1000].on[1].rule", "`x` → `y` → `x`"),
            ("rules[1003].on[1].rule", "`self` → `self`"),
        ]

    def test_all_problems_at_once(self):
        with pytest.raises(sla.AgreementError) as caught:
            loaded(rule("a", "nothing", clause="x"), rule("a", when={"colour": "red"}), rule("b", "b"))
        assert [problem.path for problem in caught.value.problems] == [
            "rules[1].id", "rules[0].clause", "rules[0].on[1].rule", "rules[1].when.colour", "rules[2].on[1].rule",
        ]  # fmt: skip


class TestSaid:
    def test_each_form_of_a_fact(self):
        event = {"event": ["closed", {"type": "escalated", "where": {"level": "L2"}}]}
        verdict = {"verdict": ["answer", "reopen"], "outcome": ["breached", "void"]}
        made = loaded(rule("a"), rule("b", on=[event, verdict], unless={"rule": "a"}, when={"priority": "P1"})).rules[
            "b"
        ]
        said, judged = made.on
        (other,) = made.unless
        assert isinstance(said, EventFact)
        assert isinstance(judged, VerdictFact)
        assert isinstance(other, RuleFact)
        assert [selector.type for selector in said.event] == ["closed", "escalated"]
        assert (judged.verdict, judged.outcome, other.rule) == (("answer", "reopen"), ("breached", "void"), "a")
        assert (made.policies, made.rules, made.event_types) == (
            {"answer", "reopen"}, ("a",), {"closed", "escalated"},
        )  # fmt: skip
        assert made.when is not None
        assert made.when.holds({"priority": "P1"})
        assert not made.when.holds({"priority": "P2"})

    def test_one_or_a_list_is_the_same(self):
        one = rule("r", on={"verdict": "answer", "outcome": "met"}, unless={"event": "closed"})
        several = rule("r", on=[{"verdict": ["answer"], "outcome": ["met"]}], unless=[{"event": ["closed"]}])
        assert loaded(one).rules == loaded(several).rules

    def test_values_are_read_as_their_fields_declare_them(self):
        at = "2026-03-02T14:00:00Z"
        where = {"event": {"type": "opened", "where": {"since": {"ge": at}}}}
        made = loaded(rule("r", on=where, when={"since": at})).rules["r"]
        (fact,) = made.on
        instant = sla.Event(type="x", subject="S", time=at).at
        assert made.when is not None
        assert made.when.holds({"since": instant})
        assert isinstance(fact, EventFact)
        assert fact.event[0].where is not None
        assert fact.event[0].where.holds({"since": instant})
        assert not fact.event[0].where.holds({"since": instant - 1})

    def test_the_outcomes_are_those_of_verdicts(self):
        assert get_args(OutcomeName) == tuple(Outcome)

    def test_a_descriptive_clause_will_do(self):
        assert loaded(rule("r", clause="duties")).rules["r"].clause == "duties"

    def test_a_sentence_by_language(self):
        both = loaded(rule("r", alert={"fr": "Oui", "en": "Yes"})).rules["r"]
        french = loaded(rule("r", alert={"fr": "Oui"})).rules["r"]
        plain = loaded(rule("r", alert="Yes")).rules["r"]
        assert [each.sentence() for each in (both, french, plain)] == ["Yes", "Oui", "Yes"]
        assert [each.sentence("fr") for each in (both, french, plain)] == ["Oui", "Oui", "Yes"]

    def test_there_and_back(self, intercall):
        for agreement in (loaded(rule("b", "a"), rule("a")), intercall):
            again = sla.load(agreement.raw)
            assert list(again.rules.items()) == list(agreement.rules.items())
            assert again.hash == agreement.hash

    def test_the_hash_covers_them(self):
        said = [
            (),
            (rule("r"),),
            (rule("r", alert="B"),),
            (rule("r", clause="duties"),),
            (rule("r", when={"priority": "P1"}),),
            (rule("r", unless={"event": "closed"}),),
            (rule("r", on={"event": "closed"}),),
            (rule("r"), rule("s")),
        ]
        assert len({loaded(*rules).hash for rules in said}) == len(said)

    def test_they_change_no_verdict(self):
        events = History().add("opened", "2026-03-02T14:00:00Z").add("closed", "2026-03-02T16:00:00Z").events
        with_rules = loaded(rule("r", on={"verdict": "answer", "outcome": "breached"}))
        assert [each.to_dict() for each in sla.judge(with_rules, events)] == [
            each.to_dict() for each in sla.judge(sla.load(whole()), events)
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "on: x",
            "on: []",
            "on: {event: []}",
            "on: {verdict: p, outcome: brached}",
            "on: {verdict: p}",
            "on: {event: x, rule: y}",
            "on: {event: x}, alert: ''",
            "on: {event: x}, alert: {}",
            "on: {event: x}, unless: y",
        ],
    )
    def test_the_schema_refuses_what_load_refuses(self, text):
        alert = "" if "alert" in text else ", alert: A"
        assert set(complaints(f"rules: [{{id: r, clause: c, {text}{alert}}}]")) <= {
            "$.rules[0].on", "$.rules[0].unless", "$.rules[0].alert",
        }  # fmt: skip
        assert complaints(f"rules: [{{id: r, clause: c, {text}{alert}}}]")

    @pytest.mark.parametrize(
        "text",
        [
            "on: {event: {type: x, where: {a: 1}}}, alert: {fr: B}",
            "on: [{verdict: [p, q], outcome: [met, void]}, {rule: s}], unless: [], alert: A",
            "on: {verdict: p, outcome: met}, unless: {rule: s}, when: {a: {gt: 1}}, alert: A",
        ],
    )
    def test_the_schema_takes_what_load_takes(self, text):
        assert complaints(f"rules: [{{id: r, clause: c, {text}}}]") == []


class TestOrder:
    def test_that_of_the_file_where_nothing_stands_against_it(self):
        assert list(loaded(rule("c"), rule("a"), rule("b", "c"), rule("d", "a", "b")).rules) == ["c", "a", "b", "d"]

    def test_a_rule_comes_after_those_it_names_by_on_or_unless(self):
        made = loaded(rule("a", "d"), rule("b", unless={"rule": "c"}), rule("c"), rule("d", "c"), rule("e"))
        assert list(made.rules) == ["c", "b", "d", "a", "e"]

    def test_of_every_writing(self):
        named = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ()}
        for written in permutations(named):
            rules = [ChainedRule.model_validate(rule(id, *named[id])) for id in written]
            order = [each.id for each in in_order(rules)]
            assert sorted(order) == sorted(named)
            assert all(order.index(other) < order.index(id) for id, others in named.items() for other in others)
            assert list(cycles(rules)) == []

    def test_a_chain_longer_than_the_stack(self):
        rules = [ChainedRule.model_validate(rule(str(each), *[str(each + 1)][: each < 2999])) for each in range(3000)]
        assert [each.id for each in in_order(rules)] == [str(each) for each in reversed(range(3000))]


class TestOnly:
    @pytest.fixture(name="made")
    def made(self) -> sla.Agreement:
        late = {"verdict": "answer", "outcome": "breached"}
        either = {"verdict": ["answer", "reopen"], "outcome": "breached"}
        return loaded(
            rule("chained", "late"),
            rule("late", on=late),
            rule("either", on=either),
            rule("without", unless=late),
            rule("quiet", unless={"rule": "chained"}),
            rule("event"),
            rule("free", "event"),
        )

    def test_drops_what_names_a_policy_left_out_or_such_a_rule(self, made):
        assert list(made.only("reopen").rules) == ["event", "free"]
        assert list(made.only("answer").rules) == ["late", "chained", "without", "quiet", "event", "free"]
        assert list(made.only("*").rules) == list(made.rules)
        assert list(made.rules) == ["late", "chained", "either", "without", "quiet", "event", "free"]

    def test_what_is_left_can_be_loaded_again(self, made):
        for chosen in (made.only("reopen"), made.only("answer")):
            again = sla.load(chosen.raw)
            assert (again.rules, again.hash) == (chosen.rules, chosen.hash)

    def test_without_rules_nothing_is_added(self):
        assert "rules" not in sla.load(whole()).only("answer").raw


class TestVersions:
    @pytest.fixture(name="amended")
    def amended(self, tmp_path) -> sla.Agreement:
        for day, said in (("2025-01-01", "old"), ("2026-01-01", "new")):
            text = BASE + f"  - {{id: r, clause: c, on: {{verdict: answer, outcome: met}}, alert: {said}}}\n"
            text += f"  - {{id: {said}, clause: c, on: {{event: opened}}, alert: {said}}}\n"
            (tmp_path / f"{day}.yaml").write_text(text, encoding="utf-8")
        return sla.load(tmp_path)

    def test_each_has_its_own(self, amended):
        assert [[rule.sentence() for rule in each.rules.values()] for each in amended.versions] == [
            ["old", "old"], ["new", "new"],
        ]  # fmt: skip
        assert list(amended.rules) == ["r", "new"]

    def test_only_narrows_each(self, amended):
        assert [list(each.rules) for each in amended.only("reopen").versions] == [["old"], ["new"]]

    def test_a_rule_of_one_version_is_unknown_to_the_other(self, amended, tmp_path):
        (tmp_path / "2026-01-01.yaml").write_text(
            BASE + "  - {id: x, clause: c, on: {rule: old}, alert: A}\n", encoding="utf-8"
        )
        with pytest.raises(sla.AgreementError, match=r"2026-01-01\.yaml:11: .*: unknown rule `old`, known: x$"):
            sla.load(tmp_path)

    def test_explain_lists_those_of_the_version_that_judged(self, amended, tmp_path, capsys):
        printed = explained(amended.source, tmp_path.parent, capsys, "opened", "2025-03-02T14:00:00Z", {})
        assert printed == ["  r (clause c): old", "  old (clause c): old"]


def explained(source: Any, folder: Path, capsys: Any, type: str, time: str, data: dict[str, Any]) -> list[str]:
    """The rules that `sla-rules explain` lists after the story of a case of one event."""
    events = folder / "events.csv"
    columns = {"id": "1", "type": type, "subject": "S", "time": time, **data}
    events.write_text(",".join(columns) + "\n" + ",".join(columns.values()) + "\n", encoding="utf-8")
    assert main(["explain", str(events), "--agreement", str(source), "--subject", "S"]) == 0
    before, heading, after = capsys.readouterr().out.partition("rules, by which the live monitor alerts:\n")
    assert before
    return after.splitlines() if heading else ["none"]


class TestInterCall:
    def test_its_rules(self, intercall):
        assert {id: rule.clause for id, rule in intercall.rules.items()} == {
            "escalation.sl4": "escalation.level_1",
            "certification.recertify": "certification.recertification",
        }
        assert all(set(rule.alert) == {"en", "fr"} for rule in intercall.rules.values())
        assert all(rule.clause in intercall.clauses for rule in intercall.rules.values())

    def test_a_late_first_response_of_an_sl4_is_the_fact_deferred_or_not(self, intercall):
        made = intercall.rules["escalation.sl4"]
        history = History().add("ticket.opened", "2026-03-02T14:00:00Z", severity="SL4")
        history.add("ticket.deferred", "2026-03-02T14:05:00Z", to="release")
        assert facts(intercall, made, history, "2026-03-02T14:10:00Z") == [False]
        assert facts(intercall, made, history, "2026-03-02T14:10:00.000001Z") == [True]
        assert made.when is not None
        assert made.when.holds({"severity": "SL4"})
        assert not made.when.holds({"severity": "SL3"})

    def test_recertification_is_asked_for_after_each_network_problem_until_it_is_done(self, intercall):
        made = intercall.rules["certification.recertify"]
        history = History().add("site.recertified", "2026-03-01T10:00:00Z")
        expected = []
        for hour, type in enumerate(("network_problem", "recertified", "network_problem", "recertified"), 12):
            history.add(f"site.{type}", f"2026-03-02T{hour}:00:00Z")
            expected.append((facts(intercall, made, history, f"2026-03-02T{hour}:00:00Z"), type))
        assert expected == [([True], "network_problem"), ([False], "recertified")] * 2

    def test_only_keeps_those_that_it_can_follow(self, intercall):
        assert list(intercall.only("support.response").rules) == ["escalation.sl4"]
        assert list(intercall.only("support.resolution").rules) == []

    def test_explain_lists_those_about_the_case(self, tmp_path, capsys):
        opened = ("ticket.opened", "2026-03-02T14:00:00Z", {"severity": "SL4"})
        (ticket,) = explained("intercall", tmp_path, capsys, *opened)
        (site,) = explained("intercall", tmp_path, capsys, "site.network_problem", "2026-03-02T14:00:00Z", {})
        assert ticket.startswith("  escalation.sl4 (clause escalation.level_1): A ticket of severity SL4 ")
        assert site.startswith("  certification.recertify (clause certification.recertification): The network ")
        assert explained("intercall", tmp_path, capsys, "email.received", "2026-03-02T14:00:00Z", {}) == ["none"]


def facts(agreement: sla.Agreement, rule: ChainedRule, history: History, as_of: str) -> list[bool]:
    """Whether each fact of `on`, all of them verdicts, holds of a case."""
    known = [each for each in history.events if each.time <= sla.Event(type="x", subject="S", time=as_of).time]
    verdicts = sla.judge(agreement, known, as_of=as_of)
    return [
        any(each.policy in fact.verdict and each.outcome in fact.outcome for each in verdicts)
        for fact in rule.on
        if isinstance(fact, VerdictFact)
    ]

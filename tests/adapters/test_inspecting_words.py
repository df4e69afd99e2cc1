"""Words of a file beside an agreement: only what can mean nothing else is live in the map, the rest is a comment."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.adapters.inspecting import Inspection, inspect
from sla_rules.adapters.inspecting.nearest import meant, nearest, same
from sla_rules.adapters.mapping import SourceMap, load_map
from sla_rules.agreement import Agreement
from tests.conftest import agreement

PRIORITIES = ["P1", "P2", "P3"]


def terms(field: str, values: list[Any], kind: str = "text") -> Agreement:
    events = {"ticket.opened": {field: {"kind": kind, "values": values}}, "ticket.resolved": {}}
    return agreement({"start": "ticket.opened", "stop": "ticket.resolved", "limit": "8 h"}, events=events)


def looked_at(tmp_path: Path, rows: list[tuple[str, str]], agreed: Agreement, **options: Any) -> Inspection:
    """An inspection of events, each of a type and with a state."""
    lines = [f"{type},{number},2026-03-02T08:00:00Z,{state}" for number, (type, state) in enumerate(rows)]
    (tmp_path / "log.csv").write_text("\n".join(["type,subject,time,state", *lines]), "utf-8")
    return inspect(tmp_path / "log.csv", agreement=agreed, **options)


def live(found: Inspection, tmp_path: Path) -> SourceMap:
    (tmp_path / "map.yaml").write_text(found.to_yaml(), "utf-8")
    return load_map(tmp_path / "map.yaml")


class TestWhatIsLive:
    @pytest.mark.parametrize(
        ("words", "known", "found"),
        [
            (["1 - Critical", "3 - Moderate", "9 - Unknown"], PRIORITIES, {"1 - Critical": "P1", "3 - Moderate": "P3"}),
            (["1 - Critical", "2 - High"], ["critical", "high"], {"1 - Critical": "critical", "2 - High": "high"}),
            (["On Hold", "OPEN"], ["on_hold", "open"], {"On Hold": "on_hold", "OPEN": "open"}),
            (["Very High"], ["high", "very_high"], {"Very High": "very_high"}),
            (["Level 1", "01"], ["1", "2"], {}),
            (["Prio P2"], PRIORITIES, {"Prio P2": "P2"}),
            # Something else could be meant.
            (["P1/P2", "P1 or worse", "1 - 2", "P1 (was 2)"], PRIORITIES, {}),
            (["open closed"], ["open", "closed"], {}),
            (["resolvd", "very highly", "tickets"], ["resolved", "high", "ticket"], {}),
            # Two for one, or for one that is there already.
            (["1 - Critical", "1 - Kritisch", "2"], PRIORITIES, {"2": "P2"}),
            (["1 - Critical", "P1"], PRIORITIES, {}),
            (["High", "HIGH"], ["high"], {}),
            # Numbers that do not tell ours apart, or mean something else.
            (["1 - Critical"], ["P1", "S1"], {}),
            (["1 - Critical"], ["P1", "urgent"], {}),
            (["8 d", "4 min"], ["4 h", "8 h"], {}),
            (["1 - Low", "2 - Medium", "3 - High"], PRIORITIES, {}),
            (["-1", "2.5", "1-1", "1.5"], ["1", "5", "11", "P1"], {}),
            (["-1"], PRIORITIES, {}),
            (["<1", "2+", "3?", "!P2"], PRIORITIES, {}),
            (["A+", "A-"], ["A"], {}),
            ([], PRIORITIES, {}),
            (["", "-", "_"], ["", "open"], {}),
        ],
    )
    def test_only_what_can_mean_nothing_else(self, words: list[str], known: list[str], found: dict[str, str]) -> None:
        assert meant(words, known) == found

    @pytest.mark.parametrize("known", ["resolved", "active", "urgent", "opened", "P1"])
    @pytest.mark.parametrize(
        "turned", ["un{}", "in{}", "in-{}", "non-{}", "Non {}", "not {}", "Not yet {}", "dis{}", "re{}", "re-{}",
                   "un_{}", "isn't {}", "never {}", "{} (not)", "almost {}", "nicht {}"]
    )  # fmt: skip
    def test_a_negation_is_never_what_it_negates(self, known: str, turned: str) -> None:
        word = turned.format(known)
        for theirs, ours in permutations([word, known]):
            assert meant([theirs], [ours, "other"]) == {}
            assert nearest(theirs, [ours, "other"]) is None
            assert same(theirs, [ours]) is None

    @given(
        st.lists(st.text("aP1 -.unot+", max_size=6), unique=True),
        st.lists(st.text("aP1 -.2+", max_size=4), unique=True),
    )
    def test_is_one_to_one(self, words: list[str], known: list[str]) -> None:
        found = meant(words, known)
        assert len({*found.values()}) == len(found)
        assert {*found} <= {*words} - {*known}
        assert {*found.values()} <= {*known} - {*words}
        assert found == meant(words[::-1], known[::-1])


class TestTheMap:
    def test_types_are_comments_however_near(self, tmp_path: Path) -> None:
        rows = [("ticket.opened", "open"), ("ticket.noted", "open"), ("Resolved", "open")]
        found = looked_at(tmp_path, rows, terms("state", ["open"]))
        assert live(found, tmp_path).types == {}
        text = found.to_yaml()
        assert "\n#   Resolved: ticket.resolved\n" in text
        assert "\n#   ticket.noted:   # ticket.resolved?\n" in text
        assert found.beside is not None
        assert {each.word: each.nearest for each in found.beside.types} == {
            "Resolved": "ticket.resolved",
            "ticket.noted": None,
        }

    def test_values_are_not_their_opposites(self, tmp_path: Path) -> None:
        rows = [("ticket.opened", "unresolved"), ("ticket.resolved", "Half Open")]
        found = looked_at(tmp_path, rows, terms("state", ["open", "resolved"]))
        assert live(found, tmp_path).values == {}
        assert "\n#     unresolved:   # open | resolved?\n" in found.to_yaml()

    def test_what_the_map_gives_already_is_not_given_twice(self, tmp_path: Path) -> None:
        given = load_map({"values": {"state": {"offen": "open"}}})
        rows = [("ticket.opened", "1 - open"), ("ticket.resolved", "2 - resolved")]
        found = looked_at(tmp_path, rows, terms("state", ["open", "resolved"]), columns=given)
        assert live(found, tmp_path).values == {"state": {"offen": "open", "2 - resolved": "resolved"}}
        assert "\n    # 1 - open: open\n" in found.to_yaml()

    def test_nothing_is_asked_where_nothing_is_left_to_choose(self, tmp_path: Path) -> None:
        rows = [("ticket.opened", "open"), ("ticket.resolved", "open"), ("ticket.closed", "open")]
        found = looked_at(tmp_path, rows, terms("state", ["open"]))
        assert "types:" not in found.to_yaml()
        assert found.beside is not None
        assert [each.word for each in found.beside.types] == ["ticket.closed"]

    def test_without_an_agreement_the_right_side_is_left_to_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "log.csv").write_text("type,subject,time\ncheck ticket,A,2026-03-02T08:00:00Z\n", "utf-8")
        text = inspect(tmp_path / "log.csv").to_yaml()
        assert "\n# types:   # theirs: ours\n#   check ticket:   # one of ours\n" in text

    def test_milestones_are_ours_only_by_their_names(self, tmp_path: Path) -> None:
        names = ["opened_at", "noted_at", "unresolved_at", "closed_at", "closed_on"]
        text = f"case,{','.join(names)}\nA{',2026-03-02T08:00:00Z' * len(names)}\n"
        (tmp_path / "log.csv").write_text(text, "utf-8")
        agreed = agreement(
            {"start": "ticket.opened", "stop": "ticket.resolved", "limit": "8 h"},
            events={"ticket.opened": {}, "ticket.resolved": {}, "ticket.closed": {}},
        )
        assert inspect(tmp_path / "log.csv", agreement=agreed).map.milestones == {
            "opened_at": "ticket.opened",
            "noted_at": "case.noted",
            "unresolved_at": "case.unresolved",
            "closed_at": "case.closed_at",
            "closed_on": "case.closed_on",
        }


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("Opened", ["ticket.opened", "ticket.closed"], "ticket.opened"),
        ("TICKET_OPENED", ["ticket.opened", "case.opened"], "ticket.opened"),
        ("opened", ["ticket.opened", "case.opened"], None),
        ("ticket.noted", ["ticket.resolved"], None),
        ("ticket.resolvd", ["ticket.resolved", "ticket.closed"], "ticket.resolved"),
        ("1 - Critical", ["P1", "P2"], "P1"),
        ("01", ["P1", "P2"], "P1"),
        ("very high", ["low", "high"], "high"),
        ("resolvd", ["resolved", "closed"], "resolved"),
        ("xyz", ["resolved", "closed"], None),
        ("", ["resolved"], None),
        ("?", ["resolved", "!"], None),
    ],
)
def test_the_nearest_word(word: str, known: list[str], found: str | None) -> None:
    assert nearest(word, known) == found

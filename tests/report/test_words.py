"""What reports say around numbers and messages: the same everywhere, and in both languages."""

import io
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.events import Finding
from sla_rules.lang import LANGS, grouped, in_language
from sla_rules.report import Report
from sla_rules.report.excel import _summary
from sla_rules.report.tables import finding_rows
from sla_rules.report.words import provenance_word
from tests.conftest import History
from tests.report.making import DESK, desk, judged

PROMISES = {"answer": "all", "share": "at least 80 % met per week", "up": "at least 99 % up per month"}


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(judged())


def test_what_was_promised_reads_the_same_wherever_it_stands(report: Report, capsys: Any) -> None:
    assert {line.policy.id: line.promise for line in report.summary} == PROMISES
    assert {row["policy"]: row["promised"] for row in report.attainment().iter_rows(named=True)} == PROMISES
    assert dict(_summary(report.summary).select("promise", "objective").iter_rows()) == PROMISES
    report.show()
    printed = capsys.readouterr().out
    for text in (printed, report.to_markdown(), report.to_json(), report._repr_html_()):
        assert all(promise in text for promise in PROMISES.values())
    assert [line.promise_in("fr").replace("\u202f", " ") for line in report.summary] == [
        "tous respectés",
        "au moins 80 % respectés par semaine",
        "au moins 99 % de disponibilité par mois",
    ]


def test_on_a_terminal_it_stands_behind_the_counts(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    report.show()
    assert "1 pending (at least 99 % up per month)" in terminal.getvalue()
    assert "(all)" not in terminal.getvalue()


def test_a_text_is_taken_in_the_language_else_in_any() -> None:
    assert in_language({"en": "a", "fr": "b"}) == in_language({"en": "a", "fr": "b"}, "en") == "a"
    assert in_language({"en": "a", "fr": "b"}, "fr") == "b"
    assert in_language({"fr": "b"}) == "b"
    assert in_language({}) == ""


def test_a_title_that_is_only_french_is_shown_everywhere(capsys: Any) -> None:
    made = Report(judged(made=desk(title={"fr": "Le guichet"})))
    made.show()
    charts = str(made.plot.attainment("answer").to_dict())
    for text in (capsys.readouterr().out, made.to_markdown(), made.agreement._repr_html_(), charts):
        assert "Le guichet" in text


def test_numbers_have_their_thousands_apart() -> None:
    assert [grouped(number) for number in (999, 1_000, 1_234_567)] == ["999", "1,000", "1,234,567"]
    assert grouped(1_234_567, "fr") == "1\u202f234\u202f567"


def test_findings_are_told_in_french_around_their_messages() -> None:
    found = [
        *(Finding("odd", "often", place=f"log.csv:{line}") for line in (7, 9)),
        *(Finding("odd", f"message {number}", event=f"e{number}") for number in range(5)),
        Finding("rare", "once", place="log.csv:3", count=1_200),
        Finding("plain", "nowhere"),
    ]
    assert list(finding_rows(found, "fr")) == [
        (
            "odd",
            "7",
            "2 fois, la première à log.csv:7\u00a0: often; événement e0\u00a0: message 0; événement e1\u00a0: message 1"
            "; et 3 autres messages",
        ),
        ("rare", "1\u202f200", "la première à log.csv:3\u00a0: once"),
        ("plain", "1", "nowhere"),
    ]
    assert next(finding_rows(found[2:6], "fr"))[2].endswith("; et 1 autre message")


def test_every_field_of_the_provenance_has_a_name_in_both_languages(report: Report) -> None:
    whole = sla.evaluate(sla.Portfolio({"a": desk()}, by="team"), []).provenance
    names = {*report.provenance, *whole} - {"agreements"}
    for lang in LANGS:
        said = [provenance_word(name, lang) for name in names]
        assert len(set(said)) == len(names)
        assert not any("_" in each.removesuffix("sla_rules") for each in said)
    same = {name for name in names if provenance_word(name, "en") == provenance_word(name, "fr")}
    assert same <= {"version", "versions", "verdicts_count"}
    assert provenance_word("agreements", "fr") == "agreements"
    with pytest.raises(sla.InputError, match="unknown language `de`, known are `en` and `fr`"):
        provenance_word("hash", "de")  # type: ignore[arg-type]


def test_what_the_mapping_lacks_is_told_in_parts(report: Report) -> None:
    assert (report.mapping_gaps(), [line.unmapped for line in report.summary]) == ([], ["", "", ""])
    opened = History().add("opened", "2026-03-02T10:00:00Z", site="s")
    (gap,) = (made := Report(judged(opened))).mapping_gaps("fr")
    assert gap == ("", "aucun «\u202fanswered\u202f» dans cette source", ("answer", "share"))
    assert gap.what == made.summary[0].unmapped_in("fr")
    assert made.check_the_mapping == ["check the mapping: no `answered` in this source (answer, share)"]
    several = [{**DESK["policies"][0], "stop": ["answered", "withdrawn"], "cancel": "down"}]
    either = Report(judged(opened, desk(policies=several)))
    assert either.mapping_gaps()[0].what == "no `answered` or `withdrawn` in this source"
    assert "«\u202fanswered\u202f» ou «\u202fwithdrawn\u202f»" in either.mapping_gaps("fr")[0].what


def test_a_portfolio_says_whose_the_gaps_are() -> None:
    portfolio = sla.Portfolio({"red": desk(), "blue": desk()}, by="team")
    opened = History().add("opened", "2026-03-02T10:00:00Z", site="s")
    gaps = sla.evaluate(portfolio, opened.events).mapping_gaps()
    assert gaps == [
        ("", "no event says its `team`", ()),
        *((name, "no `answered` in this source", ("answer", "share")) for name in ("red", "blue")),
    ]
    (first, *_) = sla.evaluate(portfolio, opened.events).mapping_gaps("fr")
    assert first.what == "aucun événement ne porte de «\u202fteam\u202f»"

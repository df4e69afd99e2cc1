"""What notebooks show of reports, verdicts, agreements, calendars and certificates."""

from html.parser import HTMLParser
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.report import Report
from sla_rules.testing.certification import Certificate, Check, certify
from tests.conftest import History
from tests.report.making import judged

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
TAGS = {
    *("div", "style", "p", "span", "table", "tr", "th", "td", "details", "summary", "i", "br"),
}
VOID = {"br"}


class Page(HTMLParser):
    """The tags, attributes and text of a fragment; fails where it is no well-formed one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"] and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " | ".join(self.texts)


def evil_agreement() -> sla.Agreement:
    """An agreement in which every name that may be any text is a piece of HTML."""
    return sla.load(
        {
            "agreement": EVIL,
            "title": {"en": EVIL, "fr": EVIL},
            "timezone": "Europe/Paris",
            "clauses": [{"id": EVIL, "section": EVIL, "summary": {"en": EVIL}, "reading": EVIL}],
            "events": {f"opened{EVIL}": {"kind": {"kind": "text"}}, f"held{EVIL}": {}, "freed": {}, "closed": {}},
            "calendars": {EVIL: {"week": {"mon-fri": "09:00-17:00"}, "holidays": {"dates": {"2026-03-03": EVIL}}}},
            "policies": [
                {
                    "id": EVIL,
                    "clause": EVIL,
                    "kind": "deadline",
                    "start": f"opened{EVIL}",
                    "stop": "closed",
                    "limit": {"by": "kind", "table": {EVIL: "1 h", "other": "2 h"}},
                    "calendar": EVIL,
                    "pause": {"from": f"held{EVIL}", "to": "freed"},
                    "exemptions": [{"id": EVIL, "when": {"kind": "other"}}],
                }
            ],
        }
    )


def evil_verdicts() -> sla.Verdicts:
    history = History(EVIL)
    history.add(f"opened{EVIL}", "2026-03-02T09:00:00Z", id=EVIL, kind=EVIL)
    history.add(f"held{EVIL}", "2026-03-02T09:10:00Z", id=f"{EVIL}2").add(
        "freed", "2026-03-02T09:20:00Z", id=f"{EVIL}3"
    )
    history.add("closed", "2026-03-04T10:00:00Z", id=f"{EVIL}4")
    return sla.judge(evil_agreement(), history.events, as_of="2026-03-05T00:00:00Z")


def evil_portfolio() -> Any:
    made = evil_agreement()
    portfolio = sla.Portfolio({EVIL: made, f"{EVIL}2": made}, by="kind")
    return sla.evaluate(
        portfolio, [sla.Event(id="1", type="closed", subject=EVIL, time="2026-03-02T09:00:00Z", data={})]
    )


def evil_certificate() -> Certificate:
    check = Check(EVIL, EVIL, tried=2, failures=[EVIL], failed=1)
    return Certificate(evil_agreement(), 0, 0, (EVIL,), (check,), (EVIL,))


@pytest.mark.parametrize(
    ("make", "times"),
    [
        (lambda: Report(evil_verdicts()), 4),
        (lambda: evil_verdicts()[0], 8),
        (evil_agreement, 6),
        (lambda: evil_agreement().calendars[EVIL], 2),
        (evil_certificate, 6),
        (evil_portfolio, 2),
    ],
    ids=["report", "verdict", "agreement", "calendar", "certificate", "portfolio"],
)
def test_everything_is_escaped(make: Any, times: int) -> None:
    page = Page(make()._repr_html_())
    assert set(page.tags) <= TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [name for name, _ in page.attributes if name in ("src", "href", "id")]
    assert page.text.count(EVIL) >= times
    assert page.tags[0] == "div"


def test_a_report_shows_headline_promises_and_the_first_breach_of_each_clause() -> None:
    report = Report(judged())
    page = Page(report._repr_html_())
    assert page.texts[0] == "3 promises of `desk` as of 2026-04-04 20:00:00 EDT: 3 broken."
    counts = report.verdicts["outcome"].value_counts()
    assert counts["count"].sum() == len(report.verdicts)
    answer = page.texts.index("answer")
    met, breached = (report.summary[0].counts[outcome] for outcome in ("met", "breached"))
    assert page.texts[answer : answer + 7] == ["answer", "answer", "1", "commitment", "all", str(met), str(breached)]
    first = report.of(report.breaches.head(1))[0]
    assert first.reason in page.texts
    assert page.texts.count("broken") == 3


def test_a_report_warns_of_its_mapping_and_has_no_empty_table_of_breaches() -> None:
    page = Page(Report(judged(History().add("opened", "2026-03-02T09:00:00Z", site="a")))._repr_html_())
    assert "check the mapping: no `answered` in this source (answer, share)" in page.texts
    assert "Breaches, the first of each clause" not in page.texts
    assert Page(Report(judged(History()))._repr_html_()).texts[0].startswith("3 promises of `desk`")


def test_a_verdict_shows_outcome_reason_clause_and_its_time() -> None:
    verdict = evil_verdicts()[0]
    html = verdict._repr_html_()
    page = Page(html)
    assert page.texts[0] == "breached"
    assert verdict.reason in page.texts
    bars = [value for name, value in page.attributes if name == "class" and value in ("counted", "closed", "holiday")]
    stretches = verdict.trace.stretches
    drawn = [each for each in stretches if each.cause != "excluded"]
    assert bars == [each.cause for each in drawn]
    assert len([value for name, value in page.attributes if (name, value) == ("class", "excluded")]) == 1
    widths = [
        float(value.split("width: ")[1][:-1])
        for name, value in page.attributes
        if name == "style" and value and "width" in value
    ]
    assert sum(widths) == pytest.approx(100, abs=0.02)
    assert f"What counted, and what did not ({len(stretches)})" in page.texts


@pytest.mark.parametrize("policy", ["answer", "share", "up"])
def test_every_verdict_has_a_fragment(policy: str) -> None:
    for verdict in [each for each in judged() if each.policy == policy]:
        page = Page(verdict._repr_html_())
        assert page.texts[0] == verdict.outcome
        assert verdict.reason in page.texts


def test_a_story_of_thousands_of_nights_is_cut() -> None:
    history = History(EVIL).add(f"opened{EVIL}", "2000-01-03T09:00:00Z", kind=EVIL)
    (verdict,) = sla.judge(evil_agreement(), history.events, as_of="2026-03-05T00:00:00Z")
    page = Page(verdict._repr_html_())
    assert f"and {len(verdict.trace.stretches) - 200} more" in page.texts
    assert page.tags.count("i") <= 201


def test_an_agreement_shows_its_policies_as_the_file_has_them() -> None:
    page = Page(sla.load("intercall")._repr_html_())
    row = page.texts.index("support.response")
    assert page.texts[row + 3 : row + 6] == [
        "commitment",
        "deadline",
        "by severity: SL1 30 min, SL2 30 min, SL3 15 min, SL4 10 min",
    ]
    assert len([tag for tag in page.tags if tag == "tr"]) == 1 + 35


def test_an_amended_agreement_shows_the_policies_of_all_its_versions(tmp_path: Any) -> None:
    for day, limit in (("2025-01-01", "1 h"), ("2026-01-01", "2 h")):
        policy = f"{{id: p{day[:4]}, clause: c, kind: deadline, start: a, stop: b, limit: {limit}}}"
        text = f"agreement: x\nclauses: [{{id: c}}]\nevents: {{a: {{}}, b: {{}}}}\npolicies: [{policy}]\n"
        (tmp_path / f"{day}.yaml").write_text(text)
    page = Page(sla.load(tmp_path)._repr_html_())
    assert "versions 2025-01-01, 2026-01-01" in page.text
    assert page.texts[page.texts.index("p2025") + 4] == "1 h"
    assert page.texts[page.texts.index("p2026") + 4] == "2 h"


def bars(calendar: sla.Calendar) -> list[tuple[float, float]]:
    """Where the bars of the week begin, and how wide they are, in hours."""
    styles = [value for name, value in Page(calendar._repr_html_()).attributes if name == "style" and value]
    found = []
    for style in styles:
        left, width = (float(part.split(": ")[1].rstrip("%")) for part in style.split("; "))
        found.append((round(left * 0.24, 3), round(width * 0.24, 3)))
    return found


def test_a_calendar_shows_its_week_and_what_is_closed_besides() -> None:
    calendar = sla.Calendar(
        timezone="Europe/Paris",
        week={"mon": ["09:00-12:00", "13:00-17:30"], "sat": "22:00-06:00", "sun": "23:00-02:00"},
        holidays={"country": "FR", "dates": {"2026-05-15": "Bridge"}},
        extra="2026-05-16 09:00-12:00",
        removed="2026-05-18 10:00-11:00",
        name="office",
    )
    # What Sunday has after midnight stands on Monday, what Saturday has on Sunday.
    assert bars(calendar) == [(0, 2), (9, 3), (13, 4.5), (22, 2), (0, 6), (23, 1)]
    page = Page(calendar._repr_html_())
    assert page.texts[0] == "office"
    for said in (
        "09:00-12:00, 13:00-17:30",
        "Closed on the public holidays of FR.",
        "Closed on: 2026-05-15 (Bridge).",
        "Open besides: 2026-05-16 09:00-12:00.",
        "Closed in spite of all: 2026-05-18 10:00-11:00.",
    ):
        assert said in page.texts
    assert page.texts.count("closed") == 4


def test_a_calendar_around_the_clock() -> None:
    assert bars(sla.Calendar()) == [(0, 24)] * 7
    page = Page(sla.Calendar(holidays=["2026-05-01"])._repr_html_())
    assert "Closed on: 2026-05-01." in page.texts
    assert "around the clock" not in page.text


def test_a_certificate_shows_each_clause_and_whether_it_holds() -> None:
    made = sla.load(
        {
            "agreement": "small",
            "clauses": [{"id": "c"}],
            "events": {"a": {}, "b": {}},
            "policies": [{"id": "p", "clause": "c", "kind": "never", "for_each": "a", "violated_by": "b"}],
        }
    )
    certificate = certify(made, examples=0)
    page = Page(certificate._repr_html_())
    assert page.texts[:2] == ["Certificate of small:", "does not hold"]
    assert "No scenario for p." in page.texts
    tried = sum(check.tried for check in certificate.checks)
    assert page.texts[page.texts.index("c") : page.texts.index("c") + 3] == ["c", str(tried), "0"]

"""The plots of a report: what they say, what they refuse, and that nothing is said by colour alone."""

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import vl_convert

import sla_rules as sla
from sla_rules.instants import DAY, FIRST, HOUR, LAST, MINUTE, SECOND, micros
from sla_rules.report import Report
from sla_rules.report.plots.small import Point, small_chart
from sla_rules.report.plots.style import MOST
from sla_rules.report.plots.ticks import MOST as MOST_TICKS
from sla_rules.report.plots.ticks import ticks
from tests.conftest import History
from tests.report.making import desk, judged

SVG = "{http://www.w3.org/2000/svg}"
PARIS = ZoneInfo("Europe/Paris")
OFFICE: dict[str, Any] = {
    "agreement": "office",
    "timezone": "Europe/Paris",
    "clauses": [{"id": "solve", "section": "4.3", "strength": "guarantee"}],
    "events": {
        **{type: {} for type in ("opened", "held", "freed", "solved")},
        "planned": {"from": {"kind": "instant"}, "to": {"kind": "instant"}},
    },
    "calendars": {
        "office": {"week": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}, "holidays": {"dates": {"2026-03-04": "Bridge"}}}
    },
    "windows": {"maintenance": {"event": "planned", "start": "from", "end": "to"}},
    "policies": [
        {
            "id": "solve",
            "clause": "solve",
            "kind": "deadline",
            "start": "opened",
            "stop": "solved",
            "limit": "10 h",
            "calendar": "office",
            "pause": {"from": "held", "to": "freed"},
            "exclude": ["maintenance"],
        },
        {"id": "calm", "clause": "solve", "kind": "never", "for_each": "opened", "violated_by": "held"},
    ],
}


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(judged())


@pytest.fixture(scope="module")
def office() -> Report:
    history = History("T-1")
    history.add("opened", "2026-03-02T09:00:00Z").add("held", "2026-03-02T14:00:00Z")
    history.add("freed", "2026-03-02T15:00:00Z").add("solved", "2026-03-05T15:00:00Z")
    window = {"from": "2026-03-03T09:00:00Z", "to": "2026-03-03T10:00:00Z"}
    history.add("planned", "2026-03-01T00:00:00Z", subject="W", **window)
    return Report(sla.judge(sla.load(OFFICE), history.events, as_of="2026-03-06T00:00:00Z"))


def rows(chart: Any, *having: str) -> list[dict[str, Any]]:
    """The rows of all data of a chart that have some fields, after checking it against Vega-Lite's schema."""
    sets = chart.to_dict()["datasets"].values()
    return [row for some in sets for row in some if set(having) <= set(row)]


def test_attainment_shows_the_numbers_of_the_table(report: Report) -> None:
    drawn = {(row["policy"], row["period"]): row for row in rows(report.plot.attainment(), "attained")}
    table = report.attainment().filter(report.attainment()["counted"] > 0)
    told = {(row["policy"], row["period"]): row for row in table.iter_rows(named=True) if row["policy"] != "up"}
    assert set(told) < set(drawn)
    for place, row in told.items():
        assert drawn[place]["attained"] == row["attained"]
        assert drawn[place]["breached"] == row["breached"]
        assert (drawn[place]["state"] == "kept") == (row["breached"] == 0 if row["kept"] is None else row["kept"])
    assert {drawn[place]["least"] for place in told if place[0] == "share"} == {0.8}
    assert drawn["share", "2026-W10"]["clause"] == "share, section 2 (target)"


def test_an_availability_shows_its_uptime(report: Report) -> None:
    march, april = sorted(rows(report.plot.attainment("up"), "attained"), key=lambda row: row["period"])
    # 31 days without the hour of summer time; it was down for one of them.
    assert march["attained"] == 1 - 24 / (31 * 24 - 1)
    assert (march["state"], march["least"], april["state"]) == ("broken", 0.99, "open")
    counted = rows(report.plot.attainment("up", per="year"), "attained")
    assert [(row["period"], row["attained"]) for row in counted] == [("2026", 0.0)]


def test_attainment_divided_by_a_field(report: Report) -> None:
    drawn = rows(report.plot.attainment("share", by="team"), "attained")
    table = report.attainment(by="team")
    assert sum(row["breached"] for row in drawn) == table.filter(table["policy"] == "share")["breached"].sum()
    assert {row["by"] for row in drawn} == {"red", "green", "blue"}
    assert len({(row["period"], row["by"]) for row in drawn}) == len(drawn)


def test_what_is_broken_has_a_mark_besides_its_colour(report: Report) -> None:
    layers = report.plot.attainment().to_dict()["spec"]["layer"]
    marked = [each for each in layers if each["mark"].get("shape") == "triangle-down"]
    assert [each["transform"] for each in marked] == [[{"filter": "datum.state === 'broken'"}]]


def test_the_heat_map_counts_breaches_by_policy_and_period(report: Report) -> None:
    table = report.attainment("month")
    told = {(row["policy"], row["period"]): row["breached"] for row in table.iter_rows(named=True) if row["counted"]}
    drawn = {(row["policy"], row["period"]): row["breached"] for row in rows(report.plot.heatmap(), "missing")}
    assert told.items() <= drawn.items()
    assert sum(count for (policy, _), count in drawn.items() if policy == "share") == 11


def test_below_the_promise_is_darker_the_further_it_is() -> None:
    history = History()
    for number in range(10):
        subject = f"T-{number}"
        history.add("opened", f"2026-03-02T0{number}:00:00Z", subject=subject, site="a")
        if number < 7:
            history.add("answered", f"2026-03-02T0{number}:30:00Z", subject=subject, site="a")
    (row,) = [row for row in rows(Report(judged(history)).plot.heatmap(), "missing") if row["policy"] == "share"]
    assert row["broken"]
    assert row["missing"] == pytest.approx(0.1)
    assert row["counts"].startswith("7 of 10 met")


def test_the_heat_map_of_a_policy_is_by_weekday_and_hour_of_its_zone(report: Report) -> None:
    drawn = rows(report.plot.heatmap("answer"), "hour")
    outcomes = report.verdicts.filter(report.verdicts["policy"] == "answer")["outcome"].to_list()
    assert sum(row["breached"] for row in drawn) == outcomes.count("breached")
    # T-01 was opened on Monday 2 March at 10:00 UTC, which is 5:00 in Toronto, and answered in time, as no other then.
    assert [row["counts"] for row in drawn if (row["weekday"], row["hour"]) == ("Mon", 5)] == ["0 of 1 breached"]
    assert not [row for row in drawn if (row["weekday"], row["hour"]) == ("Mon", 10)]


def test_the_heat_map_reads_zones_that_are_not_whole_hours_off() -> None:
    history = (
        History().add("opened", "2026-03-02T18:14:59Z", subject="a").add("opened", "2026-03-02T18:15:00Z", subject="b")
    )
    made = desk(timezone="Asia/Kathmandu")
    drawn = rows(Report(judged(history, made), assume_complete=True).plot.heatmap("answer"), "hour")
    assert {(row["weekday"], row["hour"]) for row in drawn} == {("Mon", 23), ("Tue", 0)}


def test_several_policies_are_added_up(report: Report) -> None:
    def breached(*policies: str) -> int:
        return sum(row["breached"] for row in rows(report.plot.heatmap(policies), "hour"))

    assert breached("answer", "share") == breached("answer") + breached("share")


def test_the_timeline_tells_every_stretch_and_why(office: Report) -> None:
    chart = office.plot.timeline("T-1")
    drawn = [row for row in rows(chart, "cause") if row["policy"] == "solve"]
    stretches = office.of(office.verdicts.filter(office.verdicts["policy"] == "solve"))[0].trace.stretches
    assert len(drawn) == len(stretches)
    assert all(one["end"] == other["start"] for one, other in pairwise(drawn))
    assert {row["cause"] for row in drawn} == {"counted", "closed", "holiday", "paused", "excluded"}
    assert {row["thick"] for row in drawn if row["cause"] == "counted"} == {16}
    assert "holiday: Bridge" in {row["what"] for row in drawn}
    assert drawn[0]["from"] == "2026-03-02 10:00:00 CET"
    assert {row["clause"] for row in drawn} == {"solve, section 4.3 (guarantee)"}
    assert all(row["reason"] for row in drawn)


def test_the_timeline_marks_due_and_outcome(office: Report) -> None:
    marks = rows(office.plot.timeline("T-1"), "mark")
    told = {(row["policy"], row["mark"]): row["time"] for row in marks}
    # Ten hours of work: five on Monday, without the pause; five of six on Tuesday, without the maintenance.
    assert told == {
        ("solve", "due"): "2026-03-03 16:00:00 CET",
        ("solve", "breached"): "2026-03-05 16:00:00 CET",
        ("calm", "breached"): "2026-03-02 15:00:00 CET",
    }
    assert [row["policy"] for row in rows(office.plot.timeline("T-1"), "late")] == ["solve"]
    assert rows(office.plot.timeline("T-1", "calm"), "late") == []


def test_the_axis_of_a_timeline_has_the_time_of_the_agreement(office: Report) -> None:
    axis = office.plot.timeline("T-1").to_dict()["layer"][0]["encoding"]["x"]
    assert axis["title"] == "time in Europe/Paris"
    assert '["12:00"]' in axis["axis"]["labelExpr"]
    assert '["00:00", "2026-03-03"]' in axis["axis"]["labelExpr"]


def test_each_month_of_a_service_is_a_row(report: Report) -> None:
    drawn = rows(report.plot.timeline("video"), "cause")
    assert {row["name"] for row in drawn} == {"up § up, 2026-03", "up § up, 2026-04"}
    assert [row["length"] for row in drawn if row["cause"] == "down"] == ["24 h"]


def test_years_of_nights_are_drawn_together() -> None:
    history = History("T-1").add("opened", "1990-01-01T09:00:00Z").add("solved", "2026-01-01T09:00:00Z")
    report = Report(sla.judge(sla.load(OFFICE), history.events))
    drawn = rows(report.plot.timeline("T-1"), "cause")
    assert {row["cause"] for row in drawn} == {"by turns"}
    assert {row["what"] for row in drawn} == {"by turns: counted, closed"}


@pytest.mark.parametrize("draw", ["attainment", "heatmap"])
def test_nothing_to_draw_is_said(draw: str) -> None:
    chart = getattr(Report(judged(History())).plot, draw)()
    assert rows(chart, "why") == [{"why": "nothing is counted"}]


def test_policies_whose_mapping_is_in_doubt_are_left_out() -> None:
    history = History().add("opened", "2026-03-02T09:00:00Z", site="a")
    assert rows(Report(judged(history)).plot.attainment(), "why")
    assert rows(Report(judged(history), assume_complete=True).plot.attainment(), "attained")


def test_what_is_asked_for_must_be_there(report: Report) -> None:
    for draw in (report.plot.attainment, report.plot.heatmap):
        with pytest.raises(sla.InputError, match=r"^no policy `anwser`, did you mean `answer`\?$"):
            draw("anwser")
    with pytest.raises(sla.InputError, match=r"^no policy `anwser`, did you mean `answer`\?$"):
        report.plot.timeline("T-01", ["share", "anwser"])
    with pytest.raises(sla.InputError, match=r"^no verdict on `vidio`, did you mean `video`\?$"):
        report.plot.timeline("vidio")
    with pytest.raises(sla.InputError, match=r"^no verdict on `video` by answer, it is judged by up$"):
        report.plot.timeline("video", "answer")
    with pytest.raises(sla.InputError, match="unknown period `monht`, did you mean `month`"):
        report.plot.heatmap(per="monht")  # type: ignore[arg-type]
    with pytest.raises(sla.InputError, match="no verdict on `7`"):
        report.plot.timeline(7)  # type: ignore[arg-type]


def test_more_marks_than_can_be_drawn_are_refused() -> None:
    history = History()
    for number in range(MOST // 2 + 1):
        subject = f"T-{number}"
        history.add("opened", "2026-03-02T09:00:00Z", subject=subject, site="a")
        history.add("answered", "2026-03-02T09:00:00Z", subject=subject, site="a")
    with pytest.raises(sla.InputError, match=r"^a plot of 5,002 marks cannot be read, 5,000 are drawn at most; name a"):
        Report(judged(history)).plot.attainment(by="subject")


def test_without_altair_the_extra_is_named(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(sla.SlaError, match=r"altair is not installed; `pip install sla-rules\[plot\]` installs it"):
        _ = report.plot
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(sla.SlaError, match="vl_convert is not installed"):
        small_chart([Point("2026-03", 1.0, True, "")], None)


@pytest.mark.parametrize(
    ("draw", "titled"),
    [
        (lambda plot: plot.attainment(), "Share of obligations met"),
        (lambda plot: plot.attainment(by="subject"), "Share of obligations met"),
        (lambda plot: plot.heatmap(), "Breached obligations by policy and month"),
        (lambda plot: plot.heatmap("solve"), "Breached obligations of solve by their start"),
        (lambda plot: plot.timeline("T-1"), "Timeline of T-1"),
    ],
)
def test_charts_become_pictures(office: Report, draw: Callable[[Any], Any], titled: str) -> None:
    svg = vl_convert.vegalite_to_svg(draw(office.plot).to_json())
    assert titled in svg
    assert "office as of 2026-03-06 01:00:00 CET" in svg
    assert svg.count("<path") > 5


@pytest.mark.parametrize(
    "length", [0, 1, SECOND, 40 * SECOND, 7 * MINUTE, 3 * HOUR, DAY, 9 * DAY, 40 * DAY, 9000 * DAY]
)
def test_ticks_are_few_in_order_and_within(length: int) -> None:
    first = micros("2026-03-28T20:07:03Z")
    at = [instant for instant, _ in ticks(first, first + length, PARIS)]
    assert at == sorted(set(at))
    assert len(at) <= MOST_TICKS
    assert all(first <= each <= first + length for each in at)
    assert len(at) >= 3 or length < 7 * SECOND


def test_ticks_stand_on_the_clock_of_the_zone_across_summer_time() -> None:
    first = micros("2026-03-28T22:30:00Z")
    found = ticks(first, first + 7 * HOUR, PARIS)
    # 02:00 is skipped: it is 03:00, one hour after 01:00.
    assert [lines[0] for _, lines in found] == ["00:00", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00"]
    assert [b[0] - a[0] for a, b in pairwise(found)] == [HOUR] * 6
    assert found[0][1] == ["00:00", "2026-03-29"]


def test_ticks_at_the_ends_of_time() -> None:
    assert len(ticks(FIRST, LAST, PARIS)) <= MOST_TICKS
    assert ticks(LAST - 5 * HOUR, LAST, PARIS) != []
    assert ticks(FIRST, FIRST + 5 * HOUR, ZoneInfo("America/Toronto")) is not None


POINTS = [
    Point("2026-01", 1.0, True, "2026-01: all"),
    Point("2026-02", 0.5, False, '2026-02: half <script>&"'),
    Point("2026-03", None, None, "2026-03: none"),
    Point("2026-04", 0.9, None, "2026-04: open"),
]


def parts(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def test_a_small_chart_says_each_period_in_words_and_variables() -> None:
    svg = small_chart(POINTS, 0.95)
    titles = [each.text for each in parts(svg) if each.tag == f"{SVG}title"]
    assert titles[0] == "; ".join(point.text for point in POINTS)
    assert set(titles[1:]) == {point.text for point in POINTS}
    assert "<script" not in svg
    for variable in ("--kept", "--broken", "--open", "--line"):
        assert f"var({variable})" in svg
    assert svg.startswith("<svg ")
    assert not [each for each in parts(svg) if "id" in each.attrib]
    assert [each.text for each in parts(svg) if each.tag == f"{SVG}text"] == ["2026-01", "2026-04"]


def test_a_small_chart_marks_what_is_broken_besides_its_colour() -> None:
    def triangles(points: list[Point]) -> int:
        return small_chart(points, None).count('stroke-width="0"')

    assert triangles(POINTS) == 1
    assert triangles([point for point in POINTS if point.kept is not False]) == 0


def test_a_small_chart_has_a_rule_where_a_share_is_promised() -> None:
    dashed = 'stroke-dasharray="3,2"'
    assert small_chart(POINTS, 0.95).count(dashed) == 1
    assert dashed not in small_chart(POINTS, None)


def test_a_small_chart_has_the_size_asked_for_and_the_latest_that_fit() -> None:
    points = [Point(f"2026-{number:03}", 1.0, True, f"{number}") for number in range(100)]
    root = ElementTree.fromstring(small_chart(points, None, (80, 20)))
    assert (root.get("width"), root.get("height")) == ("80", "20")
    assert [each.text for each in root.iter(f"{SVG}text")] == ["2026-080", "2026-099"]
    assert small_chart([], 0.5) == ""
    one = ElementTree.fromstring(small_chart(points[:1], None))
    assert [each.text for each in one.iter(f"{SVG}text")] == ["2026-000"]


def running() -> Report:
    """As of Wednesday of the second week: one of two is late in each, and one of the second is still open."""
    history = History()
    for day, minutes in ((2, 30), (3, 59), (4, 59), (9, 30), (10, 59)):
        subject = f"T-{day}"
        history.add("opened", f"2026-03-{day:02}T10:00:00Z", subject=subject, site="s", team="red")
        history.add("answered", f"2026-03-{day:02}T{12 if day in (4, 10) else 10}:{minutes}:00Z", subject=subject)
    history.add("opened", "2026-03-11T10:00:00Z", subject="T-11", site="s", team="blue")
    return Report(judged(history, as_of="2026-03-11T10:30:00Z"))


def test_a_period_that_is_not_over_is_open_in_every_plot() -> None:
    report = running()
    states = {(row["policy"], row["period"]): row["state"] for row in rows(report.plot.attainment(), "attained")}
    assert states == {
        ("answer", "2026-03"): "broken",
        ("share", "2026-W10"): "broken",
        ("share", "2026-W11"): "open",
    }
    assert {line.policy.id: line.status for line in report.summary}["share"] == "broken"
    drawn = rows(report.plot.heatmap(per="week"), "missing")
    cells = {row["period"]: row for row in drawn if row["policy"] == "share"}
    assert {period: (row["state"], row["broken"]) for period, row in cells.items()} == {
        "2026-W10": ("broken", True),
        "2026-W11": ("open", False),
    }


def test_other_divisions_of_a_promise_are_open_while_they_run() -> None:
    report = running()
    by = {(row["period"], row["by"]): row["state"] for row in rows(report.plot.attainment("share", by="team"), "by")}
    assert by == {("2026-W10", "red"): "broken", ("2026-W11", "red"): "open"}
    days = {row["period"]: row["state"] for row in rows(report.plot.attainment("share", per="day"), "attained")}
    assert days == {
        **dict.fromkeys(("2026-03-02", "2026-03-03", "2026-03-09"), "kept"),
        **dict.fromkeys(("2026-03-04", "2026-03-10"), "broken"),
    }
    whole = rows(report.plot.attainment("share", per="whole"), "attained")
    assert [(row["state"], row["counts"]) for row in whole] == [("broken", "3 of 5 met, 1 pending, 0 left out")]

"""The notebooks of the examples: run from a copy of the folder, they print what is true."""

import calendar
import csv
import json
import os
import re
import shlex
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from sla_rules.cli import main
from sla_rules.testing import simulate

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
DATA = Path(os.environ.get("SLA_RULES_DATA", ROOT.parent / "shared" / "data")).resolve()

Run = Callable[[str], str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a notebook and returns all that its cells show."""
    folder = tmp_path / "project" / "examples"
    shutil.copytree(EXAMPLES, folder)
    monkeypatch.setenv("SLA_RULES_DATA", str(DATA))

    def shown(name: str) -> str:
        notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
        outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
        return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)

    return shown


def needed(file: str) -> Path:
    if not (DATA / file).is_file():
        pytest.skip(f"the data lie beside the project: {file}")
    return DATA / file


def row(text: str, *cells: object) -> bool:
    """Whether a table among the outputs has these cells side by side."""
    return re.search(r"[│┆] *" + r" *┆ *".join(re.escape(str(cell)) for cell in cells) + r" *[┆│]", text) is not None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs_and_absolute_paths(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for cell in json.loads(text)["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert not re.search(r'[ "(=]/(home|work|tmp|Users|root)\b', text)


def test_the_readme_and_the_index_name_every_example() -> None:
    names = {path.name for pattern in ("*.ipynb", "*_history.py") for path in EXAMPLES.glob(pattern)}
    readme, index = (folder.read_text("utf-8") for folder in (EXAMPLES / "README.md", ROOT / "docs" / "index.md"))
    assert names <= set(re.findall(r"\]\(([^)]+)\)", readme))
    assert {f"../examples/{name}" for name in names} <= set(re.findall(r"\]\(([^)]+)\)", index))


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", "".join(p.read_text("utf-8") for p in NOTEBOOKS)))
def test_links_of_notebooks_lead_somewhere(target: str) -> None:
    assert (EXAMPLES / target).exists()


def test_intercall_month(run: Run) -> None:
    text = run("intercall_month")
    planted = simulate.month(seed=1)
    assert f"{len(planted.events):,} events" in text
    assert f"found {len(planted.expected)}, missed 0, invented 0" in text
    assert "fallen: 0" in text
    calls = Counter(event.type for event in planted.events)["phone.offered"]
    assert row(text, "2026-03", f"{calls * 4 // 5 - 1}/{calls}", "0.799333", "false")
    assert "down 7 h 7 min 12.000001 s of 712 h measured, 31 h excluded" in text
    assert row(text, "excluded", "force_majeure e008101")
    assert "alt.LayerChart(...)" in text
    assert "report.json report.md verdicts.parquet" in text


def test_uci_incidents(run: Run) -> None:
    needed("uci_incidents/incident_event_log.parquet")
    text = run("uci_incidents")
    assert "24,918 verdicts, 0 findings" in text
    assert "agree on 24881 of 24918 decided cases (about 99.8515 %)" in text
    assert row(text, "kept", 15_769, 34)
    assert row(text, "broken", 3, 9_112)
    assert "[('closed', '2016-05-01 13:57:00+00:00', '2016-05-02 10:25:00+00:00')]" in text
    (best,) = re.findall(r"14:00-21:00: ([\d.]+)%", text)
    others = re.findall(r"(?:08:00-18:00|12:00-21:00): ([\d.]+)%", text)
    assert len(others) == 2
    assert max(map(float, others)) < 98 < float(best)


def test_the_two_commands_of_the_readme(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    log = needed("uci_incidents/incident_event_log.parquet")
    monkeypatch.chdir(ROOT)
    commands = re.findall(r"^sla-rules (.+)$", (EXAMPLES / "README.md").read_text("utf-8"), re.M)
    inspect, check = (shlex.split(command.replace("LOG", str(log))) for command in commands)
    assert main(inspect) == 0
    assert "servicenow-incident" in capsys.readouterr().out
    assert main(check) == 0
    assert "agree on 24881 of 24918 decided cases" in " ".join(capsys.readouterr().out.split())


def test_permits(run: Run) -> None:
    path = needed("permits/receipt.csv")
    as_of = datetime.fromisoformat("2012-02-01T00:00:00+01:00")
    with path.open(encoding="utf-8", newline="") as file:
        cases = {each["case:concept:name"]: each for each in csv.DictReader(file)}
    late: dict[str, Counter[str]] = defaultdict(Counter)
    weeks: Counter[int] = Counter()
    for each in cases.values():
        start, end = (
            each[f"case:{name}"] and datetime.fromisoformat(each[f"case:{name}"]) for name in ("startdate", "enddate")
        )
        stop = end if end and start <= end <= as_of else None
        for column, policy in (("deadline", "legal"), ("enddate_planned", "planned")):
            due = datetime.fromisoformat(each[f"case:{column}"])
            late[policy][each["case:department"]] += (stop or as_of) > due
            if policy == "legal":
                weeks[round((due - start) / timedelta(hours=1))] += 1
    text = run("permits")
    for policy, by_department in late.items():
        assert f"{policy} {{'met'" in text
        assert f"'breached': {by_department.total()}, 'pending'" in text
        for department, count in by_department.items():
            met = re.search(rf"│ {policy} +┆ {department} +┆ (\d+) +┆ (\d+) +┆", text)
            assert met is not None
            assert int(met[2]) == count
    for hours in (1343, 1344, 1345):
        assert row(text, hours, weeks[hours])
    assert "began 2011-10-10 01:06:40.020000+02:00, due 2011-12-05 01:06:40+01:00\n1345 hours" in text
    assert "stop_without_start case-10862\nstop_without_start case-8267\n" in text
    assert "301 of 377 that ended late had their T10 in time" in text


def test_github_status(run: Run) -> None:
    path = needed("github_status/incidents.jsonl")
    down, apart = minutes_of_2025(path)
    broken = {(service, month) for service, month, met in months(down, apart) if not met}
    without = {(service, month) for service, month, met in months(down, defaultdict(set)) if not met}
    assert broken - without == {("Codespaces", 4)}
    text = run("github_status")
    assert f"{len(broken)} of {12 * len(down)} months broken, 0 findings" in text
    for service, number in Counter(service for service, _ in broken).items():
        assert row(text, service, number)
    assert row(text, "Codespaces", "2025-04", "met", "breached", "43m", "40m 19s 200ms")


def minutes_of_2025(path: Path) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """The minutes of the year in which each service was down, and those of its maintenance, counted one by one."""
    down: dict[str, set[int]] = defaultdict(set)
    apart: dict[str, set[int]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        incident: dict[str, Any] = json.loads(line)
        for service in incident.get("components") or ():
            if incident["impact"] in ("major", "critical"):
                down[service] |= between(incident["downtime_start"], incident["downtime_end"])
            elif incident["impact"] == "maintenance":
                at = {update["status"]: update["at"] for update in incident["updates"]}
                apart[service] |= between(at["In progress"], at["Completed"])
    return {service: minutes for service, minutes in down.items() if minutes}, apart


def between(start: str, end: str) -> set[int]:
    numbers = [
        (datetime.fromisoformat(each) - datetime.fromisoformat("2025-01-01T00:00:00Z")) / timedelta(minutes=1)
        for each in (start, end)
    ]
    assert all(number.is_integer() for number in numbers)
    return set(range(max(0, int(numbers[0])), min(365 * 1440, int(numbers[1]))))


def months(down: dict[str, set[int]], apart: dict[str, set[int]]) -> Iterator[tuple[str, int, bool]]:
    """Each service and month, and whether 99.9 % of what is measured was up."""
    for service, minutes in down.items():
        first = 0
        for month in range(1, 13):
            whole = set(range(first, first + calendar.monthrange(2025, month)[1] * 1440))
            first += len(whole)
            measured = whole - apart[service]
            yield service, month, len(measured & minutes) * 1000 <= len(measured)

"""Uses the library as it is installed, without extras and without the project: `python -I installed.py README.md`."""

import contextlib
import importlib.util
import io
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sla_rules as sla

COMMAND = Path(sys.executable).with_name("sla-rules")
EXTRAS = ("altair", "durable", "holidays", "hypothesis", "icalendar", "pandas", "pyarrow", "pyspark", "xlsxwriter")
LATE = "`ticket.responded` came 15 min 0.000001 s after `ticket.opened`, 0.000001 s too late"
EVENTS = """\
{"id": "1", "type": "ticket.opened", "subject": "T-1", "time": "2026-03-02T14:00:00Z", "priority": "P1"}
{"id": "2", "type": "ticket.responded", "subject": "T-1", "time": "2026-03-02T14:15:00.000001Z"}
"""


def main(readme: str) -> None:
    """Play the examples of the README, then the commands, then ask for what needs an extra."""
    text = Path(readme).read_text(encoding="utf-8")
    assert not [name for name in EXTRAS if importlib.util.find_spec(name)], "there is an extra"
    assert Path(str(sla.__file__)).is_relative_to(sys.prefix), f"not what is installed: {sla.__file__}"
    played(text)
    (agreement,) = re.findall(r"^```yaml\n(agreement:.+?)^```$", text, re.M | re.S)
    Path("acme.yaml").write_text(agreement, encoding="utf-8")
    Path("events.jsonl").write_text(EVENTS, encoding="utf-8")
    commands()
    extras(sla.load("acme.yaml"))


def played(text: str) -> None:
    """The Python of the README prints what it says; the monitor, which needs an extra, says so."""
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.+?)^```\n\n```\n(.+?)^```$", text, re.M | re.S)
    assert len(blocks) == 3
    for code, printed in blocks:
        if "sla.Monitor(" in code:
            needs("live", lambda code=code: exec(code, names))
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, names)
        assert out.getvalue() == printed, out.getvalue()


def commands() -> None:
    """What the command line does with a small file, and what it writes."""
    assert "good" in told(0, "lint", "acme.yaml")
    check = ("check", "events.jsonl", "--agreement", "acme.yaml", "--as-of", "2026-04-01T00:00:00Z")
    assert LATE in told(1, *check, "--html", "report.html", "--json", "report.json", "--markdown", "report.md")
    assert LATE in Path("report.md").read_text(encoding="utf-8")
    page = Path("report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "T-1" in page
    assert "due" in told(0, "explain", "events.jsonl", "--agreement", "acme.yaml", "--subject", "T-1")
    assert '"$schema"' in told(0, "schema")
    assert "promises of `intercall`" in told(0, "check", "events.jsonl", "--agreement", "intercall")
    said = told(2, "certify", "acme.yaml")
    assert said == "hypothesis is not installed; `pip install sla-rules[testing]` installs it\n", said


def told(code: int, *arguments: str) -> str:
    """What a command says; it must end with a code."""
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def extras(agreement: sla.Agreement) -> None:
    """What works without extras works, and each thing that needs one says so in a sentence."""
    report = sla.evaluate(agreement, "events.jsonl")
    assert report.to_html("python.html", lang="fr")
    report.to_parquet("verdicts.parquet")
    assert sla.evaluate(agreement, "events.jsonl").verdicts.equals(report.verdicts)
    for _, member in sorted(sla.__dict__["_HOME"].items()):
        assert importlib.util.find_spec(f"sla_rules.{member}")
    for name in sla.__all__:
        getattr(sla, name)
    Path("windows.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")
    needs("live", lambda: sla.Monitor(agreement))
    needs("pandas", report.to_pandas)
    needs("pandas", report.to_arrow)
    needs("excel", lambda: report.to_excel("verdicts.xlsx"))
    needs("plot", lambda: report.plot.attainment())
    needs("ical", lambda: sla.holidays_of("windows.ics"))
    needs("ical", lambda: sla.windows_of("windows.ics", sla.load("intercall"), kind="maintenance"))
    needs("holidays", lambda: french_hours().elapsed("2026-03-02T14:00:00Z", "2026-03-03T14:00:00Z"))
    needs("testing", lambda: certified(agreement))
    assert sla.Calendar().add("2026-03-02T14:00:00Z", timedelta(hours=8)).hour == 22


def french_hours() -> sla.Calendar:
    """Hours that need the holidays of a country."""
    return sla.Calendar(timezone="Europe/Paris", week={"mon-fri": ["09:00-17:00"]}, holidays={"country": "FR"})


def certified(agreement: sla.Agreement) -> object:
    """A certificate, which needs random histories."""
    from sla_rules.testing.certification import certify

    return certify(agreement, examples=1)


def needs(extra: str, call: Callable[[], object]) -> None:
    """A call is refused in one sentence that names an extra."""
    try:
        call()
    except sla.SlaError as error:
        said = str(error)
    else:
        said = "nothing is missing"
    assert f"sla-rules[{extra}]" in said, said
    assert "\n" not in said, said


if __name__ == "__main__":
    main(sys.argv[1])

"""The webhook: real HTTP against the service as a user starts it, killed in between, by the caller's clock."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "webhook"
OPENED = "2026-03-02T09:00:00Z"

Start = Callable[[], tuple[subprocess.Popen[bytes], httpx.Client]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the service on a free port and returns it, once it listens, with a client; the store stays the same."""
    shutil.copytree(EXAMPLE, tmp_path / "webhook")
    begun: list[tuple[subprocess.Popen[bytes], httpx.Client]] = []

    def started() -> tuple[subprocess.Popen[bytes], httpx.Client]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            sys.executable,
            "webhook/service.py",
            "--agreement",
            "helpdesk",
            "--store",
            "desk.db",
            "--clock",
            "caller",
        ]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen([*command, "--port", str(port)], cwd=tmp_path, stdout=log, stderr=log)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        begun.append((process, client))
        while process.poll() is None:
            try:
                client.get("/alerts")
            except httpx.ConnectError:
                time.sleep(0.05)
            else:
                return process, client
        raise AssertionError((tmp_path / "log").read_text())

    yield started
    for process, client in begun:
        client.close()
        process.kill()
        process.wait()


def opened(id: str, subject: str, priority: str, at: str = OPENED) -> dict[str, Any]:
    about = {"specversion": "1.0", "id": id, "source": "/desk", "type": "ticket.opened"}
    return {**about, "subject": subject, "time": at, "data": {"priority": priority}}


def test_an_alert_outlives_the_process_until_it_is_acknowledged(start: Start) -> None:
    process, client = start()
    batch = [opened("1", "T-1", "P1"), opened("2", "T/2", "P3"), {"id": "3"}]
    said = client.post("/events", json=batch)
    assert said.status_code == 200
    assert [(each["subject"], each["kind"]) for each in said.json()["alerts"]] == [
        (subject, "started") for subject in ("T-1", "T-1", "T/2", "T/2")
    ]
    assert said.json()["refused"] == ["`source` is missing"]
    assert [each["due"] for each in said.json()["due"]["T-1"]] == [
        "2026-03-02T09:15:00+00:00",
        "2026-03-02T13:00:00+00:00",
    ]

    # Due at 09:15: at that instant it is warned of, not late; by then 15 minutes of four hours are gone.
    at_due = client.post("/advance", params={"now": "2026-03-02T09:15:00Z"}).json()
    assert [(each["kind"], each["point"]) for each in at_due] == [("warning", "50 %"), ("warning", "80 %")]
    case = client.get("/cases/T-1").json()
    assert case["now"] == "2026-03-02T09:15:00+00:00"
    assert [each["remaining_seconds"] for each in case["due"]] == [0, 3.75 * 3600]
    (late,) = client.post("/advance", params={"now": "2026-03-02T09:16:00Z"}).json()
    assert (late["kind"], late["subject"], late["policy"]) == ("breached", "T-1", "helpdesk.first_response")
    assert [each["policy"] for each in client.get("/cases/T-1").json()["due"]] == ["helpdesk.resolution"]

    before = client.get("/alerts").json()
    assert before[-1] == late
    process.kill()
    process.wait()
    _, client = start()
    assert client.get("/alerts").json() == before
    assert client.get("/cases/T-1").json()["now"] == "2026-03-02T09:16:00+00:00"
    # Sent again, as a sender does that heard no answer: nothing begins twice.
    assert client.post("/events", json=batch).json()["alerts"] == []
    assert client.get("/alerts").json() == before
    assert client.post(f"/alerts/{late['number']}/acknowledge").status_code == 204
    assert client.get("/alerts").json() == before[:-1]
    for alert in before:
        assert client.post(f"/alerts/{alert['number']}/acknowledge").status_code == 204
    assert client.get("/alerts").json() == []

    # What is refused says why, not where we keep our files.
    for body in (b"", b"{", b"5", b'{"a": 1}'):
        refused = client.post("/events", content=body)
        assert refused.status_code == 422
        assert refused.json()["error"].startswith("the body: no row is an event")
    assert client.post("/advance", params={"now": OPENED}).status_code == 422
    assert client.post("/alerts/99/acknowledge").status_code == 404

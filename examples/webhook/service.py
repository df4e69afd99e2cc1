"""A monitor behind HTTP: CloudEvents in, alerts and due times out, and a timer that warns without being asked."""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

import sla_rules as sla

LONGEST_SLEEP = 60.0  # seconds, after which the timer looks at the clock again, which may have been set meanwhile


def events_of(text: bytes, agreement: sla.Agreement) -> tuple[list[sla.Event], list[str]]:
    """Return the events of a CloudEvent or a batch, and why the others are none."""
    with TemporaryDirectory() as folder:
        (path := Path(folder, "events.json")).write_bytes(text)
        try:
            events, findings = sla.mapped_events(path, agreement, preset="cloudevents")
        except sla.InputError as error:
            raise sla.InputError(str(error).replace(str(path), "the body")) from None
    return events, [finding.message for finding in findings]


def due_of(monitor: sla.Monitor, subject: str) -> list[dict[str, Any]]:
    """Return what is pending of a subject, the most urgent first."""
    return [
        {
            "policy": each.policy,
            "clauses": each.clauses,
            "due": each.due and each.due.isoformat(),
            "remaining_seconds": None if each.margin is None else each.margin.total_seconds(),
            "reason": each.reason,
        }
        for each in monitor.due(subject)
    ]


def catch_up(monitor: sla.Monitor) -> None:
    """Move the monitor on to the real clock; where an event is ahead of it, it stays."""
    with suppress(sla.InputError):
        monitor.advance(datetime.now(UTC))


async def keep_time(monitor: sla.Monitor, changed: asyncio.Event) -> None:
    """Sleep until there may be something to say, or an event changes when that is; outlive a disk that was full."""
    wait = 0.0
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), wait)
        changed.clear()
        try:
            await run_in_threadpool(catch_up, monitor)
            at = await run_in_threadpool(monitor.next_alert)
        except sla.StoreError as error:
            logging.getLogger("uvicorn.error").error("the timer could not go on: %s", error)
            at = None
        wait = LONGEST_SLEEP if at is None else at.timestamp() - datetime.now(UTC).timestamp()
        wait = min(max(wait, 0.001), LONGEST_SLEEP)


def service(monitor: sla.Monitor, real_clock: bool) -> FastAPI:
    """Return the service around a monitor; by the real clock, or by that of whoever calls `/advance`."""
    changed = asyncio.Event()

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        timers = [asyncio.create_task(keep_time(monitor, changed))] if real_clock else []
        yield
        for timer in timers:
            timer.cancel()

    app = FastAPI(title="sla_rules monitor", lifespan=running)

    @app.exception_handler(sla.SlaError)
    def refused(_: Request, error: sla.SlaError) -> JSONResponse:
        # Of a store that failed, whoever sent the events shall send them all again: none counts twice.
        return JSONResponse({"error": str(error)}, 503 if isinstance(error, sla.StoreError) else 422)

    def take(text: bytes) -> JSONResponse:
        events, why = events_of(text, monitor.agreement)
        alerts: list[sla.Alert] = []
        taken: dict[str, None] = {}
        for event in events:
            try:
                alerts += monitor.observe(event)
                taken[event.subject] = None
            except sla.InputError as error:
                why.append(str(error))
        due = {subject: due_of(monitor, subject) for subject in taken}
        answer = {"alerts": [alert.to_dict() for alert in alerts], "due": due, "refused": why}
        return JSONResponse(answer, 422 if why and not taken else 200)

    @app.post("/events")
    async def post_events(request: Request) -> JSONResponse:
        said = await run_in_threadpool(take, await request.body())
        changed.set()
        return said

    @app.get("/cases/{subject:path}")
    def get_case(subject: str) -> dict[str, Any]:
        if real_clock:
            catch_up(monitor)
        return {"now": monitor.now and monitor.now.isoformat(), "due": due_of(monitor, subject)}

    @app.get("/alerts")
    def get_alerts() -> list[dict[str, Any]]:
        return [alert.to_dict() for alert in monitor.outbox()]

    @app.post("/alerts/{number}/acknowledge", status_code=204)
    def acknowledge(number: int) -> None:
        try:
            monitor.acknowledge(number)
        except sla.InputError as error:
            raise HTTPException(404, str(error)) from None

    @app.post("/advance")
    def advance(now: str) -> list[dict[str, Any]]:
        if real_clock:
            raise HTTPException(409, "the clock is the real one; start with --clock caller to move it")
        return [alert.to_dict() for alert in monitor.advance(now)]

    return app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agreement", required=True, help="a built-in name, a YAML file or a folder")
    parser.add_argument("--store", required=True, help="the SQLite file; made where it is missing")
    parser.add_argument("--clock", choices=["real", "caller"], default="real", help="caller: only POST /advance")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    with sla.SqliteStore(asked.store) as store:
        monitor = sla.Monitor(sla.load(asked.agreement), store)
        uvicorn.run(service(monitor, asked.clock == "real"), port=asked.port)


if __name__ == "__main__":
    main()

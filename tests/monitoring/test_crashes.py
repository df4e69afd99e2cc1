"""A process killed at any point goes on from its file, and in the end says what one says that was not killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sla_rules as sla
from tests.columnar.ties import TIES, tied_history
from tests.comparing import remade
from tests.monitoring.tools import rows

KILLS = 20
# Forks a process for each line of its input, so that each begins at once: it says who it is, and what it has done.
NURSERY = """
import os, sys
import sla_rules as sla
from tests.columnar.ties import TIES
from tests.monitoring.test_crashes import HISTORY, step

for line in sys.stdin:
    path, begin = line.split()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("end", flush=True)
        continue
    print(os.getpid(), flush=True)
    with sla.SqliteStore(path) as store:
        monitor = sla.Monitor(TIES, store)
        for number in range(int(begin), len(HISTORY)):
            step(monitor, number)
            os.write(1, f"{number}\\n".encode())
    os._exit(0)
"""
HISTORY = [
    remade(event, id=f"{family}-{number}", subject=event.subject + str(family))
    for family in (0, 1, 3, 4, 7, 8, 10)
    for number, event in enumerate(sorted(tied_history(family, 25), key=lambda each: each.at))
]


def step(monitor: sla.Monitor, number: int) -> None:
    """Observe an event, and acknowledge an alert now and then; to do it twice changes nothing more."""
    monitor.observe(HISTORY[number])
    if number % 5 == 4:
        monitor.acknowledge(number // 5 + 1)


@contextmanager
def nursery() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def run(within: "subprocess.Popen[str]", path: Path, begin: int, until: int, wait: float) -> int:
    """Run a process from an event on and kill it a moment after it reported another; return the last it reported."""
    assert within.stdin is not None
    assert within.stdout is not None
    within.stdin.write(f"{path} {begin}\n")
    within.stdin.flush()
    child, last = int(within.stdout.readline()), begin - 1
    for line in within.stdout:
        if line == "end\n":
            break
        last = int(line)
        if last == until:
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
    return last


def test_twenty_kills_lose_nothing_and_say_nothing_twice(tmp_path: Path) -> None:
    dice = random.Random(7)
    whole = sla.Monitor(TIES)
    for number in range(len(HISTORY)):
        step(whole, number)
    path, last, kills = tmp_path / "kept.db", -1, 0
    with nursery() as processes:
        while last < len(HISTORY) - 1:
            until = last + dice.randint(1, 3) if kills < KILLS else len(HISTORY)
            # The last event reported is sent again, like everything after it.
            last = run(processes, path, max(last, 0), min(until, len(HISTORY) + 1), dice.uniform(0, 0.005))
            kills += 1
    assert kills >= KILLS
    with sla.SqliteStore(path) as store:
        monitor = sla.Monitor(TIES, store)
        assert rows(monitor.verdicts()) == rows(whole.verdicts())
        assert monitor.outbox() == whole.outbox()
        assert (monitor.next_due(), monitor.next_alert()) == (whole.next_due(), whole.next_alert())

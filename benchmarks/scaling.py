"""What `benchmarks.scale` measures, each piece in a process of its own: all verdicts of a mixed year, as Parquet."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import polars as pl

import sla_rules as sla
from benchmarks.data.drawing import AS_OF
from benchmarks.data.files import FOLDER

Result = dict[str, Any]
Work = Callable[[], Result]

DRIVER = "4g"
"""Memory of Spark's own process; the Python that judges has its own."""
EVERY = 0.5
"""Seconds between two looks at what is taken."""


@dataclass
class Taken:
    """The most that a process and its children have taken at once, in bytes.

    Attributes:
        memory: what each holds, with its share of what it has in common with others.
        disk: the files in a folder.
    """

    memory: int = 0
    disk: int = 0


def columnar(paths: list[str], warm: str) -> Work:
    """Ours on one machine."""
    agreement = sla.load("intercall")

    def write(paths: list[str], to: Path, scratch: Path) -> None:
        sla.evaluate(agreement, paths, as_of=AS_OF, scratch=scratch).to_parquet(to / "verdicts.parquet")

    return _work(write, paths, warm)


def spark(paths: list[str], warm: str) -> Work:
    """Ours on Spark, in local mode with a worker for each core."""
    agreement = sla.load("intercall")
    local = _folder()
    settings = {
        "spark.driver.memory": DRIVER,
        "spark.local.dir": local.name,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = sla.evaluators.spark.session(settings=settings)
    session.sparkContext.setLogLevel("ERROR")

    def write(paths: list[str], to: Path, _scratch: Path) -> None:
        found = sla.evaluators.spark.evaluate(agreement, session.read.parquet(*paths), AS_OF)
        found.write.mode("overwrite").parquet(str(to))

    return _work(write, paths, warm, local)


def _work(
    write: Callable[[list[str], Path, Path], None],
    paths: list[str],
    warm: str,
    folder: "TemporaryDirectory[str] | None" = None,
) -> Work:
    """The work, after it has been done once on a small file; `folder` is where it lays things down by itself."""
    scratch = folder or _folder()
    output = _folder()
    to = Path(output.name)

    def work() -> Result:
        with watched(Path(scratch.name)) as taken:
            write(paths, to, Path(scratch.name))
        size = sum(file.stat().st_size for file in to.glob("*.parquet"))
        told = {"counts": counts(to), "memory": taken.memory, "disk": taken.disk, "written": size}
        output.cleanup()
        return told

    write([warm], to, Path(scratch.name))
    return work


def counts(folder: Path) -> list[tuple[Any, ...]]:
    """How many verdicts there are: by policy, whether they judge periods, and outcome."""
    period = pl.col("counted").is_not_null().alias("period")
    frame = pl.scan_parquet(folder / "*.parquet").group_by(pl.col("policy", "outcome").cast(pl.String), period).len()
    return sorted(frame.collect().iter_rows())


@contextmanager
def watched(folder: Path) -> Iterator[Taken]:
    """Look, as long as it lasts, at what this process and its children hold, and at what lies in a folder."""
    taken, over = Taken(), Event()

    def look() -> None:
        taken.memory = max(taken.memory, sum(map(held, family(os.getpid()))))
        laid = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
        taken.disk = max(taken.disk, sum(map(size, laid)))

    def keep_looking() -> None:
        while not over.wait(EVERY):
            look()

    thread = Thread(target=keep_looking, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()
    look()


def family(process: int) -> set[int]:
    """Return a process with those that it began, and those that they began; itself alone where Linux is not there."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name of the program stands in brackets and may hold anything; then come its state and its parent.
            parents[int(status.parent.name)] = int(status.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    found = {process}
    while children := {child for child, parent in parents.items() if parent in found} - found:
        found |= children
    return found


def held(process: int) -> int:
    """What a process holds, in bytes; of what it shares with others, its share."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def size(path: Path) -> int:
    """The size of a file, in bytes; none where it is gone again."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _folder() -> "TemporaryDirectory[str]":
    FOLDER.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=FOLDER)

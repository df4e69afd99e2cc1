"""Time and memory of a piece of work, each round in a process of its own, and tables to show them in.

What is measured is a function, named `module:function`, that prepares the work and returns it. Preparing (importing,
loading the agreement, a first run on a small file) is not timed.
"""

import json
import subprocess
import sys
import timeit
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
BAR = "bare"
"""The name of the work that the others are compared with."""


@dataclass(frozen=True)
class Work:
    """A function that prepares a piece of work and returns it, and what to call it with."""

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What the rounds of a piece of work came to.

    Attributes:
        seconds: those of the fastest round, which is the one that others on the machine disturbed least.
        peak: the most memory that its process ever held, in bytes, interpreter and libraries included.
        result: what the work returned.
        skipped: why it could not be run; empty otherwise.
    """

    seconds: float = 0.0
    peak: int = 0
    result: Any = None
    skipped: str = ""


def in_child(work: Work) -> Measured:
    """Run a piece of work once, in a process of its own.

    Raises:
        RuntimeError: it failed, for another reason than that a library is missing.
    """
    with TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        asked = json.dumps({"function": work.function, "arguments": dict(work.arguments), "answer": str(answer)})
        command = [sys.executable, "-m", "benchmarks.child", asked]
        child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if child.returncode:
            raise RuntimeError(f"{work.function} failed: {child.stderr.strip()}")
        return Measured(**json.loads(answer.read_text(encoding="utf-8")))


def measure(works: Mapping[str, Work], rounds: int) -> dict[str, Measured]:
    """Run several pieces of work, in turn, so many rounds; the fastest round of each counts, and its highest peak."""
    found: dict[str, Measured] = {}
    for _ in range(rounds):
        for name, work in works.items():
            before = found.get(name)
            if before is not None and before.skipped:
                continue
            now = in_child(work)
            if before is not None:
                faster = min(before, now, key=lambda measured: measured.seconds)
                now = Measured(faster.seconds, max(before.peak, now.peak), now.result, now.skipped)
            found[name] = now
    return found


def chosen(known: Iterable[str], text: str) -> tuple[str, ...]:
    """The names in a list such as `ours,bare`, for the command line.

    Raises:
        ArgumentTypeError: one of them is not known.
    """
    known, names = list(known), tuple(text.split(","))
    for name in names:
        if name not in known:
            raise ArgumentTypeError(f"`{name}` is not one of {', '.join(known)}")
    return names


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest round of something small, in this process."""
    return min(timeit.repeat(work, number=1, repeat=rounds))


@dataclass(frozen=True)
class Table:
    """A table with what it shows above it and what a reader should know below it."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        """As Markdown, in columns that line up."""
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = [f"## {self.title}", ""]
        for cells in (self.header, ["-" * width for width in widths], *self.rows):
            lines.append(f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |")
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def seconds(value: float) -> str:
    """A time as people read it: `8.1 ms`, `155 ms`, `2.31 s`."""
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"


def times(ratio: float) -> str:
    """A ratio: `1.27 x`, `1 040 x`."""
    return f"{ratio:.2f} x" if ratio < 100 else f"{grouped(ratio)} x"


def grouped(number: float) -> str:
    """A whole number with its thousands apart: `3 594 222`."""
    return f"{number:,.0f}".replace(",", " ")


def megabytes(peak: int) -> str:
    """Memory in MB (millions of bytes)."""
    return f"{grouped(peak / 1e6)} MB"


def verdict_on(value: float, target: float, *, most: bool) -> str:
    """`met`, or by how much a target is missed; `most` where it is an upper bound."""
    if value <= target if most else value >= target:
        return "met"
    by = value / target if most else target / value
    return f"missed by {times(by)}"


def comparison(
    found: Mapping[str, Measured], told: Mapping[str, Sequence[str]], targets: Mapping[str, float], bar: str
) -> list[list[str]]:
    """A row a piece of work: its time, its ratio to the bar's, its target if any, its peak, and what is told of it."""
    bare = found[bar].seconds if bar in found else None
    rows = []
    for name, measured in found.items():
        if measured.skipped:
            rows.append([name, "skipped", "", "", "", *told[name]])
            continue
        ratio = measured.seconds / bare if bare else None
        target = targets.get(name)
        said = "" if target is None or ratio is None else f"{target:g} x: {verdict_on(ratio, target, most=True)}"
        compared = "" if ratio is None else times(ratio)
        rows.append([name, seconds(measured.seconds), compared, said, megabytes(measured.peak), *told[name]])
    return rows


def skipped(found: Mapping[str, Measured]) -> Iterable[str]:
    """A sentence for each piece of work that could not be run."""
    return [f"Skipped: {name}, {measured.skipped}." for name, measured in found.items() if measured.skipped]

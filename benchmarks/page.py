"""The page `docs/performance.md`: all tables of one run, and the plot of the growth."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.measuring import ROOT, Table

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "growth.svg"

_HEAD = """# Performance

Written by `python -m benchmarks --write`, all in one run on one machine, so the ratios say more than the times:

> {machine}

A target is that of the design, with `met` or by how much it is missed. Times are the best of the rounds; each round has
a process of its own, imports and a first run on a small file before the clock starts. Peak memory is the most that
process ever held, interpreter and libraries included. The data are made up, the same in every run: a year of tickets,
three in ten of them with something beyond being opened, answered and resolved, and a mixed year with events of every
type that InterCall declares.
"""

_AFTER_HISTORY = """The hand-written timers look only at the first answer, the first resolution and the severity at the
opening, which is right for plain tickets and wrong for the others: their numbers of breaches differ from ours by what
the last column says that they leave out.
"""

_HELD = """## What holds the missed targets

Of a history about a third of the time reads the file, numbers the subjects and looks for repeated ids; the rest is some
fifty passes of NumPy over the events of each policy. `evaluate(…).verdicts` makes thirty columns besides, and most of
its time goes into names: those of subjects, keys and of the events that decided each verdict. In the mixed year
subjects come in any order, so that all events are put in order once, and invoices and procedures cost more than
tickets. From 12 million events on, everything is laid down on disk and read again, which keeps memory level and takes
two to three times as long for each event: every frame is sorted into 64 parts, what concerns rooms and customers into
parts of its own, and all verdicts are written with all their columns. `python -m benchmarks.larger` judges a hundred
million events that way: 3.7 GB at most, and as many verdicts of each outcome as its parts have when judged at once.

The monitor judges all policies of a case again at each of its events, four for a ticket: that takes about half of the
time, and is Python rather than the rule engine, which is asked only about stories that it was not told before. The rest
reads and writes the case as text, and compares what is so with what was told of it.
"""


def written(sections: Sequence[Sequence[Table]], plot: str) -> str:
    """The page.

    Args:
        sections: the tables of each benchmark; the first are those of the history.
        plot: where the plot is, as seen from the page; empty where there is none.
    """
    history, *others = sections
    parts = [_HEAD.format(machine=machine.described()), *map(str, history), _AFTER_HISTORY]
    parts += [str(table) for tables in others for table in tables]
    if plot:
        parts.append(f"![Time and peak memory over the number of tickets]({plot})\n")
    return "\n".join([*parts, _HELD])


def write(sections: Sequence[Sequence[Table]], page: Path = PAGE, plot: Path = PLOT) -> None:
    """Write the page; the plot is there already, or left out."""
    shown = plot.relative_to(page.parent).as_posix() if plot.exists() else ""
    page.write_text(written(sections, shown), encoding="utf-8")

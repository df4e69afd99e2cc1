"""Standard output as people and programs read it: tables and colours on a terminal, lines with tabs in a pipe."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Part = str | tuple[str, str]
"""A text, or a text and its style."""

_LEAST = 20
"""Columns of a terminal that the last cell of a row needs, unless it is shorter."""
_BETWEEN = 2
"""Columns of a terminal between two cells."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves the cursor, begins a line or turns the direction of writing, and halves of characters."""


class Screen:
    """Standard output, as it is when this is made.

    On a terminal, and in a notebook, tables fit the width and long text goes on in the next line; `NO_COLOR` turns
    every style off. Anywhere else each row is one line with a tab between its cells, whole and without styles.
    No text that is shown can do more than be read.

    Attributes:
        plain: whether it is neither a terminal nor a notebook.
    """

    def __init__(self) -> None:
        colors: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
        self._console = Console(highlight=False, emoji=False, color_system=colors)
        self.plain = not (sys.stdout.isatty() or self._console.is_jupyter)

    def say(self, *parts: Part) -> None:
        """Print one line."""
        if self.plain:
            print("".join(map(_bare, parts)))
        else:
            self._console.print(Text.assemble(*map(_styled, parts)))

    def table(self, header: Sequence[str], rows: Iterable[Sequence[Part]], *, indent: int = 0) -> None:
        """Print rows under a header; one of empty names is left out. In a pipe nothing is indented."""
        if self.plain:
            for row in [header, *rows] if any(header) else rows:
                print("\t".join(_bare(cell).strip() for cell in row))
            return
        cells = [[Text.assemble(_styled(cell)) for cell in row] for row in rows]
        columns = zip(map(Text, header), *cells, strict=True)
        widths = [max(cell.cell_len for cell in column) for column in columns]
        needed = indent + sum(widths[:-1]) + min(_LEAST, widths[-1]) + _BETWEEN * (len(widths) + 1)
        if needed > self._console.width:
            self._listed(header, cells, indent)
            return
        if any(header):
            table = Table(box=SIMPLE, header_style="bold", padding=(0, 1, 0, 0))
        else:
            table = Table(box=None, show_header=False, padding=(0, 2, 0, indent))
        for number, name in enumerate(header, 1):
            table.add_column(name, overflow="fold", no_wrap=number < len(header))
        for texts in cells:
            table.add_row(*texts)
        self._console.print(table)

    def _listed(self, header: Sequence[str], rows: Iterable[Sequence[Text]], indent: int) -> None:
        """Print rows for which there is no room side by side: what stands last in a row goes below the rest."""
        gap = Text("  ")
        if any(header):
            self._console.print(Padding(gap.join(Text(name, "bold") for name in header if name), (1, 0)))
        for row in rows:
            for cell, margin in ((gap.join(cell for cell in row[:-1] if cell), indent), (row[-1], indent + 4)):
                self._console.print(Padding(cell, (0, 0, 0, margin)))
        self._console.print()


def printable(text: str) -> str:
    r"""Return text that stays in its line and tells a terminal nothing: control characters as `\x1b`."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\t\n\r" else ascii(found[0])[1:-1], text)


def _bare(part: Part) -> str:
    return printable(part if isinstance(part, str) else part[0])


def _styled(part: Part) -> tuple[str, str]:
    return _bare(part), "" if isinstance(part, str) else part[1]

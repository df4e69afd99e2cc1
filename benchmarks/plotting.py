"""Time and memory over size, drawn on logarithmic scales."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

_TICKS = [10.0**power for power in range(-3, 9)]

Point = tuple[int, str, float, int]
"""A size, what was measured, seconds, and bytes of memory."""


def plot(points: Iterable[Point], of: str, path: Path) -> None:
    """Draw time and peak memory as SVG, a line for each piece of work.

    Args:
        points: what was measured.
        of: what is counted as size, `tickets`.
        path: where the picture goes.

    Raises:
        ModuleNotFoundError: the extra `plot` is not installed.
    """
    alt: Any = import_module("altair")
    rows = [
        {"size": size, "what": what, "seconds": seconds, "megabytes": peak / 1e6}
        for size, what, seconds, peak in points
    ]
    base = alt.Chart(alt.Data(values=rows)).mark_line(point=True).properties(width=300, height=220)
    sizes = alt.X(
        "size:Q", scale=alt.Scale(type="log", nice=False), title=of, axis=alt.Axis(values=_TICKS, format="~s")
    )
    panels = [
        base.encode(
            x=sizes,
            y=alt.Y(f"{what}:Q", scale=alt.Scale(type="log"), title=title, axis=alt.Axis(values=_TICKS)),
            color=alt.Color("what:N", title=None),
        )
        for what, title in (("seconds", "time, seconds"), ("megabytes", "peak memory, MB"))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    alt.hconcat(*panels).configure_view(stroke=None).save(str(path))

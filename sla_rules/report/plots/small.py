"""Small charts as inline SVG: what became of one commitment, period by period, in the width of a table cell.

Colours are CSS variables that the page around defines: `--kept`, `--broken`, `--open` and `--line`; text is of the
colour around it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

from sla_rules.report.files import need

NARROWEST, WIDEST = 4, 24
"""The least width of a period and the greatest of its bar, in pixels."""
LABELS, MARKS = 11, 7
"""The heights for the labels below the bars and for the marks above them, in pixels."""
OF_CSS = {True: "var(--kept)", False: "var(--broken)", None: "var(--open)"}
"""The colour of a period by whether its promise was kept."""

_SVG = "http://www.w3.org/2000/svg"
_OF_PARTS = ("role", "aria-roledescription", "aria-hidden", "class")
"""What Vega says of each part of a chart to readers of screens; a small chart is one picture to them."""


class Point(NamedTuple):
    """One period of a commitment.

    Attributes:
        label: of the period, such as `2026-03`.
        attained: the share that was met, from 0 to 1; None where nothing is counted.
        kept: whether that is what was promised; None while it is open and where nothing is counted.
        text: what is said of it, label and all, to readers of screens and to a pointer that rests on it.
    """

    label: str
    attained: float | None
    kept: bool | None
    text: str


def small_chart(points: Sequence[Point], promised: float | None, size: tuple[int, int] = (160, 36)) -> str:
    """Return one commitment over its periods as inline SVG: a bar each, with a rule at the promised share.

    A broken period has a mark above its bar, an open one is only outlined, and one in which nothing is counted is a
    stroke at the bottom, so that nothing is said by colour alone.

    Args:
        points: one a period, in order. Of more than fit, the latest are drawn.
        promised: the share promised, from 0 to 1; None where there is none.
        size: the width and height in pixels.

    Returns:
        An `<svg>` without ids, scripts or styles, with a `<title>` of all that it says; empty without points.

    Raises:
        SlaError: vl-convert-python, of the extra `plot`, is not installed.
    """
    need("plot", "vl_convert")
    from vl_convert import vegalite_to_svg

    drawn = list(points)[-(size[0] // NARROWEST) :]
    return _as_picture(vegalite_to_svg(_spec(drawn, promised, size)), drawn) if drawn else ""


def _spec(points: Sequence[Point], promised: float | None, size: tuple[int, int]) -> dict[str, Any]:
    """Return the chart in the terms of Vega-Lite."""
    width, height = size
    rows = [{**point._asdict(), "place": place, "color": OF_CSS[point.kept]} for place, point in enumerate(points)]
    return {
        "width": width,
        "height": height,
        "padding": 0,
        "autosize": "none",
        "background": None,
        "config": {"view": {"stroke": None}},
        "data": {"values": rows},
        "layer": [*_layers(promised, height, min(WIDEST, width / len(points) - 2)), *_labels(points, width, height)],
    }


def _layers(promised: float | None, height: int, wide: float) -> Iterator[dict[str, Any]]:
    """Yield the bars, the strokes and marks in their place, and the rule."""
    x = {"field": "place", "type": "ordinal", "axis": None}
    y = {"type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "range": [height - LABELS, MARKS]}}
    color = {"field": "color", "type": "nominal", "scale": None}
    said = {"field": "text", "type": "nominal"}
    yield {
        "transform": [{"filter": "isValid(datum.attained)"}],
        "mark": {"type": "bar", "width": wide, "fillOpacity": {"expr": "datum.kept === null ? 0 : 1"}},
        "encoding": {"x": x, "y": y | {"field": "attained"}, "fill": color, "stroke": color, "description": said},
    }
    yield {
        "transform": [{"filter": "!isValid(datum.attained)"}],
        "mark": {"type": "tick", "orient": "horizontal", "width": wide, "color": "var(--line)", "opacity": 1},
        "encoding": {"x": x, "y": {"value": height - LABELS - 1}, "description": said},
    }
    yield {
        "transform": [{"filter": "datum.kept === false"}],
        "mark": {"type": "point", "shape": "triangle-down", "size": 22, "strokeWidth": 0, "opacity": 1, "aria": False},
        "encoding": {"x": x, "y": {"value": MARKS / 2}, "fill": color},
    }
    if promised is not None:
        yield {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": "var(--line)", "strokeDash": [3, 2], "aria": False},
            "encoding": {"y": y | {"datum": promised}},
        }


def _labels(points: Sequence[Point], width: int, height: int) -> Iterator[dict[str, Any]]:
    """Yield the labels of the first and the last period, or of the only one."""
    first, last = (points[0], 0, "left"), (points[-1], width, "right")
    for point, at, align in (first, last) if len(points) > 1 else [(points[0], width / 2, "center")]:
        mark = {"type": "text", "text": point.label, "x": at, "y": height, "align": align, "baseline": "bottom"}
        look = {"font": "inherit", "fontSize": 9, "color": "currentColor", "aria": False}
        yield {"data": {"values": [{}]}, "mark": mark | look}


def _as_picture(svg: str, points: Sequence[Point]) -> str:
    """Return a chart as one picture with a title, and in it a title for each bar, which browsers show as a tooltip."""
    root = ElementTree.fromstring(svg)
    for element in list(root.iter()):
        label = element.attrib.pop("aria-label", "")
        for name in _OF_PARTS:
            element.attrib.pop(name, None)
        if label:
            ElementTree.SubElement(element, f"{{{_SVG}}}title").text = label
    root.set("role", "img")
    title = ElementTree.Element(f"{{{_SVG}}}title")
    title.text = "; ".join(point.text for point in points)
    root.insert(0, title)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode")

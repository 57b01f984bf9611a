"""Plots as Vega-Lite specifications without data, all of one family.

Colours are the page's own (CSS variables), so that a plot follows light and dark by itself.
Strength of colour says how much; hue says only which of two things.

Not here: the data (`codegen.report.sections`), how a page draws them (`codegen.report.page`).
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.records import Json

ACCENT = "var(--bar)"
MUTED = "var(--muted-bar)"
INK = "var(--ink)"
_LABEL_PX = 96
_STEP = 30
_NARROW_STEP = 50


def bars(category: str, value: str, *, label: str = "label") -> Json:
    """Return one bar for each category, from the top in the order of the rows, with its label.

    Where there is little room (`usermeta.narrow`), the categories stand above their bars.
    """
    scale = {"range": [0, {"expr": f"max(width - {_LABEL_PX}, 40)"}], "zero": True, "nice": False}
    made: Json = {
        "height": {"step": _STEP},
        "encoding": {"y": _category(category)},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 3, "height": {"band": 0.62}},
                "encoding": {"x": _length(value, scale), "color": {"value": ACCENT}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 8, "baseline": "middle"},
                "encoding": {
                    "x": _length(value, scale),
                    "text": {"field": label},
                    "color": {"value": INK},
                },
            },
        ],
    }
    return {**made, "usermeta": {"narrow": _narrow(made, category)}}


def split_bars(category: str, value: str, kind: str, kinds: tuple[str, str]) -> Json:
    """Return one bar for each category, of two kinds, the first of which is the one meant."""
    return {
        "height": {"step": _STEP},
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "height": {"band": 0.62}},
        "encoding": {
            "y": _category(category),
            "x": {**_length(value, {"nice": True}), "axis": {"tickCount": 5, "title": None}},
            "color": _two(kind, kinds),
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [{"field": one} for one in (category, kind, value)],
        },
    }


def heat(across: str, down: str, value: str, *, depth: str = "", order: Sequence[str] = ()) -> Json:
    """Return a cell for each pair, deeper in colour the larger it is, with its `label` in it.

    `depth` names the column of the colour's strength (0 to 1) where it is not the value's own;
    `order` are all values from left to right, those without a cell too.
    """
    label = "label"
    opacity: Json = {
        "field": depth or value,
        "type": "quantitative",
        "legend": None,
        # no deeper: the label in the cell keeps its contrast, in light and in dark
        "scale": {"range": [0.06, 0.48], **({"domain": [0, 1]} if depth else {"zero": True})},
    }
    return {
        "height": {"step": 34},
        "encoding": {
            "x": {
                "field": across,
                "type": "nominal",
                "sort": None,
                **({"scale": {"domain": list(order)}} if order else {}),
                "axis": {
                    "orient": "top",
                    "title": None,
                    "labelAngle": 0,
                    "domain": False,
                    "ticks": False,
                    # where there is little room, a word on each line
                    "labelExpr": "width < 320 ? split(datum.label, ' ') : datum.label",
                },
            },
            "y": _category(down),
        },
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3, "stroke": "var(--paper)"},
                "encoding": {
                    "opacity": opacity,
                    "color": {"value": ACCENT},
                    "tooltip": [{"field": one} for one in (down, across, label)],
                },
            },
            {
                "mark": {"type": "text", "baseline": "middle"},
                "encoding": {"text": {"field": label}, "color": {"value": INK}},
            },
        ],
    }


def histogram(low: str, high: str, count: str, *, title: str, percent: bool = False) -> Json:
    """Return the bins of a distribution side by side."""
    axis: Json = {"title": title, "grid": False, "tickCount": 6}
    if percent:
        axis["format"] = "%"
    return {
        "height": 150,
        "mark": {"type": "bar", "binSpacing": 1, "cornerRadiusEnd": 2},
        "encoding": {
            "x": {"field": low, "type": "quantitative", "bin": {"binned": True}, "axis": axis},
            "x2": {"field": high},
            "y": {
                "field": count,
                "type": "quantitative",
                "stack": None,
                "axis": {"title": None, "tickCount": 4},
            },
            "color": {"value": ACCENT},
            "tooltip": [{"field": one} for one in (low, high, count)],
        },
    }


def timeline(period: str, value: str, kind: str, kinds: tuple[str, str]) -> Json:
    """Return stacked columns over periods, of two kinds; `period` is in the rows as it is read."""
    return {
        "height": 190,
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "width": {"band": 0.82}},
        "encoding": {
            "x": {
                "field": period,
                "type": "ordinal",
                "axis": {
                    "title": None,
                    "labelAngle": 0,
                    "labelOverlap": "greedy",
                    "ticks": False,
                    # without the year, where there is a time of day
                    "labelExpr": "length(datum.label) > 10 ? slice(datum.label, 5) : datum.label",
                },
            },
            "y": {"field": value, "type": "quantitative", "axis": {"title": None, "tickCount": 4}},
            "color": _two(kind, kinds),
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [{"field": one} for one in (period, kind, value)],
        },
    }


def dumbbell(category: str, before: str, after: str) -> Json:
    """Return for each category the way from one share to another."""
    axis: Json = {"format": "%", "title": None, "tickCount": 5}
    scale: Json = {"domain": [0, 1]}

    def at(name: str) -> Json:
        return {"field": name, "type": "quantitative", "scale": scale, "axis": axis}

    tips = [{"field": category}, *({"field": x, "format": ".0%"} for x in (before, after))]
    return {
        "height": {"step": 38},
        "encoding": {"y": _category(category), "tooltip": tips},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
                "encoding": {"x": at(before), "x2": {"field": after}, "color": {"value": ACCENT}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"x": at(before), "color": {"value": MUTED}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
                "encoding": {"x": at(after), "color": {"value": ACCENT}},
            },
        ],
    }


def line(across: str, value: str) -> Json:
    """Return a line of shares (0 to 1) over categories, in the order of the rows."""
    return {
        "height": 130,
        "mark": {"type": "line", "point": {"size": 70, "filled": True}, "strokeWidth": 2.5},
        "encoding": {
            "x": {
                "field": across,
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "labelAngle": 0, "labelLimit": 110, "ticks": False},
            },
            "y": {
                "field": value,
                "type": "quantitative",
                "axis": {"title": None, "tickCount": 4, "format": "%"},
                "scale": {"domain": [0, 1]},
            },
            "color": {"value": ACCENT},
            "tooltip": [{"field": one} for one in (across, value)],
        },
    }


def _narrow(made: Json, category: str) -> Json:
    above = {
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -9},
        "encoding": {
            "x": {"value": 0},
            "text": {"field": category},
            "color": {"value": "var(--soft)"},
        },
    }
    encoding = {**made["encoding"], "y": {**made["encoding"]["y"], "axis": None}}
    bar, label = (
        {**one, "mark": {**one["mark"], **more}}
        for one, more in zip(made["layer"], ({"height": 13, "yOffset": 8}, {"dy": 8}), strict=True)
    )
    return {"height": {"step": _NARROW_STEP}, "encoding": encoding, "layer": [bar, label, above]}


def _category(name: str) -> Json:
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 10}
    return {"field": name, "type": "nominal", "sort": None, "axis": axis}


def _length(name: str, scale: Json) -> Json:
    return {"field": name, "type": "quantitative", "scale": scale, "axis": None}


def _two(name: str, kinds: tuple[str, str]) -> Json:
    return {
        "field": name,
        "type": "nominal",
        "scale": {"domain": list(kinds), "range": [ACCENT, MUTED]},
        "legend": {"orient": "top", "title": None, "symbolType": "square", "offset": 8},
    }

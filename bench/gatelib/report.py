"""What the gate prints: a table on the terminal, JSON, a chart."""

import json

from gatelib import chart

FINE, SLOWER, CANNOT_MEASURE = 0, 1, 2


class CannotMeasure(Exception):
    """Why nothing can be said on this machine."""


def table(header, rows):
    """Lines of columns: the first flush left, all others right."""
    cells = [header, *rows]
    widths = [max(len(str(row[i])) for row in cells) for i in range(len(header))]
    for row in cells:
        line = [str(row[0]).ljust(widths[0])]
        line += [str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(line).rstrip())


def spread(ratio):
    return f"{ratio.low:.3g} to {ratio.high:.3g}"


def write(options, title, rows, **facts):
    """Writes what --json and --svg ask for. A row has a name, a Ratio and where
    there is one a threshold, a goal and a verdict."""
    if options.json:
        result = {**facts, "rows": [
            {"name": row["name"], "ratio": row["ratio"].median, "low": row["ratio"].low,
             "high": row["ratio"].high,
             **{key: row[key] for key in ("threshold", "goal", "verdict") if key in row}}
            for row in rows]}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.svg:
        options.svg.write_text(chart.draw(title, rows), encoding="utf-8")

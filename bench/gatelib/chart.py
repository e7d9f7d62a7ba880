"""Ratios as an SVG: a dot for the median, a line for the spread, a tick for the
threshold. The scale is logarithmic, for a ratio and its inverse are as far from 1."""

import math
from xml.sax.saxutils import escape

ROW = 22
TOP = 64
LABELS = 330
PLOT = 520
NUMBERS = 90
COLOURS = {"slower": "#b3261e", "below": "#b3261e", "faster": "#1b7f3b"}


def steps(low, high):
    """Round numbers for the scale from `low` to `high`."""
    if high / low < 2.5:
        width = next(w for w in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (high - low) / w <= 8)
        first = math.ceil(low / width)
        return [round(n * width, 2) for n in range(first, math.floor(high / width) + 1)]
    found = [digit * 10.0**power for power in range(math.floor(math.log10(low)), 7)
             for digit in (1, 2, 5)]
    return [step for step in found if low <= step <= high]


def draw(title, rows):
    """The chart of `rows`: dictionaries with `name`, `ratio` and perhaps
    `threshold` and `verdict`."""
    values = [value for row in rows for value in (row["ratio"].low, row["ratio"].high)]
    values += [row["threshold"] for row in rows if row.get("threshold")]
    low, high = min([1, *values]) / 1.02, max([1, *values]) * 1.02
    scale = PLOT / math.log(high / low)
    width, height = LABELS + PLOT + NUMBERS, TOP + ROW * len(rows) + 16
    bottom = height - 12

    def x(value):
        return f"{LABELS + math.log(value / low) * scale:.1f}"

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="12" y="24" font-size="15" font-weight="bold">{escape(title)}</text>']
    for step in steps(low, high):
        strong = step == 1
        out.append(f'<line x1="{x(step)}" x2="{x(step)}" y1="{TOP - 8}" y2="{bottom}" '
                   f'stroke="{"#444" if strong else "#ddd"}"/>')
        out.append(f'<text x="{x(step)}" y="{TOP - 14}" text-anchor="middle" '
                   f'fill="#555">{step:g}</text>')
    for i, row in enumerate(rows):
        ratio, y = row["ratio"], TOP + ROW * i + ROW // 2
        colour = COLOURS.get(row.get("verdict"), "#2456a6")
        out.append(f'<text x="{LABELS - 10}" y="{y + 4}" text-anchor="end">'
                   f'{escape(row["name"])}</text>')
        out.append(f'<line x1="{x(ratio.low)}" x2="{x(ratio.high)}" y1="{y}" y2="{y}" '
                   f'stroke="{colour}" stroke-width="3" stroke-opacity="0.45"/>')
        out.append(f'<circle cx="{x(ratio.median)}" cy="{y}" r="4.5" fill="{colour}"/>')
        if row.get("threshold"):
            at = x(row["threshold"])
            out.append(f'<line x1="{at}" x2="{at}" y1="{y - 8}" y2="{y + 8}" stroke="#b3261e" '
                       'stroke-width="2"/>')
        out.append(f'<text x="{LABELS + PLOT + 10}" y="{y + 4}" fill="{colour}">'
                   f'{ratio.median:.3g}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"

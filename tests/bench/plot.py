# SPDX-License-Identifier: BSD-2-Clause
"""A bar chart as SVG, with nothing but the standard library."""
import math
import statistics
from xml.sax.saxutils import escape

COLOURS = ["#777777", "#1b6ca8", "#5aa9d6", "#c8553d", "#e8a287", "#444444",
           "#0f9d76"]
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 960, 440, 70, 50, 70


def text(x, y, what, anchor="middle", size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}">{escape(what)}</text>')


def rect(x, y, w, h, fill, title):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" '
            f'height="{h:.1f}" fill="{fill}"><title>{escape(title)}</title>'
            f'</rect>')


def bars(title, unit, rates):
    """rates: {(group, series): [values]}; medians as bars on a logarithmic
    axis, with a line from the least to the greatest value."""
    groups = list(dict.fromkeys(g for g, _ in rates))
    series = list(dict.fromkeys(s for _, s in rates))
    values = [v for r in rates.values() for v in r]
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    floor = HEIGHT - BOTTOM

    def y(v):
        return floor - (math.log10(v) - low) / max(high - low, 1) * \
            (floor - TOP)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="sans-serif">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           text(WIDTH / 2, 22, title, size=15),
           text(LEFT, TOP - 12, unit)]
    for e in range(low, high + 1):
        at = y(10 ** e)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{at:.1f}" '
                   f'y2="{at:.1f}" stroke="#dddddd"/>')
        out.append(text(LEFT - 6, at + 4, f"{10 ** e:g}", "end"))
    step = (WIDTH - LEFT - 10) / len(groups)
    for i, group in enumerate(groups):
        have = [s for s in series if (group, s) in rates]
        w = step * 0.85 / len(have)
        for k, s in enumerate(have):
            r = rates[group, s]
            m = statistics.median(r)
            x = LEFT + i * step + step * 0.07 + k * w
            out.append(rect(x, y(m), w * 0.9, floor - y(m),
                            COLOURS[series.index(s) % len(COLOURS)],
                            f"{group}, {s}: {m:.1f}"))
            out.append(f'<line x1="{x + w * 0.45:.1f}" y1="{y(min(r)):.1f}" '
                       f'x2="{x + w * 0.45:.1f}" y2="{y(max(r)):.1f}" '
                       f'stroke="black"/>')
        out.append(text(LEFT + (i + 0.5) * step, floor + 18, group))
    for i, s in enumerate(series):
        x = LEFT + i * (WIDTH - LEFT) / len(series)
        out.append(rect(x, HEIGHT - 28, 12, 12, COLOURS[i % len(COLOURS)], s))
        out.append(text(x + 16, HEIGHT - 17, s, "start"))
    return "\n".join([*out, "</svg>", ""])

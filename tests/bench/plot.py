"""A plot with two logarithmic axes as SVG: one line a series, its name at its right end. It brings its
own ground and colours for light and dark, so that it is readable on any page."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 900, 540
LEFT, RIGHT, TOP, BOTTOM = 80, 235, 50, 60
COLOURS = ("#d1495b", "#2a7fba", "#3a9d5d", "#b8860b", "#8e5ea2", "#c7622f", "#2b9c9c", "#b0528f",
           "#6b8e23", "#4b6cb7", "#9a6a4f", "#7a7a7a")
STYLE = """
.ground { fill: #ffffff } .grid { stroke: #e2e2e2; stroke-width: 1 } .minor { stroke: #f2f2f2 }
.axis { stroke: #555555; stroke-width: 1 } text { fill: #333333; font: 13px sans-serif }
.title { font-size: 15px; font-weight: bold } .line { fill: none; stroke-width: 2 }
.limit { stroke: #888888; stroke-width: 1.5; stroke-dasharray: 6 4 }
@media (prefers-color-scheme: dark) {
.ground { fill: #15181c } .grid { stroke: #33383e } .minor { stroke: #22262b }
.axis { stroke: #a0a0a0 } text { fill: #d0d0d0 }
}
"""


def decades(values):
    """Exponents of the powers of ten that enclose the values."""
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


def spread(places, gap, low, high):
    """Places of labels, in order, moved apart."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    at = low - gap
    for i in order:
        at = moved[i] = max(moved[i], at + gap)
    at = high + gap
    for i in reversed(order):
        at = moved[i] = min(moved[i], at - gap)
    return moved


class Plot:
    def __init__(self, title, x_title, y_title, x_text, y_text):
        """x_text, y_text: how a power of ten is written at its axis."""
        self.title, self.x_title, self.y_title = title, x_title, y_title
        self.x_text, self.y_text = x_text, y_text
        self.series, self.limits = [], []

    def line(self, name, points):
        """points: (x, y), all above zero; in order of x."""
        if points:
            self.series.append((name, points))

    def limit(self, name, y):
        self.limits.append((name, y))

    def _scales(self):
        x = decades([p[0] for _, points in self.series for p in points])
        y = decades([p[1] for _, points in self.series for p in points] + [v for _, v in self.limits])

        def to_x(v):
            return LEFT + (math.log10(v) - x[0]) / (x[1] - x[0]) * (WIDTH - LEFT - RIGHT)

        def to_y(v):
            return HEIGHT - BOTTOM - (math.log10(v) - y[0]) / (y[1] - y[0]) * (HEIGHT - TOP - BOTTOM)
        return x, y, to_x, to_y

    def _axes(self, x, y, to_x, to_y):
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        out = []
        for e in range(y[0], y[1] + 1):
            if e < y[1]:
                out += [f'<line class="minor" x1="{LEFT}" x2="{right}" y1="{to_y(n * 10.0**e):.1f}" '
                        f'y2="{to_y(n * 10.0**e):.1f}"/>' for n in (2, 5)]
            out.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{to_y(10.0**e):.1f}" '
                       f'y2="{to_y(10.0**e):.1f}"/>')
            out.append(f'<text x="{LEFT - 8}" y="{to_y(10.0**e) + 4:.1f}" text-anchor="end">'
                       f'{escape(self.y_text(10.0**e))}</text>')
        for e in range(x[0], x[1] + 1):
            out.append(f'<line class="grid" x1="{to_x(10.0**e):.1f}" x2="{to_x(10.0**e):.1f}" y1="{TOP}" '
                       f'y2="{bottom}"/>')
            out.append(f'<text x="{to_x(10.0**e):.1f}" y="{bottom + 20}" text-anchor="middle">'
                       f'{escape(self.x_text(10.0**e))}</text>')
        out.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
        out.append(f'<line class="axis" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{bottom}"/>')
        out.append(f'<text class="title" x="{LEFT}" y="28">{escape(self.title)}</text>')
        out.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 16}" text-anchor="middle">'
                   f'{escape(self.x_title)}</text>')
        out.append(f'<text transform="translate(20 {(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">'
                   f'{escape(self.y_title)}</text>')
        return out

    def svg(self):
        x, y, to_x, to_y = self._scales()
        out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
               f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.title)}">',
               f"<style>{STYLE}</style>", f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>']
        out += self._axes(x, y, to_x, to_y)
        right = WIDTH - RIGHT
        for _, v in self.limits:
            out.append(f'<line class="limit" x1="{LEFT}" x2="{right}" y1="{to_y(v):.1f}" y2="{to_y(v):.1f}"/>')
        names = [n for n, _ in self.series] + [n for n, _ in self.limits]
        ends = [to_y(points[-1][1]) for _, points in self.series] + [to_y(v) for _, v in self.limits]
        labels = spread(ends, 16, TOP + 4, HEIGHT - BOTTOM)
        for i, (_, points) in enumerate(self.series):
            colour = COLOURS[i % len(COLOURS)]
            path = " ".join(f"{to_x(a):.1f},{to_y(b):.1f}" for a, b in points)
            out.append(f'<polyline class="line" stroke="{colour}" points="{path}"/>')
            out += [f'<circle cx="{to_x(a):.1f}" cy="{to_y(b):.1f}" r="3" fill="{colour}"/>' for a, b in points]
            out.append(f'<line stroke="{colour}" x1="{to_x(points[-1][0]) + 4:.1f}" x2="{right + 14}" '
                       f'y1="{ends[i]:.1f}" y2="{labels[i]:.1f}" stroke-opacity="0.5"/>')
        for i, name in enumerate(names):
            fill = f' style="fill: {COLOURS[i % len(COLOURS)]}"' if i < len(self.series) else ""
            out.append(f'<text x="{right + 18}" y="{labels[i] + 4:.1f}"{fill}>{escape(name)}</text>')
        out.append("</svg>")
        return "\n".join(out) + "\n"

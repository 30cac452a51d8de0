# SPDX-License-Identifier: Apache-2.0
"""Draws the layers that bench_layers measured under the roofs of their machine (Williams, Waterman and Patterson 2009),
as SVG.

    python3 bench/roofline.py layers.json docs/roofline.svg

A point is a layer's step: its FLOPs a compulsory byte, and its FLOP/s. Its area is its share of a training step's time.
The numbered ones lose most time against their roof, that of memory and multiply-adds."""

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

COLOURS = {
    "convolution": "#1b6ca8",
    "convolution data gradient": "#d1495b",
    "convolution filter gradient": "#3c8d5a",
    "fully connected": "#8d6fb0",
    "fully connected data gradient": "#8d6fb0",
    "fully connected weight gradient": "#8d6fb0",
}
WIDTH, HEIGHT = 980, 760
LEFT, RIGHT, TOP, BOTTOM = 80, 960, 90, 520
NUMBERED = 6


class InputError(Exception):
    """The file is not what bench_layers writes."""


@dataclass
class Axis:
    """A logarithmic axis from `low` to `high`, drawn from `begin` to `end`."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value):
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.begin + part * (self.end - self.begin)

    def ticks(self):
        """1, 2 and 5 times the powers of ten."""
        for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1):
            for digit in (1, 2, 5):
                tick = digit * 10.0**power
                if self.low <= tick <= self.high:
                    yield tick


def roof(machine, intensity, bandwidth="memory_bytes_per_second"):
    """FLOP/s that a layer of this intensity can reach."""
    return min(machine["peak_flops_per_second"], machine[bandwidth] * intensity)


def lost_seconds(layer, machine):
    """What all runs of a layer in a training step take longer than their roof allows."""
    allowed = layer["flops"] / roof(machine, layer["flops_per_byte"])
    return layer["times"] * max(0.0, layer["seconds"] - allowed)


def all_seconds(layer):
    return layer["times"] * layer["seconds"]


def text(x, y, words, **attributes):
    attributes = {"font_size": 13, "fill": "#222"} | attributes
    listed = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" {listed}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour, width=1, dashes=""):
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashed}/>'
    )


def axes(layers, machine):
    """Axes that hold every point, and the memory's roof's corner."""
    corner = machine["peak_flops_per_second"] / machine["memory_bytes_per_second"]
    intensities = [layer["flops_per_byte"] for layer in layers] + [corner]
    rates = [layer["flops_per_second"] / 1e9 for layer in layers] + [machine["peak_flops_per_second"] / 1e9]
    x = Axis(min(intensities) / 1.5, max(intensities) * 1.5, LEFT, RIGHT)
    y = Axis(min(rates) / 1.5, max(rates) * 1.4, BOTTOM, TOP)
    return x, y


def grid(x, y):
    parts = []
    for tick in x.ticks():
        parts.append(line(x(tick), TOP, x(tick), BOTTOM, "#e4e4e4"))
        parts.append(text(x(tick), BOTTOM + 18, f"{tick:g}", text_anchor="middle"))
    for tick in y.ticks():
        parts.append(line(LEFT, y(tick), RIGHT, y(tick), "#e4e4e4"))
        parts.append(text(LEFT - 8, y(tick) + 4, f"{tick:g}", text_anchor="end"))
    parts.append(f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}" fill="none" stroke="#888"/>')
    parts.append(text((LEFT + RIGHT) / 2, BOTTOM + 38, "FLOPs a compulsory byte", text_anchor="middle"))
    middle = (TOP + BOTTOM) / 2
    parts.append(
        text(26, middle, "GFLOP/s", text_anchor="middle", transform=f"rotate(-90 26 {middle:.1f})")
    )
    return parts


def roofs(machine, x, y):
    peak = machine["peak_flops_per_second"]
    parts = []
    for name, bandwidth, dashes in (
        ("level 2", "level_2_bytes_per_second", "2 4"),
        ("level 3", "level_3_bytes_per_second", "6 4"),
        ("memory", "memory_bytes_per_second", ""),
    ):
        bytes_per_second = machine[bandwidth]
        if not bytes_per_second:
            continue
        # From where it enters the picture to the peak.
        begin = max(x.low, y.low * 1e9 / bytes_per_second)
        end = peak / bytes_per_second
        if end > begin:
            parts.append(line(x(begin), y(bytes_per_second * begin / 1e9), x(end), y(peak / 1e9), "#555", 1.5, dashes))
    corner = max(x.low, peak / machine["memory_bytes_per_second"])
    left = max(x.low, peak / max(machine["level_2_bytes_per_second"], machine["memory_bytes_per_second"]))
    parts.append(line(x(left), y(peak / 1e9), x(corner), y(peak / 1e9), "#555", 1.5, "2 4"))
    parts.append(line(x(corner), y(peak / 1e9), RIGHT, y(peak / 1e9), "#555", 1.5))
    parts.append(text(RIGHT - 6, y(peak / 1e9) - 7, f"multiply-adds: {peak / 1e9:.0f} GFLOP/s", text_anchor="end"))
    return parts


def points(layers, x, y):
    whole = sum(all_seconds(layer) for layer in layers)
    parts = []
    for layer in sorted(layers, key=all_seconds, reverse=True):  # small ones above
        radius = max(3.0, 60 * math.sqrt(all_seconds(layer) / whole))
        words = (
            f"{layer['step']}, {layer['shape']}, {layer['times']} times: "
            f"{layer['flops_per_second'] / 1e9:.1f} GFLOP/s, {layer['part_of_peak']:.2f} of the peak"
        )
        parts.append(
            f'<circle cx="{x(layer["flops_per_byte"]):.1f}" cy="{y(layer["flops_per_second"] / 1e9):.1f}" '
            f'r="{radius:.1f}" fill="{COLOURS.get(layer["step"], "#777")}" fill-opacity="0.55" stroke="#fff" '
            f'stroke-width="0.8"><title>{escape(words)}</title></circle>'
        )
    return parts


def numbered(layers, machine, x, y):
    """Numbers at the layers that lose most, and what they are, below the picture."""
    worst = sorted(layers, key=lambda layer: lost_seconds(layer, machine), reverse=True)[:NUMBERED]
    parts = [text(LEFT, BOTTOM + 108, "These lose most time against the roof of memory and multiply-adds:")]
    for number, layer in enumerate(worst, start=1):
        parts.append(
            text(
                x(layer["flops_per_byte"]),
                y(layer["flops_per_second"] / 1e9) + 4,
                str(number),
                text_anchor="middle",
                font_weight="bold",
                font_size=12,
            )
        )
        bound = roof(machine, layer["flops_per_byte"])
        words = (
            f"{number}  {layer['step']}, {layer['shape']}, {layer['times']} x {layer['seconds'] * 1e3:.2f} ms: "
            f"{layer['flops_per_second'] / bound:.2f} of its roof, {1e3 * lost_seconds(layer, machine):.1f} ms of a step"
        )
        parts.append(text(LEFT, BOTTOM + 108 + 18 * number, words))
    return parts


def legend(layers, machine):
    parts = []
    place = LEFT
    for step, colour in COLOURS.items():
        if step.startswith("fully connected") and step != "fully connected":
            continue
        if any(layer["step"].startswith(step) for layer in layers):
            parts.append(f'<circle cx="{place + 6}" cy="{BOTTOM + 61}" r="6" fill="{colour}" fill-opacity="0.6"/>')
            parts.append(text(place + 17, BOTTOM + 65, step))
            place += 34 + 7 * len(step)
    place = LEFT
    for name, bandwidth, dashes in (
        ("memory", "memory_bytes_per_second", ""),
        ("level 3", "level_3_bytes_per_second", "6 4"),
        ("level 2", "level_2_bytes_per_second", "2 4"),
    ):
        if machine[bandwidth]:
            words = f"{name} in place: {machine[bandwidth] / 1e9:.0f} GB/s"
            parts.append(line(place, BOTTOM + 82, place + 28, BOTTOM + 82, "#555", 1.5, dashes))
            parts.append(text(place + 35, BOTTOM + 86, words))
            place += 60 + 7 * len(words)
    return parts


def draw(measured):
    """The picture of a JSON file of bench_layers, as SVG."""
    try:
        machine, layers = measured["machine"], measured["layers"]
        if not layers:
            raise InputError("it has no layers")
        if not machine["memory_bytes_per_second"] or not machine["peak_flops_per_second"]:
            raise InputError("it has no peak or no bandwidth of the memory")
        x, y = axes(layers, machine)
        quick = "; A QUICK RUN: NOT A RESULT" if measured["quick"] else ""
        title = (
            f"{measured['model']}, {measured['precision']}, {measured['batch']} images, {measured['threads']} threads: "
            f"every distinct layer{quick}"
        )
        kernels = ", ".join(sorted({layer["kernel"] for layer in layers}))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            text(LEFT, 34, title, font_size=17, font_weight="bold"),
            text(LEFT, 56, f"kernels: {kernels} ({measured['library']}); {measured['cpu']}; each layer alone,"),
            text(LEFT, 74, "again and again on the same values. A point's area is its share of a training step's time."),
            *grid(x, y),
            *roofs(machine, x, y),
            *points(layers, x, y),
            *numbered(layers, machine, x, y),
            *legend(layers, machine),
            "</svg>",
        ]
    except (KeyError, TypeError) as error:
        raise InputError(f"it lacks {error}") from None
    return "\n".join(parts) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layers", type=Path, help="what bench_layers --json wrote")
    parser.add_argument("picture", type=Path, help="SVG file to write")
    options = parser.parse_args(arguments)
    try:
        options.picture.write_text(draw(json.loads(options.layers.read_text())))
    except (InputError, ValueError, OSError) as error:
        print(f"roofline: {options.layers}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

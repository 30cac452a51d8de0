# SPDX-License-Identifier: Apache-2.0
"""bench_layers measures every kind of layer, and roofline.py draws what it wrote; roofs are those of the hand.

    python3 bench/roofline_test.py BENCH_LAYERS"""

import json
import math
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import roofline

MACHINE = {
    "peak_flops_per_second": 100e9,
    "memory_bytes_per_second": 10e9,
    "level_3_bytes_per_second": 20e9,
    "level_2_bytes_per_second": 0,  # not known
}


def layer(**other):
    return {
        "step": "convolution",
        "kernel": "mine",
        "shape": "1x2x3 * 1x1/1 -> 1x2x3",
        "times": 2,
        "flops": 80e9,
        "bytes": 4e9,
        "seconds": 1.0,
        "flops_per_second": 80e9,
        "flops_per_byte": 20.0,
        "part_of_peak": 0.8,
    } | other


def measured(*layers):
    return {
        "quick": False,
        "model": "a model",
        "kernels": "mine",
        "library": "a <library>",
        "precision": "fp32",
        "batch": 2,
        "threads": 1,
        "cpu": "a processor",
        "machine": MACHINE,
        "layers": list(layers),
    }


class Roofline(unittest.TestCase):
    def test_roof_is_memory_then_multiply_adds(self):
        self.assertEqual(roofline.roof(MACHINE, 3), 30e9)
        self.assertEqual(roofline.roof(MACHINE, 10), 100e9)
        self.assertEqual(roofline.roof(MACHINE, 50), 100e9)

    def test_lost_seconds_are_of_all_runs_against_the_roof(self):
        self.assertAlmostEqual(roofline.lost_seconds(layer(), MACHINE), 2 * 0.2)
        self.assertEqual(roofline.lost_seconds(layer(seconds=0.5), MACHINE), 0)  # from a cache: above it

    def test_axis_is_logarithmic(self):
        axis = roofline.Axis(1, 100, 0, 200)
        self.assertAlmostEqual(axis(10), 100)
        self.assertEqual([round(tick) for tick in axis.ticks()], [1, 2, 5, 10, 20, 50, 100])

    def test_a_point_a_layer_where_it_belongs(self):
        svg = roofline.draw(measured(layer(), layer(flops_per_byte=5.0, flops_per_second=40e9)))
        circles = [c for c in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}circle") if len(c)]
        self.assertEqual(len(circles), 2)
        by_x = sorted((float(c.get("cx")), float(c.get("cy"))) for c in circles)
        self.assertLess(by_x[0][0], by_x[1][0])
        self.assertGreater(by_x[0][1], by_x[1][1])  # SVG's y goes down

    def test_what_is_no_measurement_is_named(self):
        for wrong in ({}, measured(), {"machine": MACHINE, "layers": [{}]}, []):
            with self.assertRaises(roofline.InputError):
                roofline.draw(wrong)


class Measured(unittest.TestCase):
    program = ""

    def test_a_quick_run_is_measured_written_and_drawn(self):
        with tempfile.TemporaryDirectory() as folder:
            file, picture = Path(folder) / "layers.json", Path(folder) / "roofline.svg"
            done = subprocess.run([self.program, "--quick", "--json", file], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("NOT A RESULT", done.stdout)
            written = json.loads(file.read_text())
            self.assertEqual([one["step"] for one in written["layers"]], list(roofline.COLOURS))
            for one in written["layers"]:
                self.assertGreater(one["seconds"], 0)
                self.assertTrue(math.isclose(one["flops_per_second"], one["flops"] / one["seconds"]))
                self.assertTrue(math.isclose(one["flops_per_byte"], one["flops"] / one["bytes"]))
            # By hand: the stem of one image, 3x224x224 * 7x7/2 -> 64x112x112.
            stem = written["layers"][0]
            self.assertEqual(stem["flops"], 2 * 64 * 112 * 112 * 3 * 7 * 7)
            self.assertEqual(stem["bytes"], 4 * (3 * 224 * 224 + 64 * 3 * 7 * 7 + 64 * 112 * 112))
            self.assertGreater(written["machine"]["memory_bytes_per_second"], 0)
            self.assertEqual(roofline.main([str(file), str(picture)]), 0)
            self.assertIn("NOT A RESULT", picture.read_text())

    def test_a_file_that_cannot_be_written_is_an_error(self):
        done = subprocess.run(
            [self.program, "--quick", "--json", "/no/such/folder/file"], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/folder/file", done.stderr)


if __name__ == "__main__":
    Measured.program = sys.argv.pop(1)
    unittest.main()

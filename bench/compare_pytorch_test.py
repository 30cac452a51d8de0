# SPDX-License-Identifier: Apache-2.0
"""compare_pytorch.py without PyTorch: its arithmetic by hand, and our program paired with itself on a small model.

    python3 bench/compare_pytorch_test.py BENCH_STEP_SERVER"""

import contextlib
import io
import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import compare_pytorch as compare

SMALL = ["--model", "resnet8", "--batch", "8", "--rounds", "3", "--threads", "1"]


class Arithmetic(unittest.TestCase):
    def test_the_order_turns_around(self):
        self.assertEqual([compare.order(3, number) for number in range(3)], [[0, 1, 2], [2, 1, 0], [0, 1, 2]])

    def test_ratios_are_of_a_round(self):
        self.assertEqual(compare.ratios([1.0, 2.0, 4.0], [2.0, 3.0, 2.0]), [2.0, 1.5, 0.5])
        self.assertEqual(compare.spread([2.0, 1.5, 0.5]), {"median": 1.5, "least": 0.5, "most": 2.0})

    def test_the_best_of_the_others_is_the_fastest_by_its_median(self):
        rows = compare.judged(
            [
                {"label": "a", "ours": True, "seconds_per_image": [1.0, 1.0, 1.0]},
                {"label": "b", "ours": False, "seconds_per_image": [2.0, 4.0, 0.1]},
                {"label": "c", "ours": False, "seconds_per_image": [1.5, 1.5, 1.5]},
            ]
        )
        self.assertEqual(compare.best_peer(rows)["label"], "c")
        self.assertEqual(rows[1]["first_is_times_as_fast"], {"median": 2.0, "least": 0.1, "most": 4.0})
        self.assertIsNone(compare.best_peer(rows[:1]))

    def test_another_model_is_refused(self):
        class Said:
            def __init__(self, label, parameters):
                self.contender = compare.Contender(label, [])
                self.ready = {"parameters": parameters}

        compare.check_same_model([Said("a", 5), Said("b", 5)])
        with self.assertRaisesRegex(compare.ContenderError, "'b': 6"):
            compare.check_same_model([Said("a", 5), Said("b", 6)])

    def test_pytorch_runs_in_both_layouts_with_both_mallocs(self):
        options = compare.parse(["--threads", "1", "--compile"])
        contenders = compare.peers(options, "training", "bf16", 16)
        self.assertEqual(
            [contender.label for contender in contenders],
            [
                "PyTorch contiguous, tuned malloc",
                "PyTorch contiguous, untuned malloc",
                "PyTorch channels_last, tuned malloc",
                "PyTorch channels_last, untuned malloc",
                "PyTorch channels_last, compiled, tuned malloc",
            ],
        )
        self.assertEqual([c.environment.get("MALLOC_TOP_PAD_") for c in contenders[:2]], ["268435456", None])


class Paired(unittest.TestCase):
    server = ""

    def run_driver(self, *arguments):
        """Exit code, what it wrote to its JSON file, and what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "comparison.json"
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = compare.main(["--server", self.server, "--json", str(file), *arguments])
            return code, json.loads(file.read_text()) if file.exists() else None, out.getvalue() + err.getvalue()

    def test_our_program_beside_itself(self):
        code, written, said = self.run_driver("--peer", "self", *SMALL)
        self.assertEqual(code, 0, said)
        self.assertEqual(len(written["comparisons"]), 2)
        for result in written["comparisons"]:
            ours, again = result["contenders"]
            for row in (ours, again):
                self.assertEqual(len(row["seconds_per_step"]), 3)
                self.assertTrue(all(seconds > 0 for seconds in row["seconds_per_step"]))
            self.assertEqual(ours["results"], again["results"])  # same seed, same bits
            self.assertEqual(ours["first_is_times_as_fast"], {"median": 1.0, "least": 1.0, "most": 1.0})
            self.assertGreater(again["first_is_times_as_fast"]["least"], 0)
            self.assertIn(result["title"], said)
        self.assertIn("beside the best of the others, the same again", said)

    def test_what_our_program_says_of_itself(self):
        _, written, said = self.run_driver("--peer", "none", *SMALL)
        training, inference = (one["contenders"][0]["summaries"][0] for one in written["comparisons"])
        times = training["times"]
        self.assertEqual(times["steps"], 2 + 3 * 2 - 1)  # but the first
        whole = sum(times["seconds_of_kinds"].values()) + times["seconds_outside"]
        self.assertTrue(math.isclose(whole, times["seconds_a_step"], rel_tol=1e-6))
        self.assertIn("convolution, filter gradient", times["seconds_of_kinds"])
        self.assertIn("optimizer", times["seconds_of_kinds"])
        self.assertNotIn("convolution, data gradient", inference["times"]["seconds_of_kinds"])
        memory = training["memory"]
        self.assertEqual(memory["optimizer_bytes"], memory["parameter_bytes"])
        self.assertEqual(inference["memory"]["optimizer_bytes"], 0)
        self.assertGreater(memory["peak_bytes"], memory["arena_bytes"])
        self.assertTrue(memory["within"], memory)
        allocations = training.get("allocations_after_first_step")
        if allocations is not None:
            self.assertEqual(allocations["ours"], 0)
        self.assertIn("allocations after the first step", said)

    def test_two_jobs_of_one_thread_beside_one_of_two(self):
        cores = len(compare.os.sched_getaffinity(0))
        if cores < 2:
            self.skipTest("one core")
        arguments = ["--peer", "none", "--work", "inference", "--model", "resnet8", "--batch", "8", "--rounds", "2"]
        code, written, said = self.run_driver(*arguments, "--threads", "2", "--jobs", "2")
        self.assertEqual(code, 0, said)
        jobs, one = written["comparisons"][-1]["contenders"]
        self.assertEqual((jobs["jobs"], one["jobs"]), (2, 1))
        self.assertEqual(len(jobs["summaries"]), 2)
        self.assertEqual((jobs["ready"]["threads"], one["ready"]["threads"]), (1, 2))
        self.assertEqual(jobs["seconds_per_image"], [seconds / 16 for seconds in jobs["seconds_per_step"]])

    def test_a_contender_that_ends_is_named(self):
        code, written, said = self.run_driver("--peer", "none", *SMALL, "--precision", "fp8")
        self.assertEqual((code, written), (1, None))
        self.assertIn("compare_pytorch: ai500: ", said)
        code, _, said = self.run_driver("--python", "/bin/false", "--threads", "1", "--work", "inference")
        self.assertEqual(code, 1)
        self.assertIn("PyTorch contiguous, tuned malloc", said)

    def test_a_request_that_is_none_is_refused(self):
        for request in ("walk 3", "run", "run 0", "run 2 3"):
            done = subprocess.run(
                [self.server, "--model", "resnet8", "--threads", "1"], input=request + "\n", capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 2, request)
            self.assertIn(f"'{request}' is no request", done.stderr)


if __name__ == "__main__":
    Paired.server = sys.argv.pop(1)
    unittest.main()

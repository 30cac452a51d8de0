# SPDX-License-Identifier: Apache-2.0
"""examples/mixed_precision.cpp: bfloat16 learns as FP32 does, with and without instructions for it."""

import json
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor

from case import BENCHMARK, EXAMPLES, Folder, check, done, need_fashion_mnist, run

PROGRAM = EXAMPLES / "mixed_precision"
need_fashion_mnist()


def with_isa(most):
    """An environment in which oneDNN sees no more than this instruction set."""
    return os.environ | {"ONEDNN_MAX_CPU_ISA": most}


def quality(program, folder):
    """What a member reaches in two epochs."""
    arguments = ("--jobs", 1, "--threads", 1, "--epochs", 2, "--output", folder)
    code, out, err = run(*arguments, program=program, timeout=800)
    check(code == 0, f"{program} ends with 0: {err}")
    return json.loads((folder / "result.json").read_text())


with Folder() as folder:
    for most, said in (("AVX2", "bfloat16 is widened to float"), ("AVX512_CORE", "bfloat16 is emulated")):
        if most == "AVX512_CORE" and "avx512bw" not in pathlib.Path("/proc/cpuinfo").read_text():
            print("not run: what oneDNN emulates with AVX-512, which this processor has not")
            continue
        code, out, err = run("--quick", "--output", folder / most, program=PROGRAM, env=with_isa(most))
        check(code == 0, f"it trains without instructions for bfloat16: {err}")
        check(said in out, f"and the report says how:\n{out}")

    with ThreadPoolExecutor() as side_by_side:
        single, mixed = side_by_side.map(quality, (BENCHMARK, PROGRAM), (folder / "single", folder / "mixed"))
    check(mixed["precision"]["compute"] == "bfloat16", f"what was computed in: {mixed['precision']}")
    # The same bootstrap, the same order. Accuracies of trainings that differ by rounding alone spread by about
    # half a percent on 10,000 test images.
    difference = mixed["quality"]["achieved"] - single["quality"]["achieved"]
    print(f"after two epochs: {single['quality']['achieved']} in FP32, {mixed['quality']['achieved']} in bfloat16")
    check(abs(difference) < 0.02, f"bfloat16 learns as FP32 does: {difference}")
    check(mixed["quality"]["achieved"] > 0.85, f"it has learned: {mixed['quality']}")
done()

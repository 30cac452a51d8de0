# SPDX-License-Identifier: Apache-2.0
"""examples/mixed_precision.cpp: bfloat16 learns as FP32 does, and is refused where it cannot be computed."""

import json
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor

from case import BENCHMARK, EXAMPLES, Folder, check, done, need_fashion_mnist, refuses, run

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
    refuses(1, "oneDNN computes in bfloat16 on processors with AVX-512 only", program=PROGRAM,
            arguments=("--quick", "--output", folder / "refused"), env=with_isa("AVX2"))
    if "avx512bw" not in pathlib.Path("/proc/cpuinfo").read_text():
        print("SKIPPED: the training, on a processor without AVX-512")
        done()

    code, out, err = run("--quick", "--output", folder / "emulated", program=PROGRAM, env=with_isa("AVX512_CORE"))
    check(code == 0, f"without instructions for bfloat16 it is emulated: {err}")
    check("bfloat16 is emulated" in out, f"and the report says so:\n{out}")

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

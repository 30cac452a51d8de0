# SPDX-License-Identifier: Apache-2.0
"""examples/image_classification_gpu.cpp: what it answers without a GPU. Where there is one, it trains in the tests
with the label gpu only: this one is then skipped."""

import os
import sys

from case import EXAMPLES, SOURCE, Folder, check, done, refuses, run

PROGRAM = EXAMPLES / "image_classification_gpu"
DEVICES = SOURCE / "tests" / "data" / "devices"


code, out, err = run("flops", program=PROGRAM)
check(code == 0 and "Convolution" in out, f"FLOPs need no GPU: {out}{err}")

code, out, err = run("plan", "--jobs", "2", "--scale", "4", program=PROGRAM)
check(code == 0, f"placing jobs needs no GPU: {out}{err}")

os.environ["AI500_CUDNN_DEVICE"] = str(DEVICES / "h200.json")
code, out, err = run("plan", "--program", program=PROGRAM)
check(code == 0, f"a program is fitted to a described GPU: {err}")
check("convolution forward of normalization + relu" in out, f"and its convolutions are fused:\n{out}")
check("kernels: cudnn" in out, f"it names the kernel set:\n{out}")
check("; by engine " in out and "; by padded engine " in out, f"it names each convolution's engine:\n{out}")
check("; no convolution forward: its channels are no multiples of 8" in out, f"it says why the stem is apart:\n{out}")

with Folder() as folder:
    file = folder / "ways.txt"
    title = "ai500 choices of ways, form 1"
    file.write_text(f"{title}\nmade with: another GPU\n")
    code, _, err = run("plan", "--program", "--autotune", file, program=PROGRAM)
    check(code == 2 and "made with 'another GPU'" in err and "name another file" in err, f"another GPU's file: {err}")
    made_with = err.partition("this run has '")[2].partition("'")[0]
    check("cuDNN 9." in made_with and "NVIDIA H200 (sm_90)" in made_with, f"library and GPU are what counts: {made_with}")

    # A line as the file has it: the data gradients of one shape are left apart.
    line = next(line for line in out.splitlines() if "convolution data backward + relu + normalization" in line)
    named = line.partition("convolution data backward + relu + normalization")[2].partition("; by ")[0]
    reads, writes = (
        ", ".join(value.strip().partition(" ")[2] for value in values.split(",")) for values in named.split(" -> ")
    )
    step = f"convolution data backward + relu + normalization 3x3 stride 1x1 padding 1x1, reads {reads}; writes {writes}"
    file.write_text(f"{title}\nmade with: {made_with}\n{step}; float16 and float32 = apart\n")
    code, out, err = run("plan", "--program", "--autotune", file, program=PROGRAM)
    check(code == 0, f"choices for a described GPU are read: {err}")
    note = "; no convolution data backward + relu + normalization: chosen apart"
    check(note in out and "\napart:\n" in out, f"what was chosen apart is said to be:\n{step}\n{out}")

os.environ["AI500_CUDNN_DEVICE"] = "nowhere.json"
refuses(2, "nowhere.json", arguments=["plan", "--program"], program=PROGRAM)
del os.environ["AI500_CUDNN_DEVICE"]

if os.path.exists("/dev/nvidia0"):
    print("SKIPPED: there is a GPU here")
    sys.exit(77)
refuses(1, "no CUDA device 0", arguments=["--epochs", "1", "--quick"], program=PROGRAM)
refuses(1, "no CUDA device 0", arguments=["plan", "--program"], program=PROGRAM)
done()

# SPDX-License-Identifier: Apache-2.0
"""examples/image_classification_gpu.cpp: what it answers without a GPU. Where there is one, it trains in the tests
with the label gpu only: this one is then skipped."""

import os
import sys

from case import EXAMPLES, SOURCE, check, done, refuses, run

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
os.environ["AI500_CUDNN_DEVICE"] = "nowhere.json"
refuses(2, "nowhere.json", arguments=["plan", "--program"], program=PROGRAM)
del os.environ["AI500_CUDNN_DEVICE"]

if os.path.exists("/dev/nvidia0"):
    print("SKIPPED: there is a GPU here")
    sys.exit(77)
refuses(1, "no CUDA device 0", arguments=["--epochs", "1", "--quick"], program=PROGRAM)
refuses(1, "no CUDA device 0", arguments=["plan", "--program"], program=PROGRAM)
done()

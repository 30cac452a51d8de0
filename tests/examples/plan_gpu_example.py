# SPDX-License-Identifier: Apache-2.0
"""examples/plan_gpu.cpp: what a user without a GPU sees of a description of one, and what wrong input is told."""

from case import EXAMPLES, SOURCE, check, done, refuses, run

PROGRAM = EXAMPLES / "plan_gpu"
DEVICES = SOURCE / "tests" / "data" / "devices"


def plan(*arguments):
    return run(*arguments, program=PROGRAM)


def line_of(text, start):
    """The numbers of the table's line that starts so: places, planned, fall-back, nothing."""
    lines = [line for line in text.splitlines() if line.startswith(start + "  ")]
    return [int(word) for word in lines[0][len(start) :].split()][:4] if len(lines) == 1 else lines


code, out, err = plan(DEVICES / "h200.json")
check(code == 0, f"planning for an H200 ends with 0: {err}")
check("NVIDIA H200 (sm_90), cuDNN 9." in out and "FP16, micro-batch 256, same bits" in out, f"it says for what:\n{out}")
check(line_of(out, "all") == [158, 158, 0, 0], f"all 158 places are planned:\n{out}")
check(line_of(out, "convolution + statistics") == [20, 20, 0, 0], f"20 convolutions have statistics alone:\n{out}")

code, out, err = plan(DEVICES / "t4.json", "fp32", 32)
check(code == 0, f"planning for a T4 ends with 0: {err}")
check(line_of(out, "all") == [158, 27, 131, 0], f"a T4 has the 27 plain places and falls back elsewhere:\n{out}")
check("-> convolution and our own normalization statistics" in out, f"the fall-back is named:\n{out}")

refuses(2, "usage", arguments=[], program=PROGRAM)
refuses(2, "nowhere.json", arguments=["nowhere.json"], program=PROGRAM)
refuses(1, "device description", arguments=[DEVICES / "README.md"], program=PROGRAM)
refuses(2, "fp8", arguments=[DEVICES / "h200.json", "fp8"], program=PROGRAM)
refuses(2, "many", arguments=[DEVICES / "h200.json", "fp16", "many"], program=PROGRAM)
done()

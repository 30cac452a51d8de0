# SPDX-License-Identifier: Apache-2.0
"""examples/plan_gpu.cpp: what a user without a GPU sees of a description of one, and what wrong input is told."""

from case import EXAMPLES, SOURCE, check, done, refuses, run

PROGRAM = EXAMPLES / "plan_gpu"
DEVICES = SOURCE / "tests" / "data" / "devices"


def plan(*arguments):
    return run(*arguments, program=PROGRAM)


def fused(text):
    """The summary behind the steps: kind of fused step -> number."""
    lines = text[text.index("\nfused:\n") :].splitlines()
    return {line.partition(" x ")[2]: int(line.partition(" x ")[0]) for line in lines if " x " in line}


code, out, err = plan(DEVICES / "h200.json")
check(code == 0, f"planning for an H200 ends with 0: {err}")
check("FP16, micro-batch 256, on NVIDIA H200 (sm_90), engines with the same bits" in out, f"it says for what:\n{out}")
check(", cuDNN 9." in out, f"it says which cuDNN:\n{out}")
kinds = fused(out)
check(kinds.get("convolution forward") == 20, f"20 convolutions have statistics alone: {kinds}")
check(kinds.get("convolution forward of normalization + relu") == 32, f"32 normalize their input: {kinds}")
check(kinds.get("convolution filter backward") == 32, f"32 filter gradients normalize theirs: {kinds}")
convolutions = [line for line in out.splitlines() if line[7:].startswith("convolution")]
check(len(convolutions) == 53 + 53 + 52, f"there are 158 convolutions:\n{out}")
check(all("; by " in line for line in convolutions), f"each has its engine:\n{out}")

code, out, err = plan(DEVICES / "t4.json", "fp32", 32)
check(code == 0, f"planning for a T4 ends with 0: {err}")
check(not any(kind.startswith("convolution") and ":" not in kind for kind in fused(out)), f"nothing is fused:\n{out}")
check("\napart:\n" in out, f"what stays apart has a list:\n{out}")
check("; no convolution forward: " in out, f"and each place its reason:\n{out}")

refuses(2, "usage", arguments=[], program=PROGRAM)
refuses(2, "nowhere.json", arguments=["nowhere.json"], program=PROGRAM)
refuses(1, "device description", arguments=[DEVICES / "README.md"], program=PROGRAM)
refuses(2, "fp8", arguments=[DEVICES / "h200.json", "fp8"], program=PROGRAM)
refuses(2, "many", arguments=[DEVICES / "h200.json", "fp16", "many"], program=PROGRAM)
done()

# SPDX-License-Identifier: Apache-2.0
"""examples/vendor_gpu_kernel.cpp: what it answers without a GPU; its functor where there is one is checked by itself."""

import os
import sys

from case import EXAMPLES, check, done, refuses, run

PROGRAM = EXAMPLES / "vendor_gpu_kernel"

code, out, err = run("--help", program=PROGRAM)
check(code == 0 and "average pooling: vendor mean" in out, f"it says what it compares: {out}{err}")
if os.path.exists("/dev/nvidia0"):
    code, out, err = run("--quick", program=PROGRAM)
    check(code == 0 and "WRONG" not in out, f"the kernel is right: {out}{err}")
    done()
    sys.exit(0)
refuses(1, "no CUDA device 0", arguments=["--quick"], program=PROGRAM)
done()

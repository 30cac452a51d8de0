# SPDX-License-Identifier: Apache-2.0
"""examples/vendor_kernel.cpp: the vendor's convolution is right, and is timed in ResNet-50."""

from case import EXAMPLES, check, done, run

code, out, err = run("--quick", program=EXAMPLES / "vendor_kernel", timeout=600)
check(code == 0, f"ends with 0: {out}{err}")
check("NOT A RESULT" in out, f"a quick run says so: {out}")
rows = [line for line in out.splitlines() if line.endswith(" ok")]
check(len(rows) == 3, f"three shapes are right: {out}")
check(rows[0].startswith("3x224x224 * 7x7/2 -> 64x112x112 "), f"the stem is the first: {out}")
check("WRONG on" not in out, f"nothing is wrong: {out}")
whole = [line.split() for line in out.splitlines() if " onednn" in line and line[:10].strip().replace(".", "").isdigit()]
check(len(whole) == 2, f"two whole steps: {out}")
check(whole[0][1] == "0" and int(whole[1][1]) > 0, f"a plain kernel costs reorders: {out}")
check(abs(float(whole[0][2]) / float(whole[1][2]) - 1) < 1e-3, f"the losses agree: {out}")

code, out, err = run("--batch", "0", program=EXAMPLES / "vendor_kernel")
check(code == 2 and "--batch" in err, f"wrong usage is 2: {code} {err}")
done()

# SPDX-License-Identifier: Apache-2.0
"""examples/flops.cpp: both rule sets, of a model of one's own and of ResNet-50."""

from case import EXAMPLES, check, done, run

code, out, err = run(program=EXAMPLES / "flops")
check(code == 0, f"ends with 0: {err}")
rows = {(line[:14].strip(), line[15:35].strip()): [int(n) for n in line[35:].split()] for line in out.splitlines()[1:]}
# By hand: convolutions 28,224 and 112,896, relus 1,568 and 784, pooling 784, classifier 160 (x 2).
check(rows["small network", "Table 3"][0] == 28224 + 1568 + 112896 + 784 + 784 + 160, f"by Table 3: {out}")
check(rows["small network", "multiply-add is two"][0] == 28224 + 1568 + 112896 + 784 + 784 + 320, f"by the other: {out}")
# Training: three times, but nobody needs the gradient of the image: 28,224 less.
check(rows["small network", "Table 3"][1] == 3 * 144416 - 28224, f"training: {out}")
check(rows["ResNet-50", "Table 3"] == [7739990016, 22983942144], f"the paper's ResNet-50: {out}")
check(rows["ResNet-50", "multiply-add is two"][0] == 7739990016 + 2048 * 1000, f"its classifier counts twice: {out}")
done()

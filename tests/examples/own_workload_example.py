# SPDX-License-Identifier: Apache-2.0
"""examples/own_workload.cpp: two members in processes of their own, then their vote."""

import json

from case import EXAMPLES, SOURCE, Folder, check, done, run

PROGRAM = EXAMPLES / "own_workload"
lines = (SOURCE / "examples" / "own_workload.cpp").read_text().splitlines()
check(len(lines) <= 80, f"the example is a page, not {len(lines)} lines")

with Folder() as folder:
    for job in (0, 1):
        code, out, err = run("--jobs", 2, "--job", job, "--output", folder, program=PROGRAM)
        check(code == 0, f"member {job} is trained: {err}")
    code, out, err = run("aggregate", folder, program=PROGRAM)
    check(code == 0, f"the members vote: {err}")
    for text in ("stripes", "one convolution", "reference", "Poisson bootstrap", "self (one rank)"):
        check(text in out, f"the report names '{text}':\n{out}")
    result = json.loads((folder / "result.json").read_text())
    check(result["members_kept"] == 2 and result["epochs"] == 8 and result["batch"] == 50, f"its recipe: {out}")
    # Four classes: a guess is right once in four.
    check(result["quality"]["achieved"] > 0.5, f"the network has learned: {result['quality']}")
    check(result["passed"] is True, f"and reaches its target: {result['quality']}")
done()

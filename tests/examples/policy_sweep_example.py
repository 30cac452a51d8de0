# SPDX-License-Identifier: Apache-2.0
"""examples/policy_sweep.cpp: a row for each sampler with each vote."""

from case import EXAMPLES, Folder, check, done, run

with Folder() as folder:
    code, out, err = run("--quick", "--jobs", 2, "--output", folder, program=EXAMPLES / "policy_sweep")
    check(code == 0, f"ends with 0: {err}")
    rows = [(line[:28].strip(), line[29:45].strip()) for line in out.splitlines()[1:]]
    check(len(rows) == 8 and len(set(rows)) == 8, f"four samplers with two votes: {out}")
    for sampler in ("Poisson bootstrap", "multinomial bootstrap", "without replacement", "none"):
        votes = [vote for name, vote in rows if name.startswith(sampler)]
        check(votes == ["soft vote", "majority vote"], f"{sampler} with both votes: {out}")
    members = sorted(path.parent.name for path in folder.glob("*/*/member.json"))
    check(members == ["member-0000"] * 4 + ["member-0001"] * 4, f"two members a sampler: {members}")
done()

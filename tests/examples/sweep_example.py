# SPDX-License-Identifier: Apache-2.0
"""examples/sweep.cpp: all shapes of one and of four ranks, as a table and as CSV."""

import csv

from case import EXAMPLES, Folder, check, done, need_fashion_mnist, refuses, run

need_fashion_mnist()
PROGRAM = EXAMPLES / "sweep"

with Folder() as folder:
    for ranks, shapes in ((1, [(1, 1)]), (4, [(1, 4), (2, 2), (4, 1)])):
        output = folder / str(ranks)
        code, out, err = run("--quick", "--threads", 1, "--output", output, ranks=ranks, program=PROGRAM)
        check(code == 0, f"{ranks} ranks end with 0: {err}")
        lines = out.splitlines()
        check("P_degree" in lines[0], f"a heading: {out}")
        printed = [tuple(map(int, line.split()[:2])) for line in lines[1:]]
        check(printed == shapes, f"{ranks} ranks have the shapes {shapes}, not {printed}")
        with open(output / "sweep.csv") as file:
            rows = list(csv.DictReader(file))
        written = [(int(row["ensemble_size"]), int(row["parallelism_degree"])) for row in rows]
        check(written == shapes, f"sweep.csv has the shapes {shapes}, not {written}")
        for line, row in zip(lines[1:], rows):
            rate, per_member, seconds, quality, _ = map(float, line.split()[2:])
            check(abs(rate - float(row["samples_per_second"])) < 0.1, f"the rate printed is the one written: {line}")
            # As many steps of as large a batch, whatever the shape. Seconds are rounded to thousandths.
            rounding = rate * 0.0005 / (8 * 128) + 0.001
            check(abs(rate * seconds / (8 * 128) - float(row["ensemble_size"])) < rounding, f"rate x seconds: {line}")
            check(0 < quality <= 1 and per_member <= rate * 1.001, f"quality and a member's rate: {line}")
    refuses(2, "chooses --jobs", arguments=["--jobs", 2, "--output", folder / "no"], ranks=2, program=PROGRAM)
done()

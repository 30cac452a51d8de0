# SPDX-License-Identifier: Apache-2.0
"""Ranks that are threads of one process: the members, the report and the errors that ranks as processes have."""

import json
import pathlib

from case import (SMALL_BENCHMARK, SMALL_MPI_BENCHMARK, SMALL_THREADS_BENCHMARK, Folder, check, check_same_member, done,
                  refuses, run)

SETTINGS = ["--batch", 32, "--epochs", 2]


def train(output, *arguments, program=SMALL_THREADS_BENCHMARK, **options):
    """result.json and the report in words of a run that must end well."""
    code, out, err = run(*arguments, *SETTINGS, "--output", output, program=program, **options)
    check(code == 0, f"{arguments} ends with 0: {err}")
    return json.loads((output / "result.json").read_text()) if code == 0 else {}, out


with Folder() as folder:
    # M = 2 members side by side have the bits that one rank alone gives them.
    pair, out = train(folder / "pair", "--ranks", 2, "--jobs", 2)
    check(pair["scale"] == 2 and pair["ensemble_size"] == 2 and pair["parallelism_degree"] == 1, f"2 = 2 x 1: {pair}")
    check("threads (synchronous all-reduce" in out and "ranks are threads" in out, f"the report says so:\n{out}")
    for member in (0, 1):
        code, _, err = run("--job", member, "--jobs", 2, *SETTINGS, "--output", folder / "alone",
                           program=SMALL_BENCHMARK)
        check(code == 0, f"--job {member} ends with 0: {err}")
        one, other = (folder / name / f"member-000{member}" / "predictions.safetensors" for name in ("alone", "pair"))
        check(one.read_bytes() == other.read_bytes(), f"member {member} has the bits of a run of its own")

    # P_degree = 2 and 4 reduce in shared memory; a processes' run of the same shape has the same bits.
    for ranks in (2, 4):
        output = folder / f"degree-{ranks}"
        result, out = train(output, "--ranks", ranks, "--jobs", 1)
        check(result["parallelism_degree"] == ranks, f"P_degree = {ranks}")
        check(result["reductions"]["transport"].startswith("shared memory"), f"the transport: {result['reductions']}")
        if pathlib.Path(SMALL_MPI_BENCHMARK).exists():
            train(folder / f"mpi-{ranks}", "--jobs", 1, program=SMALL_MPI_BENCHMARK, ranks=ranks)
            check_same_member(folder / f"mpi-{ranks}" / "member-0000", output / "member-0000",
                              f"{ranks} threads and {ranks} processes")

    # Without --ranks a benchmark on CPUs has one.
    result, _ = train(folder / "default")
    check(result["scale"] == 1, f"one rank by default, not {result['scale']}")

    code, out, err = run("plan", "--ranks", 4, "--jobs", 2, program=SMALL_THREADS_BENCHMARK)
    check(code == 0 and "Sys_scale   4  ranks" in out and "2..3" in out, f"plan knows the ranks: {out}{err}")

    # One message, whichever rank meets the error, and never a hang.
    small = {"program": SMALL_THREADS_BENCHMARK, "timeout": 60}
    refuses(2, "valid M x P_degree: 1 x 3, 3 x 1", arguments=["--ranks", 3, "--jobs", 2], **small)
    refuses(2, "--ranks 0: must be at least 1", arguments=["--ranks", 0], **small)
    refuses(2, "--ranks 2: this benchmark has one rank", arguments=["--ranks", 2], program=SMALL_BENCHMARK)
    if pathlib.Path(SMALL_MPI_BENCHMARK).exists():
        refuses(2, "--ranks 2: ranks are MPI's processes here; start them with mpirun -n",
                arguments=["--ranks", 2], program=SMALL_MPI_BENCHMARK)
    blocked = folder / "blocked"
    blocked.mkdir()
    (blocked / "member-0001").write_text("")
    refuses(1, "member-0001", arguments=["--ranks", 2, "--jobs", 2, *SETTINGS, "--output", blocked], **small)

done()

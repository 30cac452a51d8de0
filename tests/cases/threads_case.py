# SPDX-License-Identifier: Apache-2.0
"""Threads under mpirun as a user starts it: a host's ranks never run more threads than they have cores, and the
report says what ran."""

import json
import os
import signal
import subprocess
import time

from case import BENCHMARK, Folder, check, done, need_fashion_mnist, run

need_fashion_mnist()

CORES = sorted(os.sched_getaffinity(0))
TICKS = os.sysconf("SC_CLK_TCK")
# The user's mpirun, not the one of the other tests, which bind nothing.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("OMPI_MCA_", "OMP_"))}


def ranks_below(process):
    """The benchmark's processes among a process and its descendants."""
    found, waiting = [], [process]
    while waiting:
        pid = waiting.pop()
        try:
            if os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(BENCHMARK):
                found.append(pid)
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as children:
                    waiting += map(int, children.read().split())
        except FileNotFoundError:
            pass
    return found


def processor_ticks(pid):
    """Clock ticks that each thread of a process has computed."""
    ticks = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        ticks[task] = int(fields[11]) + int(fields[12])
    return ticks


def busy_threads(command, environment, ranks):
    """How many threads compute in each rank while the command trains, which is then ended."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        # Until all ranks train: a second of computation is behind preparation.
        while True:
            pids = ranks_below(process.pid)
            before = [processor_ticks(pid) for pid in pids]
            if len(pids) == ranks and all(sum(ticks.values()) > 2 * TICKS for ticks in before):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                return None
            time.sleep(0.1)
        # A thread that takes part has a tenth of the most that one of them gets.
        time.sleep(2)
        counts = []
        for pid, old in zip(pids, before):
            spent = [ticks - old.get(task, 0) for task, ticks in processor_ticks(pid).items()]
            counts.append(sum(ticks > max(spent) / 10 for ticks in spent))
        return counts
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def start(folder, launcher, ranks, variables, *arguments):
    command = [*launcher, BENCHMARK, "--jobs", str(ranks), *arguments]
    return [*command, "--output", str(folder)], ENVIRONMENT | variables


def report(folder, launcher, ranks, variables={}, arguments=()):
    """result.json of a quick run."""
    command, environment = start(folder, launcher, ranks, variables, "--quick", *arguments)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    check(ended.returncode == 0, f"{' '.join(command)} ends with 0: {ended.stderr}")
    return json.loads((folder / "result.json").read_text()) if ended.returncode == 0 else None


def mpirun(ranks, *options):
    return ["mpirun", *options, "-n", str(ranks)]


UNBOUND = ("--bind-to", "none")
everything = len(CORES)
# What Open MPI binds one or two ranks to unless told otherwise: a core, which may be two to the system.
counted = subprocess.run([*mpirun(1), "python3", "-c", "import os; print(len(os.sched_getaffinity(0)))"],
                         env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
core = int(counted.stdout)
# launcher, ranks, variables, cores that rank 0 sees, threads a rank
WAYS = [
    ([], 1, {}, everything, everything),
    (["taskset", "-c", str(CORES[0])], 1, {}, 1, 1),
    (mpirun(1), 1, {}, core, core),
    (mpirun(1, *UNBOUND), 1, {}, everything, everything),
    ([], 1, {"OMP_NUM_THREADS": "64", "OMP_DYNAMIC": "true"}, everything, everything),
]
if everything >= 2:
    WAYS += [
        ([], 1, {"OMP_NUM_THREADS": "1"}, everything, everything),
        (mpirun(2), 2, {}, core, core),
        (mpirun(2, *UNBOUND), 2, {"OMP_NUM_THREADS": "64"}, everything, everything // 2),
    ]

with Folder() as folder:
    for number, (launcher, ranks, variables, cores, threads) in enumerate(WAYS):
        what = f"{variables} {' '.join(launcher)}"
        result = report(folder / f"quick-{number}", launcher, ranks, variables)
        if result is None:
            continue
        said = result["environment"]["cores"], result["threads"]
        check(said == (cores, threads), f"{what}: cores and threads are {cores} and {threads}, not {said}")
        check(result["environment"]["host_cores"] >= everything, f"{what}: the host's cores are all of them")
        check(ranks * result["threads"] <= everything, f"{what}: {ranks} x {result['threads']} threads on {everything}")
        busy = busy_threads(*start(folder / f"full-{number}", launcher, ranks, variables), ranks)
        check(busy == [threads] * ranks, f"{what}: {busy} threads compute in the ranks, the report says {threads}")

    if everything >= 2:
        # One rank has a core that it shares: both run as many threads as the one that has least.
        command = ["mpirun", *UNBOUND]
        for rank, prefix in enumerate(([], ["taskset", "-c", str(CORES[0])])):
            part, environment = start(folder / "unequal", ["-n", "1", *prefix], 2, {}, "--quick")
            command += ([":"] if rank else []) + part
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
        check(ended.returncode == 0, f"ranks with unequal masks train together: {ended.stderr}")

        ended = subprocess.run([BENCHMARK, "--quick", "--output", str(folder / "limit")], capture_output=True, text=True,
                               env=ENVIRONMENT | {"OMP_THREAD_LIMIT": "1"}, timeout=200)
        check(ended.returncode == 2 and "OMP_THREAD_LIMIT" in ended.stderr,
              f"OpenMP's limit is an error, not a hang: {ended.returncode} {ended.stderr}")
        code, out, err = run("--quick", "--threads", 1, "--output", folder / "one")
        check(code == 0 and "threads           1 a rank" in out, f"--threads 1: {out}{err}")

done()

# SPDX-License-Identifier: Apache-2.0
"""A rank that dies ends its run with a code; members that are complete survive; a rerun trains the others to the end."""

import json
import os
import pathlib
import signal
import subprocess
import sys

from case import SKIPPED, SMALL_MPI_BENCHMARK, Folder, check, check_same_member, command, done, run, wait_until

if not pathlib.Path(SMALL_MPI_BENCHMARK).exists():
    print("SKIPPED: built without MPI")
    sys.exit(SKIPPED)


def rank_process(launcher, rank):
    """The number of the process that mpirun started as this rank; None: not there yet."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            variables = (process / "environ").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == launcher.pid and f"OMPI_COMM_WORLD_RANK={rank}".encode() in variables:
            return int(process.name)
    return None


def start(arguments):
    return subprocess.Popen(command(SMALL_MPI_BENCHMARK, arguments, 2), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def check_ended(launcher):
    """Checks that a run whose rank was killed ends by itself, and not as if all were well."""
    try:
        _, err = launcher.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        launcher.kill()
        check(False, "mpirun ends when a rank was killed")
        return
    check(launcher.returncode == 128 + signal.SIGKILL, f"mpirun ends with the signal's code, not {launcher.returncode}")
    check("signal 9" in err, f"mpirun says which rank died: {err}")


def comparable(output):
    """result.json without what an interruption may change."""
    result = json.loads((output / "result.json").read_text())
    for key in ("samples_per_second", "samples_per_second_per_member", "epoch_seconds", "training_seconds",
                "preparation_seconds", "evaluation_seconds", "checkpoint_seconds", "timing", "reductions", "flops", "valid_flops",
                "members", "environment"):
        del result[key]
    return result


with Folder() as folder:
    settings = ["--batch", 32, "--epochs", 4, "--checkpoint-steps", 16]

    # Two members: rank 1 is halted in its training until member 0 is complete, then killed.
    code, out, err = run("--jobs", 2, *settings, "--output", folder / "calm", ranks=2, program=SMALL_MPI_BENCHMARK)
    check(code == 0, f"the undisturbed run ends with 0: {err}")
    stormy = folder / "stormy"
    launcher = start(["--jobs", 2, *settings, "--output", stormy])
    wait_until((stormy / "member-0001" / "checkpoint.safetensors").exists, "a checkpoint of member 1")
    victim = rank_process(launcher, 1)
    os.kill(victim, signal.SIGSTOP)
    wait_until((stormy / "member-0000" / "member.json").exists, "member 0 is complete")
    os.kill(victim, signal.SIGKILL)
    check_ended(launcher)
    check(not (stormy / "member-0001" / "member.json").exists(), "member 1 is not complete")
    kept = {file.name: file.read_bytes() for file in (stormy / "member-0000").iterdir()}

    code, out, err = run("--jobs", 2, *settings, "--output", stormy, ranks=2, program=SMALL_MPI_BENCHMARK)
    check(code == 0, f"the rerun ends with 0: {err}")
    for name in ("member.json", "predictions.safetensors"):
        check((stormy / "member-0000" / name).read_bytes() == kept[name], f"member 0's {name} is as it was")
    for member in ("member-0000", "member-0001"):
        check_same_member(folder / "calm" / member, stormy / member, member)
    resumed = [json.loads((stormy / f"member-000{m}" / "member.json").read_text())["resumed"] for m in (0, 1)]
    check(resumed == [0, 1], f"only member 1 was resumed, once: {resumed}")
    check(comparable(stormy) == comparable(folder / "calm"),
          f"the report is that of the undisturbed run: {comparable(folder / 'calm')} and {comparable(stormy)}")
    check("resumed           job 1: 1 time from a checkpoint" in out, f"the report says who was resumed:\n{out}")

    # One member of two ranks: both go on from the same checkpoint.
    code, out, err = run("--jobs", 1, *settings, "--output", folder / "pair", ranks=2, program=SMALL_MPI_BENCHMARK)
    check(code == 0, f"the undisturbed run of one member ends with 0: {err}")
    stormy = folder / "stormy-pair"
    for victim in (1, 0):
        launcher = start(["--jobs", 1, *settings, "--output", stormy])
        checkpoint = stormy / "member-0000" / "checkpoint.safetensors"
        before = checkpoint.stat().st_ino if checkpoint.exists() else None
        wait_until(lambda: checkpoint.exists() and checkpoint.stat().st_ino != before, "a new checkpoint")
        os.kill(rank_process(launcher, victim), signal.SIGKILL)
        check_ended(launcher)
    code, out, err = run("--jobs", 1, *settings, "--output", stormy, ranks=2, program=SMALL_MPI_BENCHMARK)
    check(code == 0, f"the rerun of one member ends with 0: {err}")
    check_same_member(folder / "pair" / "member-0000", stormy / "member-0000", "one member of two ranks")
    check(json.loads((stormy / "member-0000" / "member.json").read_text())["resumed"] == 2, "it was resumed twice")

    # A job whose checkpoint cannot be written ends the run with one error instead of a hang.
    blocked = folder / "blocked"
    blocked.mkdir()
    (blocked / "member-0001").write_text("")
    code, out, err = run("--jobs", 2, *settings, "--output", blocked, ranks=2, program=SMALL_MPI_BENCHMARK, timeout=60)
    check(code == 1, f"a checkpoint that cannot be written ends with 1, not {code}: {err}")
    check(err.count("ai500: ") == 1 and "member-0001" in err, f"one message names it: {err}")

done()

# SPDX-License-Identifier: Apache-2.0
"""A member that is killed 40 times, while it starts, trains and saves, ends with the bits of an undisturbed one."""

import json
import os
import random
import shutil
import subprocess
import time

from case import (BENCHMARK, FASHION_MNIST, SMALL_BENCHMARK, Folder, check, check_safetensors, check_same_member,
                  command, done, names, refuses, run, wait_until)

KILLS = 40
STEPS = 8  # between two checkpoints
seed = int(os.environ.get("AI500_CASE_SEED", time.time_ns() % 1_000_000))
print(f"AI500_CASE_SEED={seed} repeats these kills")
draw = random.Random(seed)


def checkpoint_of(member):
    """What tells one checkpoint from the next: a new file is renamed over the old one."""
    try:
        status = os.stat(member / "checkpoint.safetensors")
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def is_saving(member):
    return member.is_dir() and any(name.startswith(".tmp-checkpoint") for name in os.listdir(member))


def wait_for_checkpoints(member, count, process):
    """Waits for so many new checkpoints, or for the end of the process."""
    for _ in range(count):
        last = checkpoint_of(member)
        wait_until(lambda: checkpoint_of(member) != last or process.poll() is not None, "a checkpoint")


with Folder() as folder:
    settings = ["--batch", 32, "--epochs", 16, "--seed", 3]
    code, out, err = run(*settings, "--output", folder / "calm", program=SMALL_BENCHMARK)
    check(code == 0, f"the undisturbed run ends with 0: {err}")
    calm = folder / "calm" / "member-0000"
    undisturbed = json.loads((calm / "member.json").read_text())
    check(undisturbed["resumed"] == 0, "nobody resumed the undisturbed run")
    save_seconds = undisturbed["checkpoint_seconds"] / 16
    interval = undisturbed["seconds"] / (undisturbed["samples_processed"] / 32) * STEPS + save_seconds

    output = folder / "stormy"
    member = output / "member-0000"
    arguments = [*settings, "--checkpoint-steps", STEPS, "--output", output]
    moments = ["start"] * 4 + ["training"] * 18 + ["saving"] * 18
    draw.shuffle(moments)
    kills = half_saved = members = 0
    while kills < KILLS or half_saved < 3 or not (member / "checkpoint.safetensors").exists():
        moment = moments[kills] if kills < KILLS else "saving"
        process = subprocess.Popen(command(SMALL_BENCHMARK, arguments, 1), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        if moment == "start":
            time.sleep(draw.uniform(0, 0.05))
        else:
            wait_for_checkpoints(member, draw.randint(1, 3), process)
        if moment == "training":
            time.sleep(draw.uniform(0, interval))
        if moment == "saving":
            wait_until(lambda: is_saving(member) or process.poll() is not None, "a temporary")
        process.kill()
        code = process.wait()
        if code == 0:
            # A machine so fast, or so busy with others, that the member was complete before: the next one.
            members += 1
            check_same_member(calm, member, f"killed {kills} times")
            shutil.rmtree(output)
            if members < 50:
                continue
        if code != -9:
            check(False, f"kill {kills} ({moment}) met a running process, not one that ended with {code}")
            break
        kills += 1
        half_saved += is_saving(member)
        if (member / "checkpoint.safetensors").exists():
            header = check_safetensors(member / "checkpoint.safetensors")
            check("optimizer.velocities" in header, "the velocities are saved")
    print(f"{kills} kills, {half_saved} of them in the midst of saving; {members} members were complete before")

    # With other settings nobody goes on with it, and it is said what differs.
    refuses(1, "checkpoint.safetensors", "there:     seed 3", "asked for: seed 4",
            arguments=["--batch", 32, "--epochs", 16, "--seed", 4, "--output", output], program=SMALL_BENCHMARK)

    # Nor with a damaged one.
    kept = (member / "checkpoint.safetensors").read_bytes()
    for damaged in (kept[:-1], kept[:-9] + bytes([kept[-9] ^ 4]) + kept[-8:], b""):
        (member / "checkpoint.safetensors").write_bytes(damaged)
        refuses(1, "checkpoint.safetensors", "remove that checkpoint", arguments=arguments, program=SMALL_BENCHMARK)
    (member / "checkpoint.safetensors").write_bytes(kept)

    code, out, err = run(*arguments, program=SMALL_BENCHMARK)
    check(code == 0, f"the last run ends with 0: {err}")
    check("goes on from its checkpoint at epoch" in err, f"the last run says that it resumed: {err}")
    check_same_member(calm, member, f"killed {kills} times")
    check(names(output) == ["member-0000", "result.json", "results.csv"], f"nothing else is left: {names(output)}")
    resumed = json.loads((member / "member.json").read_text())
    check(1 <= resumed["resumed"] <= kills + 1, f"resumed {resumed['resumed']} times")
    check(resumed["started_unix"] < resumed["finished_unix"] - resumed["seconds"], "the wall clock went on meanwhile")
    check(f"job 0: {resumed['resumed']} time" in out, f"the report says that it was resumed:\n{out}")
    result = json.loads((output / "result.json").read_text())
    check(result["timing"].startswith("separate runs"), "a resumed member is timed by the wall clock")
    wall = resumed["finished_unix"] - resumed["started_unix"]
    check(abs(result["training_seconds"] / wall - 1) < 1e-9, "T is from the first start to the end")

    # The same with the kernels of the main job.
    if (FASHION_MNIST / "train-images-idx3-ubyte.gz").exists():
        arguments = ["--quick", "--threads", 1, "--checkpoint-steps", 2]
        code, out, err = run(*arguments, "--output", folder / "main")
        check(code == 0, f"the main job ends with 0: {err}")
        output = folder / "main-killed"
        process = subprocess.Popen(command(BENCHMARK, [*arguments, "--output", output], 1), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        wait_for_checkpoints(output / "member-0000", 2, process)
        process.kill()
        check(process.wait() == -9, "the kill met the main job in its training")
        code, out, err = run(*arguments, "--output", output)
        check(code == 0 and "goes on from its checkpoint" in err, f"the main job goes on: {err}")
        check_same_member(folder / "main" / "member-0000", output / "member-0000", "the main job")
    else:
        print("SKIPPED: the main job, for lack of Debian's package dataset-fashion-mnist")

done()

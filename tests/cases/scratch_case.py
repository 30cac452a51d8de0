# SPDX-License-Identifier: Apache-2.0
"""--scratch: the data are copied once a node, reused when whole, copied again when not; no room is a clear error."""

import json
import resource
import signal
import subprocess

from case import (BENCHMARK, FASHION_MNIST, SMALL_BENCHMARK, Folder, check, command, done, names, need_fashion_mnist,
                  refuses, run, wait_until)

need_fashion_mnist()
FILES = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
         "train-labels-idx1-ubyte.gz"]
BYTES = sum((FASHION_MNIST / file).stat().st_size for file in FILES)


def quick(output, *arguments, ranks=1):
    """What result.json and the table say of a run's data, and the predictions of its members."""
    code, out, err = run("--quick", "--threads", 1, "--output", output, *arguments, ranks=ranks)
    check(code == 0, f"{arguments} ends with 0: {err}")
    result = json.loads((output / "result.json").read_text())
    predictions = [(member / "predictions.safetensors").read_bytes() for member in sorted(output.glob("member-*"))]
    return result["data"], out, predictions


def check_whole(scratch):
    """Checks that there is one copy, whole, and nothing else."""
    copies = [path for path in scratch.iterdir() if path.is_dir()]
    check(len(copies) == 1, f"one copy: {copies}")
    check(names(copies[0]) == ["manifest.json", *FILES], f"nothing else in it: {names(copies[0])}")
    for file in FILES:
        check((copies[0] / file).read_bytes() == (FASHION_MNIST / file).read_bytes(), f"{file} is whole")
    return copies[0]


def only_small_files():
    """As on a full disk: no file grows beyond 24 MiB (the messages' library needs some), and the write says so."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (24 << 20, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


with Folder() as folder:
    scratch = folder / "scratch"

    in_place, out, expected = quick(folder / "in-place", "--jobs", 2, ranks=2)
    check(in_place["nodes"] == 0 and in_place["folder"] == str(FASHION_MNIST), f"by default in place: {in_place}")
    check(f"in place: {FASHION_MNIST}" in out, f"the report says so:\n{out}")

    # Two ranks of one node: one copies.
    copied, out, predictions = quick(folder / "copied", "--jobs", 2, "--scratch", scratch, ranks=2)
    copy = check_whole(scratch)
    check((copied["nodes"], copied["nodes_copied"], copied["bytes"]) == (1, 1, BYTES), f"copied once: {copied}")
    check(copied["folder"] == str(copy) and copied["source"] == str(FASHION_MNIST), f"from, to: {copied}")
    check("copied to 1 node:" in out and f"{BYTES:,} bytes" in out, f"the report says so:\n{out}")
    check(predictions == expected, "what is trained has the same bits")

    dates = {file: (copy / file).stat().st_mtime_ns for file in FILES}
    reused, out, _ = quick(folder / "reused", "--jobs", 2, "--scratch", scratch, ranks=2)
    check((reused["nodes"], reused["nodes_copied"], reused["repaired"]) == (1, 0, []), f"reused: {reused}")
    check("there on 1 node:" in out, f"the report says so:\n{out}")
    check(dates == {file: (copy / file).stat().st_mtime_ns for file in FILES}, "nothing was copied again")

    # A flipped bit, a lost end.
    data = bytearray((copy / FILES[2]).read_bytes())
    data[len(data) // 2] ^= 16
    (copy / FILES[2]).write_bytes(data)
    (copy / FILES[1]).write_bytes((copy / FILES[1]).read_bytes()[:-1])
    repaired, out, _ = quick(folder / "repaired", "--jobs", 2, "--scratch", scratch, ranks=2)
    check(repaired["nodes_copied"] == 1 and len(repaired["repaired"]) == 2, f"copied again: {repaired}")
    check(out.count("it is damaged") == 2, f"the report says so:\n{out}")
    check_whole(scratch)

    # Two runs at the same time; and one that is killed while it copies.
    both = folder / "both"
    runs = [subprocess.Popen(command(BENCHMARK, ["--quick", "--threads", 1, "--output", folder / f"run-{i}", "--scratch",
                                                 both], 1), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for i in (0, 1)]
    for process in runs:
        _, err = process.communicate(timeout=300)
        check(process.returncode == 0, f"two runs at once both end with 0: {err}")
    check_whole(both)
    results = [json.loads((folder / f"run-{i}" / "result.json").read_text())["data"] for i in (0, 1)]
    check(sum(result["nodes_copied"] for result in results) == 1, f"one of them copied: {results}")

    killed = folder / "killed"
    process = subprocess.Popen(command(BENCHMARK, ["--quick", "--output", folder / "dead", "--scratch", killed], 1),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: any(killed.glob("*/.tmp-*")) or process.poll() is not None, "a temporary of the copy")
    process.kill()
    process.wait()
    after, _, _ = quick(folder / "after", "--scratch", killed)
    check(after["nodes_copied"] == 1, f"what a killed run left is no copy: {after}")
    check_whole(killed)

    # No room.
    refuses(1, "--scratch", "File too large", f"{BYTES} bytes free",
            arguments=["--quick", "--output", folder / "full", "--scratch", folder / "full-scratch"],
            preexec_fn=only_small_files, restore_signals=False)
    check(not any(path.is_dir() for path in (folder / "full-scratch").iterdir()), "what was copied is removed")
    small = folder / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True)
    if mounted.returncode == 0:
        try:
            refuses(1, "--scratch", "are free", f"{BYTES} are needed", ranks=2,
                    arguments=["--quick", "--jobs", 2, "--output", folder / "full", "--scratch", small])
        finally:
            subprocess.run(["umount", small], check=True)
    else:
        print("SKIPPED: a disk that is too small, for lack of the right to mount one")
    check(not list((folder / "full").glob("member-*")), "nothing was trained")

    # Wrong usage.
    (folder / "file").write_text("")
    refuses(1, "--scratch", str(folder / "file"),
            arguments=["--quick", "--output", folder / "wrong", "--scratch", folder / "file"])
    refuses(2, "--scratch", "no files", arguments=["--output", folder / "wrong", "--scratch", scratch],
            program=SMALL_BENCHMARK)

done()

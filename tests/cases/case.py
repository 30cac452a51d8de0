# SPDX-License-Identifier: Apache-2.0
"""What the cases share: running a benchmark as its user does, and saying what did not hold."""

import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(os.environ["AI500_SOURCE_DIR"])
EXAMPLES = pathlib.Path(os.environ["AI500_BINARY_DIR"]) / "examples"
BENCHMARK = str(EXAMPLES / "image_classification")
# Train in seconds, on data that need no files: one rank without MPI, and ranks that are MPI processes.
SMALL_BENCHMARK = str(EXAMPLES.parent / "tests" / "small_benchmark")
SMALL_MPI_BENCHMARK = str(EXAMPLES.parent / "tests" / "small_mpi_benchmark")
# Its ranks are threads: --ranks N.
SMALL_THREADS_BENCHMARK = str(EXAMPLES.parent / "tests" / "small_threads_benchmark")
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

failures = 0


def check(holds, what):
    """Counts a failure; goes on, so that one run shows all of them."""
    global failures
    if not holds:
        failures += 1
        print(f"FAILED: {what}")


def command(program, arguments, ranks):
    """What starts a benchmark: under mpirun for more than one rank."""
    launcher = ["mpirun", "--oversubscribe", "-n", str(ranks)] if ranks > 1 else []
    return [*launcher, program, *map(str, arguments)]


def run(*arguments, ranks=1, timeout=300, program=BENCHMARK, **options):
    """The benchmark's exit code, standard output and standard error."""
    done = subprocess.run(command(program, arguments, ranks), capture_output=True, text=True, timeout=timeout,
                          **options)
    return done.returncode, done.stdout, done.stderr


def refuses(code, *texts, arguments, ranks=1, **options):
    """Checks that the benchmark ends with `code` and one message that holds all the texts."""
    returned, out, err = run(*arguments, ranks=ranks, **options)
    shown = f"{' '.join(map(str, arguments))} (ranks {ranks}): exit code {returned}, said:\n{out}{err}"
    check(returned == code, f"exit code should be {code}: {shown}")
    for text in texts:
        check(text in err, f"'{text}' should be said: {shown}")
    check(err.count("ai500: ") == 1, f"one message should be said: {shown}")
    check("terminate called" not in err and "Segmentation" not in err, f"no crash: {shown}")


def need_fashion_mnist():
    if not (FASHION_MNIST / "train-images-idx3-ubyte.gz").exists():
        print("SKIPPED: Debian's package dataset-fashion-mnist is not installed")
        sys.exit(SKIPPED)


def wait_until(happens, what, seconds=60):
    """Waits for something; a failure says what it was. Looks often: some things last less than a millisecond."""
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            check(False, f"within {seconds} s: {what}")
            return False
    return True


def check_safetensors(path):
    """Checks by the format's definition that a file is whole: lengths, header, and tensors that fill it."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    end = 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        begin, end_of_this = tensor["data_offsets"]
        size = {"F32": 4, "F64": 8, "I32": 4}[tensor["dtype"]]
        check(begin == end and end_of_this - begin == size * math.prod(tensor["shape"]), f"{path}: tensor {name}")
        end = end_of_this
    check(len(data) == 8 + length + end, f"{path} ends where its tensors end")
    return header


def names(folder):
    """The names in a folder, hidden ones too."""
    return sorted(os.listdir(folder))


# What an interruption may change in a member's record; its hash is of all of it.
TIMES = {"seconds", "preparation_seconds", "evaluation_seconds", "checkpoint_seconds", "started_unix", "finished_unix",
         "run", "resumed", "reductions", "xxh3_128"}


def record(member):
    """A member's record without what an interruption may change."""
    read = json.loads((member / "member.json").read_text())
    return {key: value for key, value in read.items() if key not in TIMES}


def check_same_member(calm, stormy, what):
    """Checks that two members have the same bits, and that nothing else is left of them."""
    check(record(stormy) == record(calm), f"{what}: the records are equal: {record(calm)} and {record(stormy)}")
    check((stormy / "predictions.safetensors").read_bytes() == (calm / "predictions.safetensors").read_bytes(),
          f"{what}: the predictions have the same bits")
    check(names(stormy) == ["member.json", "predictions.safetensors"], f"{what}: nothing else is left: {names(stormy)}")


class Folder:
    """A temporary folder."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="ai500-case-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def done():
    print("all checks hold" if failures == 0 else f"{failures} checks failed")
    sys.exit(1 if failures else 0)

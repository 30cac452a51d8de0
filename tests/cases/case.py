# SPDX-License-Identifier: Apache-2.0
"""What the cases share: running a benchmark as its user does, and saying what did not hold."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["AI500_SOURCE_DIR"])
EXAMPLES = pathlib.Path(os.environ["AI500_BINARY_DIR"]) / "examples"
BENCHMARK = str(EXAMPLES / "image_classification")
FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

failures = 0


def check(holds, what):
    """Counts a failure; goes on, so that one run shows all of them."""
    global failures
    if not holds:
        failures += 1
        print(f"FAILED: {what}")


def run(*arguments, ranks=1, timeout=300, program=BENCHMARK):
    """A program's exit code, standard output and standard error; under mpirun for more than one rank."""
    command = [str(program), *map(str, arguments)]
    if ranks > 1:
        command = ["mpirun", "--oversubscribe", "-n", str(ranks), *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def refuses(code, *texts, arguments, ranks=1, program=BENCHMARK):
    """Checks that a program ends with `code` and one message that holds all the texts."""
    returned, out, err = run(*arguments, ranks=ranks, program=program)
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
